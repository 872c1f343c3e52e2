package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/capture"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// arrived is when the deliveries of these tests were signed.
var arrived = time.Date(2026, 4, 21, 13, 18, 14, 0, time.UTC)

const otherSecret = "sentinel0f1e2d3c4b5a69788796a5b4c3d2e1f0"

// A signer is a scheme as its gateway signs it.
type signer struct {
	scheme, variable, secret, flag string
	body                           []byte
	sign                           func(string, []byte, ...webhookstest.Option) *http.Request
}

func signers() []signer {
	return []signer{
		{"vora-v1", "VON_PAY_SECRET_KEY", "vp_sk_test_sentinel8x7Kq2nP9wT4", "--key-file", webhookstest.SessionSucceeded(), webhookstest.Vora},
		{"vora-v2", "VON_PAY_WEBHOOK_SECRET", "whsec_sentinel8x7Kq2nP9wT4", "--subscription-secret-file", webhookstest.VoraV2Event("charge.succeeded", nil), webhookstest.VoraV2},
		{"visionscope", "VISIONSCOPE_WEBHOOK_SECRET", "sentinel0123456789abcdef0123456789", "--webhook-secret-file", webhookstest.PaymentSucceeded(), webhookstest.VisionScope},
	}
}

func (s signer) delivery(opts ...webhookstest.Option) *http.Request {
	return s.sign(s.secret, s.body, append([]webhookstest.Option{webhookstest.At(arrived)}, opts...)...)
}

// raw is a request as a proxy's log has it, without a Content-Length.
func raw(r *http.Request) string {
	var text bytes.Buffer
	fmt.Fprintf(&text, "POST %s HTTP/2\r\n", r.URL.Path)
	_ = r.Header.WriteSubset(&text, map[string]bool{"Content-Length": true}) // to memory
	text.WriteString("\r\n")
	_, _ = text.ReadFrom(r.Body)
	return text.String()
}

func curlLine(r *http.Request) string {
	line := "curl '" + r.URL.String() + "' -X POST --compressed \\\n"
	for name := range r.Header {
		line += "  -H '" + name + ": " + r.Header.Get(name) + "' \\\n"
	}
	body, _ := io.ReadAll(r.Body) // from memory
	return line + "  --data-raw $'" + strings.ReplaceAll(string(body), "{", `\u007b`) + "'\n"
}

func recordingOf(r *http.Request) string {
	var one capture.Exchange
	one.Request.Method, one.Request.URL = r.Method, r.URL.String()
	for name := range r.Header {
		one.Request.Headers = append(one.Request.Headers, capture.Header{Name: name, Value: r.Header.Get(name)})
	}
	body, _ := io.ReadAll(r.Body) // from memory
	one.Request.PostData.Text = string(body)
	text, _ := json.Marshal(map[string]any{"log": map[string]any{"entries": []capture.Exchange{one}}}) // of plain fields
	return string(text)
}

// writeCaptures writes a delivery of each scheme in each form: vora-v1.http, vora-v1.curl, …
func writeCaptures(dir string) (err error) {
	for _, s := range signers() {
		for form, write := range map[string]func(*http.Request) string{"http": raw, "curl": curlLine, "har": recordingOf} {
			err = errors.Join(err, os.WriteFile(filepath.Join(dir, s.scheme+"."+form), []byte(write(s.delivery())), 0o600))
		}
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, s.scheme+".key"), []byte(s.secret+"\n"), 0o600))
	}
	return err
}

// verifies runs the built command on a capture in standard input and returns what it prints and
// its exit code.
func verifies(t *testing.T, capture string, env []string, args ...string) (output string, code int) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "hostedpay", append([]string{"verify", "webhook", "-"}, args...)...)
	c.Env, c.Stdin = env, strings.NewReader(capture)
	text, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil {
		require.ErrorAs(t, err, &exit)
	}
	require.NotContains(t, string(text), "sentinel")
	return string(text), c.ProcessState.ExitCode()
}

