package contracttest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
)

const (
	secretKey = "vp_sk_test_k3TqJ9xWz2LmN8pR"
	signature = "5d41402abc4b2a76b9719d911017c5925d41402abc4b2a76b9719d911017c592"
	minimal   = `{"amount":1499,"currency":"USD"}`
	created   = `{"id":"vp_cs_test_1","checkoutUrl":"https://checkout.vonpay.com/c/vp_cs_test_1","expiresAt":"2026-04-21T13:48:14Z"}`
	refused   = `{"error":"the amount is wrong","code":"validation_invalid_amount"}`
)

// setup is both contracts in a test whose failures are kept and not passed on.
type setup struct {
	*watched
	vora, visionscope *contracttest.Contract
}

func newSetup(t *testing.T) *setup {
	t.Helper()
	w := &watched{TB: t}
	return &setup{w, contracttest.Vora(w), contracttest.VisionScope(w)}
}

// watched keeps what is reported to a test, and ends when it is told to.
type watched struct {
	testing.TB
	mu         sync.Mutex
	violations []string
	cleanups   []func()
}

func (w *watched) Errorf(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.violations = append(w.violations, fmt.Sprintf(format, args...))
}

func (w *watched) Cleanup(f func()) { w.cleanups = append(w.cleanups, f) }

func (w *watched) end() {
	for _, f := range slices.Backward(w.cleanups) {
		f()
	}
}

// requireViolation makes sure that exactly one problem was found and that its message contains
// every part.
func (w *watched) requireViolation(t *testing.T, parts ...string) {
	t.Helper()
	require.Len(t, w.violations, 1)
	for _, part := range parts {
		require.Contains(t, w.violations[0], part)
	}
}

// a message is a request or a response.
type message struct {
	method, url string
	status      int
	header      http.Header
	body        string
}

func (m message) with(header, value string) message {
	m.header = m.header.Clone()
	if value == "" {
		m.header.Del(header)
	} else {
		m.header.Add(header, value)
	}
	return m
}

func (m message) saying(body string) message    { m.body = body; return m }
func (m message) withStatus(status int) message { m.status = status; return m }
func (m message) to(url string) message         { m.url = url; return m }
func (m message) by(method string) message      { m.method = method; return m }

func (m message) request() *http.Request {
	var body io.Reader
	if m.body != "" {
		body = strings.NewReader(m.body)
	}
	r := httptest.NewRequest(m.method, m.url, body)
	r.Header = m.header.Clone()
	return r
}

// RoundTrip responds with the message, after the request has been read.
func (m message) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	return &http.Response{StatusCode: m.status, Header: m.header.Clone(), Body: io.NopCloser(strings.NewReader(m.body)), Request: r}, nil
}

// ServeHTTP responds with the message.
func (m message) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	for name, values := range m.header {
		w.Header()[name] = values
	}
	w.WriteHeader(m.status)
	_, _ = io.WriteString(w, m.body)
}

func createSession() message {
	return message{method: http.MethodPost, url: "http://127.0.0.1:4711/v1/sessions", body: minimal, header: http.Header{
		"Authorization":   {"Bearer " + secretKey},
		"Content-Type":    {"application/json"},
		"Von-Pay-Version": {"2026-04-14"},
	}}
}

func getSession() message {
	return message{method: http.MethodGet, url: "http://127.0.0.1:4711/v1/sessions/vp_cs_test_1", header: http.Header{
		"Authorization": {"Bearer " + secretKey},
	}}
}

func createCheckout() message {
	return message{
		method: http.MethodPost, url: "http://127.0.0.1:4711/api/checkout/create",
		header: http.Header{"X-Api-Key": {"vsk_live_4f1d"}, "Content-Type": {"application/json"}},
		body: `{"amount":10.00,"currency":"EUR","webhook_url":"https://shop.example.com/webhook",
			"webhook_secret":"6d0f2c1b8a9e4f7053b1c2d3e4f50617","return_url":"https://shop.example.com/return"}`,
	}
}

func jsonResponse(status int, body string) message {
	return message{status: status, body: body, header: http.Header{"Content-Type": {"application/json"}}}
}

// exchange sends a request through a contract's transport and reads its response.
func exchange(t *testing.T, c *contracttest.Contract, request *http.Request, next http.RoundTripper) string {
	t.Helper()
	response, err := c.Transport(next).RoundTrip(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(body)
}
