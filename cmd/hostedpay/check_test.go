package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/capture"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/demo"
	"github.com/hostedpay/hostedpay-go/sandbox"
)

// A recorder writes down what passes through handlers, as a HAR has it.
type recorder struct {
	mu      sync.Mutex
	entries []capture.Exchange
}

func (r *recorder) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		sent, _ := io.ReadAll(request.Body)
		request.Body = io.NopCloser(bytes.NewReader(sent))
		seen := httptest.NewRecorder()
		next.ServeHTTP(seen, request)
		entry := capture.Exchange{Request: capture.Request{Method: request.Method, URL: "http://" + request.Host + request.URL.String(), Headers: listed(request.Header)}}
		entry.Request.PostData.Text = string(sent)
		entry.Response.Status, entry.Response.Headers = seen.Code, listed(seen.Header())
		entry.Response.Content.Text = seen.Body.String()
		r.mu.Lock()
		r.entries = append(r.entries, entry)
		r.mu.Unlock()
		for name, values := range seen.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(seen.Code)
		_, _ = w.Write(seen.Body.Bytes())
	})
}

func listed(header http.Header) (all []capture.Header) {
	for name, values := range header {
		for _, value := range values {
			all = append(all, capture.Header{Name: name, Value: value})
		}
	}
	return all
}

// har runs the demo and returns its traffic as a HAR.
var har = sync.OnceValues(func() (string, error) {
	seen := &recorder{}
	err := demo.Run(context.Background(), io.Discard, func(apis, shop http.Handler) (http.Handler, http.Handler) {
		return seen.wrap(apis), seen.wrap(shop)
	})
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]any{"log": map[string]any{"entries": seen.entries}})
	return string(text), err
})

// runCheck runs the command on a recording.
func runCheck(t *testing.T, recording string, args ...string) (string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "traffic.har")
	require.NoError(t, os.WriteFile(file, []byte(recording), 0o600))
	var out bytes.Buffer
	c := command()
	c.SetArgs(append([]string{"check", file}, args...))
	c.SetOut(&out)
	err := c.ExecuteContext(t.Context())
	return out.String(), err
}

func TestCheckFindsNothingInTheDemo(t *testing.T) {
	t.Parallel()
	recording, err := har()
	require.NoError(t, err)
	out, err := runCheck(t, recording)
	require.NoError(t, err, out)
	require.Regexp(t, fmt.Sprintf(`^calls: [1-9]\d*, deliveries: %d, other requests, which are not checked: [1-9]\d*, findings: 0\n$`, 2*len(gateways())), out) // the demo makes two payments at each
}

func TestCheckFindsEveryChange(t *testing.T) {
	t.Parallel()
	recording, err := har()
	require.NoError(t, err)
	for name, c := range map[string]struct {
		in       string // the operation whose entries change
		old, new string
		want     string
	}{
		"field":             {"/v1/sessions", `"id":"`, `"fee":3,"id":"`, "response 201: response body doesn't match schema"},
		"field of an event": {"/webhooks/vora", `"event":"`, `"fee":3,"event":"`, "'fee' not allowed"},
		"type":              {"/v1/sessions", `"amount":1499`, `"amount":"1499"`, "at '/amount'"},
		"event":             {"/webhooks/vora", `"session.succeeded"`, `"session.settled"`, `there is no event "session.settled"`},
		"event of another":  {"/webhooks/visionscope", `"payment.success"`, `"payment.settled"`, "at '/event'"},
		"session status":    {"/v1/sessions", `"status":"succeeded"`, `"status":"settled"`, "at '/status'"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := 0
			out, err := runCheck(t, edit(t, recording, func(entry *capture.Exchange) {
				if !strings.Contains(entry.Request.URL, c.in) {
					return
				}
				body := &entry.Response.Content.Text
				if strings.HasPrefix(c.in, "/webhooks") {
					body = &entry.Request.PostData.Text
				}
				if strings.Contains(*body, c.old) {
					changed++
				}
				*body = strings.ReplaceAll(*body, c.old, c.new)
			}))
			require.Positive(t, changed, "the demo's traffic has no %s", c.old)
			require.ErrorContains(t, err, "findings: ")
			require.Contains(t, out, c.want)
		})
	}
}