func TestVerifyWebhookNamesTheCause(t *testing.T) {
	t.Parallel()
	now := "--at=" + arrived.Add(time.Minute).Format(time.RFC3339)
	for _, s := range signers() {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, _ = w.Write(s.body) // to memory
		require.NoError(t, w.Close())
		var spread bytes.Buffer
		require.NoError(t, json.Indent(&spread, s.body, "", "  "))
		altered := webhookstest.WithBodyAfterSigning
		mine := s.variable + "=" + s.secret
		for want, test := range map[string]struct {
			change webhookstest.Option
			env    string
			at     string
		}{
			"empty_body (proven)":        {altered([]byte{}), mine, now},
			"byte_order_mark (proven)":   {altered(append([]byte("\ufeff"), s.body...)), mine, now},
			"compressed (proven)":        {altered(packed.Bytes()), mine, now},
			"base64 (proven)":            {altered([]byte(base64.StdEncoding.EncodeToString(s.body))), mine, now},
			"trailing_newline (proven)":  {altered(append(bytes.Clone(s.body), '\n')), mine, now},
			"reserialized_json (proven)": {altered(spread.Bytes()), mine, now},
			"header_missing (likely)":    {webhookstest.WithoutSignature(), mine, now},
			"unexplained (likely)":       {altered([]byte(`{"event":"made up"}`)), mine, now},
			"key_padded (proven)":        {nil, s.variable + `="` + s.secret + `"`, now},
			"hex_case (proven)":          {webhookstest.WithUpperHex(), mine, now},
			"clock_skew (proven)":        {nil, mine, "--at=2026-04-21T15:00:00Z"},
			"key_of_other_scheme":        {nil, s.variable + "=vp_pk_test_" + otherSecret, now},
		} {
			if s.scheme == "visionscope" && (strings.HasPrefix(want, "hex_case") || strings.HasPrefix(want, "clock_skew")) {
				continue // neither case nor time is part of its rules
			}
			t.Run(s.scheme+" "+want, func(t *testing.T) {
				t.Parallel()
				var opts []webhookstest.Option
				if test.change != nil {
					opts = append(opts, test.change)
				}
				out, code := verifies(t, raw(s.delivery(opts...)), []string{test.env}, test.at)
				require.Equal(t, exit.Failed, code, out)
				require.Contains(t, out, "invalid\n")
				require.Contains(t, out, want)
			})
		}
	}
}

func TestVerifyWebhookNamesTheOtherScheme(t *testing.T) {
	t.Parallel()
	all := signers()
	for i, s := range all {
		other := all[(i+1)%len(all)]
		out, code := verifies(t, raw(s.delivery()), []string{other.variable + "=" + other.secret})
		require.Equal(t, exit.Failed, code, out)
		require.Contains(t, out, "other_scheme (proven): the headers belong to "+s.scheme)
	}
}

func TestVerifyWebhookNamesWhatOneSchemeAloneHas(t *testing.T) {
	t.Parallel()
	now := "--at=" + arrived.Format(time.RFC3339)
	v1, v2 := signers()[0], signers()[1]
	live := v1
	live.body = webhookstest.SessionSucceeded(webhookstest.Set("livemode", true))
	out, code := verifies(t, raw(live.delivery()), []string{v1.variable + "=" + v1.secret}, now)
	require.Equal(t, exit.Failed, code, out)
	require.Contains(t, out, "key_of_other_mode (proven)")

	out, code = verifies(t, raw(v1.delivery(webhookstest.WithHeader("X-VonPay-Signature", "short"))), []string{v1.variable + "=" + v1.secret}, now)
	require.Equal(t, exit.Failed, code, out)
	require.Contains(t, out, "malformed_signature")

	listed := v2.delivery()
	listed.Header.Set("X-VonPay-Signature", strings.ReplaceAll(listed.Header.Get("X-VonPay-Signature"), ",", ", "))
	out, code = verifies(t, raw(listed), []string{v2.variable + "=" + v2.secret}, now)
	require.Equal(t, exit.OK, code, out)
	require.Contains(t, out, "signature_list (likely)")
}
