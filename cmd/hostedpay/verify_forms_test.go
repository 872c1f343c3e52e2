package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/capture"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// A mutation is what happens to a delivery between its gateway and its verification.
type mutation struct {
	cause   webhooks.Cause
	signer  signer // the gateway
	options []webhookstest.Option
	after   func(*http.Request) // changes the signed request; nil for nothing
	with    signer              // whose secret it is verified with
	secret  string
	late    bool // it is verified two hours after it was signed
	valid   bool
}

func (m mutation) request() *http.Request {
	r := m.signer.delivery(m.options...)
	if m.after != nil {
		m.after(r)
	}
	return r
}

// mutations is one for each cause that webhooks.Diagnose knows, at each scheme that can have it.
func mutations(t *testing.T) []mutation {
	t.Helper()
	altered := webhookstest.WithBodyAfterSigning
	var all []mutation
	for i, s := range signers() {
		var packed, spread bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, _ = w.Write(s.body) // to memory
		require.NoError(t, w.Close())
		require.NoError(t, json.Indent(&spread, s.body, "", "  "))
		for cause, body := range map[webhooks.Cause][]byte{
			webhooks.CauseEmptyBody:       {},
			webhooks.CauseByteOrderMark:   append([]byte("\ufeff"), s.body...),
			webhooks.CauseCompressed:      packed.Bytes(),
			webhooks.CauseBase64:          []byte(base64.StdEncoding.EncodeToString(s.body)),
			webhooks.CauseTrailingNewline: append(bytes.Clone(s.body), '\n'),
			webhooks.CauseReserialized:    spread.Bytes(),
			webhooks.CauseUnexplained:     []byte(`{"event":"made up"}`),
		} {
			all = append(all, mutation{cause: cause, signer: s, options: []webhookstest.Option{altered(body)}, with: s, secret: s.secret})
		}
		other := signers()[(i+1)%len(signers())]
		all = append(all,
			mutation{cause: webhooks.CauseHeaderMissing, signer: s, options: []webhookstest.Option{webhookstest.WithoutSignature()}, with: s, secret: s.secret},
			mutation{cause: webhooks.CauseOtherScheme, signer: s, with: other, secret: other.secret},
			mutation{cause: webhooks.CauseKeyOfOtherScheme, signer: s, with: s, secret: "vp_pk_test_" + otherSecret},
			mutation{cause: webhooks.CauseKeyPadded, signer: s, with: s, secret: `"` + s.secret + `"`},
		)
		if s.scheme != "visionscope" { // neither case nor time is part of its rules
			all = append(all,
				mutation{cause: webhooks.CauseHexCase, signer: s, options: []webhookstest.Option{webhookstest.WithUpperHex()}, with: s, secret: s.secret},
				mutation{cause: webhooks.CauseClockSkew, signer: s, with: s, secret: s.secret, late: true})
		}
	}
	live, v2 := signers()[0], signers()[1]
	live.body = webhookstest.SessionSucceeded(webhookstest.Set("livemode", true))
	spaced := func(r *http.Request) {
		r.Header.Set("X-VonPay-Signature", strings.ReplaceAll(r.Header.Get("X-VonPay-Signature"), ",", ", "))
	}
	return append(all,
		mutation{cause: webhooks.CauseKeyOfOtherMode, signer: live, with: live, secret: live.secret},
		mutation{cause: webhooks.CauseSignatureList, signer: v2, after: spaced, with: v2, secret: v2.secret, valid: true})
}

// No cause is forgotten, except the one that no command line can have: a secret that is given here
// has no day on which it expires.
func TestEachCauseHasAMutation(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../../sdk/webhooks/diagnose.go")
	require.NoError(t, err)
	known := regexp.MustCompile(`Cause = "(\w+)"`).FindAllStringSubmatch(string(source), -1)
	require.NotEmpty(t, known)
	var tried []string
	for _, m := range mutations(t) {
		tried = append(tried, string(m.cause))
	}
	for _, cause := range known {
		if cause[1] != string(webhooks.CauseKeyExpired) {
			require.Contains(t, tried, cause[1])
		}
	}
}