func TestCheckFindsWhatIsNew(t *testing.T) {
	t.Parallel()
	const rejected = `{"error":"no","code":"CODE"}`
	at := func(status int, body string, headers ...capture.Header) capture.Exchange {
		one := capture.Exchange{Request: capture.Request{Method: "GET", URL: "https://checkout.vonpay.com/v1/sessions/vp_cs_test_1"}}
		one.Response.Status = status
		one.Response.Headers = append([]capture.Header{{Name: "content-type", Value: "application/json"}}, headers...)
		one.Response.Content.Text = body
		return one
	}
	for name, c := range map[string]struct {
		entry capture.Exchange
		want  string
	}{
		"code":   {at(404, strings.Replace(rejected, "CODE", "session_archived", 1)), `at '/code': the error catalog has no "session_archived"`},
		"status": {at(418, strings.Replace(rejected, "CODE", "session_not_found", 1)), "the status is not documented"},
		"header": {at(404, strings.Replace(rejected, "CODE", "session_not_found", 1), capture.Header{Name: "von-pay-shard", Value: "7"}), `header "Von-Pay-Shard" is not documented`},
	} {
		text, err := json.Marshal(c.entry)
		require.NoError(t, err)
		out, err := runCheck(t, string(text), "--json")
		require.ErrorContains(t, err, "findings: 1. ", name)
		var result checked
		require.NoError(t, json.Unmarshal([]byte(out), &result))
		require.Equal(t, c.want, result.Findings[0].Problem, name)
		require.Equal(t, "GET /v1/sessions/{sessionId}", result.Findings[0].Operation)
	}
	known := at(404, strings.Replace(rejected, "CODE", "session_not_found", 1))
	unknown := known
	unknown.Request.URL = "https://checkout.vonpay.com/v1/refunds"
	text, err := json.Marshal(map[string]any{"log": map[string]any{"entries": []capture.Exchange{known, unknown}}})
	require.NoError(t, err)
	out, err := runCheck(t, string(text))
	require.ErrorContains(t, err, "findings: 1. ")
	require.Contains(t, out, "2  Vora  GET (a path that is not documented), request: there is no such operation")
}

func TestCheckPrintsNoSecret(t *testing.T) {
	t.Parallel()
	recording, err := har()
	require.NoError(t, err)
	broken := edit(t, recording, func(entry *capture.Exchange) {
		entry.Response.Content.Text = strings.ReplaceAll(entry.Response.Content.Text, `"id":"`, `"key":"`+sandbox.Acme.Credentials()[0].Value+`","id":"/`)
		entry.Response.Content.Text = strings.ReplaceAll(entry.Response.Content.Text, `"checkoutUrl":"http:`, `"checkoutUrl":"`)
		entry.Request.PostData.Text = strings.ReplaceAll(entry.Request.PostData.Text, `"currency":"`, `"currency":"x`)
	})
	for _, args := range [][]string{nil, {"--json"}} {
		out, err := runCheck(t, broken, args...)
		require.Error(t, err)
		for _, secret := range sandbox.Acme.Credentials() {
			require.NotContains(t, out, secret.Value, secret.Label)
		}
		require.NotContains(t, out, "/vp_cs_")
	}
}

func TestCheckSaysWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for recording, want := range map[string]string{
		"":  "the recording is empty",
		"{": "the recording is truncated, and has no entry that is whole",
		`{"log":{"entries":[{"request":{"url":"https://checkout.vonpay.com/v1/health"}},{`: "the recording is truncated",
		`{"a":1}`:  "has no request with a url",
		"not JSON": "the recording is not a HAR",
		`{"request":{"method":"G T","url":"https://checkout.vonpay.com/v1/health"}}`: "entry 1 of the recording",
	} {
		_, err := runCheck(t, recording)
		require.ErrorContains(t, err, want, recording)
	}
}

// edit changes the entries of a HAR.
func edit(t *testing.T, recording string, change func(*capture.Exchange)) string {
	t.Helper()
	entries, _, err := capture.Read(strings.NewReader(recording))
	require.NoError(t, err)
	for i := range entries {
		change(&entries[i])
	}
	text, err := json.Marshal(map[string]any{"log": map[string]any{"entries": entries}})
	require.NoError(t, err)
	return string(text)
}
