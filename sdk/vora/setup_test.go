package vora_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

const (
	secretPart     = "x7Kq2nP9wT4s"
	testKey        = "vp_sk_test_" + secretPart
	liveKey        = "vp_sk_live_" + secretPart
	publishableKey = "vp_pk_test_" + secretPart
	legacyKey      = "vp_key_" + secretPart
	sessionID      = "vp_cs_test_k3TqJ9xWz2LmN8pR"
)

// A gateway responds from memory and remembers what it was asked.
type gateway struct {
	mu       sync.Mutex
	requests []request
	response func(request) response
}

// A request is what reached the gateway.
type request struct {
	Method string
	URL    string
	Path   string // still escaped
	Header http.Header
	Body   string
	Time   time.Time
}

// a response is what the gateway says; its type is JSON when it names no other.
type response struct {
	Status int
	Body   string
	Header http.Header
}

func (g *gateway) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		r.Body.Close()
	}
	seen := request{r.Method, r.URL.String(), r.URL.EscapedPath(), r.Header.Clone(), string(body), time.Now()}
	g.mu.Lock()
	g.requests = append(g.requests, seen)
	g.mu.Unlock()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	a := g.response(seen)
	header := http.Header{"Content-Type": {"application/json"}}
	for name, values := range a.Header {
		header[name] = values
	}
	return &http.Response{
		StatusCode: a.Status, Header: header, Body: io.NopCloser(strings.NewReader(a.Body)), ContentLength: int64(len(a.Body)), Request: r,
	}, nil
}

// asked are the requests so far.
func (g *gateway) asked() []request {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]request(nil), g.requests...)
}

// only is the one request that there was.
func (g *gateway) only(t *testing.T) request {
	t.Helper()
	requests := g.asked()
	require.Len(t, requests, 1)
	return requests[0]
}

// setup makes a client for a key, and the gateway that it talks to, which gives the same response
// every time.
func setup(t *testing.T, key string, status int, body string, opts ...sdk.ClientOption) (*vora.Client, *gateway) {
	t.Helper()
	return setupWith(t, key, func(request) response { return response{Status: status, Body: body} }, opts...)
}

func setupWith(t *testing.T, key string, respond func(request) response, opts ...sdk.ClientOption) (*vora.Client, *gateway) {
	t.Helper()
	g := &gateway{response: respond}
	client, err := vora.New(key, append([]sdk.ClientOption{sdk.WithHTTPClient(&http.Client{Transport: contracttest.Vora(t).Requests(g)})}, opts...)...)
	require.NoError(t, err)
	return client, g
}

// example is an example of the contract, as JSON.
func example(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../api/openapi-vora.yaml")
	require.NoError(t, err)
	var contract struct {
		Components struct {
			Examples map[string]struct{ Value map[string]any }
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &contract))
	value := contract.Components.Examples[name].Value
	require.NotEmpty(t, value, name)
	encoded, err := json.Marshal(value)
	require.NoError(t, err)
	return string(encoded)
}

// with is a JSON object with some fields replaced; nil takes a field away.
func with(t *testing.T, object string, members map[string]any) string {
	t.Helper()
	var all map[string]any
	require.NoError(t, json.Unmarshal([]byte(object), &all))
	for name, value := range members {
		all[name] = value
		if value == nil {
			delete(all, name)
		}
	}
	text, err := json.Marshal(all)
	require.NoError(t, err)
	return string(text)
}

// requireRejected requires an error of a code that came from this side, and that nothing was sent.
func requireRejected(t *testing.T, g *gateway, err error, code sdk.Code) sdk.Error {
	t.Helper()
	var e *sdk.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, code, e.Code)
	require.Zero(t, e.Status)
	require.Empty(t, e.Attempts)
	require.Empty(t, g.asked())
	return *e
}