// Verify names the cause of each mutation, however the delivery was captured.
func TestVerifyNamesEachCauseFromEachForm(t *testing.T) {
	t.Parallel()
	all := mutations(t)
	journal := listened(t, all)
	for form, capture := range map[string]func(*http.Request) string{"file": raw, "stdin": raw, "curl": curlInHex, "HAR": harOf, "line of listen": nil} {
		for i, m := range all {
			t.Run(fmt.Sprintf("%s from %s, %s", m.cause, form, m.signer.scheme), func(t *testing.T) {
				t.Parallel()
				dir, stdin := t.TempDir(), ""
				secret := filepath.Join(dir, "secret")
				require.NoError(t, os.WriteFile(secret, []byte(m.secret+"\n"), 0o600))
				at := arrived.Add(time.Minute)
				if m.late {
					at = arrived.Add(2 * time.Hour)
				}
				args := []string{"verify", "webhook", "--json", "--at", at.Format(time.RFC3339), m.with.flag, secret}
				switch form {
				case "line of listen":
					args = append(args, journal, "--entry", strconv.Itoa(i+1))
				case "stdin":
					args, stdin = append(args, "-"), capture(m.request())
				default:
					file := filepath.Join(dir, "capture")
					require.NoError(t, os.WriteFile(file, []byte(capture(m.request())), 0o600))
					args = append(args, file)
				}
				root := command()
				var out, stderr bytes.Buffer
				root.SetArgs(args)
				root.SetIn(strings.NewReader(stdin))
				root.SetOut(&out)
				code := execute(t.Context(), root, &stderr)
				var view webhookView
				require.NoError(t, json.Unmarshal(out.Bytes(), &view), stderr.String())
				require.Equal(t, m.valid, view.Valid)
				require.Equal(t, m.valid, code == exit.OK)
				require.True(t, slices.ContainsFunc(view.Findings, func(f causeFinding) bool { return f.Cause == string(m.cause) }), out.String())
				require.NotContains(t, out.String()+stderr.String(), "sentinel")
			})
		}
	}
}

// listened is a journal with all deliveries, in their order.
func listened(t *testing.T, all []mutation) string {
	t.Helper()
	endpoint := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(endpoint.Close)
	r := runListen(t, "--forward-to", endpoint.URL)
	for _, m := range all {
		sent := m.request()
		sent.URL.Scheme, sent.URL.Host, sent.Host, sent.RequestURI = "http", strings.TrimPrefix(r.url, "http://"), "", ""
		require.Equal(t, 200, send(t, sent))
	}
	r.stop()
	require.Equal(t, exit.OK, <-r.ended)
	return r.journal
}

// curlInHex has every byte of the body in the form that any byte can have.
func curlInHex(r *http.Request) string {
	line := "curl '" + r.URL.String() + "' -X POST"
	for name := range r.Header {
		line += " -H '" + name + ": " + r.Header.Get(name) + "'"
	}
	var body bytes.Buffer
	_, _ = body.ReadFrom(r.Body) // from memory
	line += " --data-raw $'"
	for _, b := range body.Bytes() {
		line += fmt.Sprintf(`\x%02x`, b)
	}
	return line + "'\n"
}

// harOf is a HAR whose body is base64, as recorders write what may not be text.
func harOf(r *http.Request) string {
	var one capture.Exchange
	one.Request.Method, one.Request.URL = r.Method, r.URL.String()
	for name := range r.Header {
		one.Request.Headers = append(one.Request.Headers, capture.Header{Name: name, Value: r.Header.Get(name)})
	}
	var body bytes.Buffer
	_, _ = body.ReadFrom(r.Body) // from memory
	one.Request.PostData.Text, one.Request.PostData.Encoding = base64.StdEncoding.EncodeToString(body.Bytes()), "base64"
	text, _ := json.Marshal(map[string]any{"log": map[string]any{"entries": []capture.Exchange{one}}}) // of plain fields
	return string(text)
}
