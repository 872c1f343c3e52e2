package visionscope_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
)

const (
	secretPart    = "x7Kq2nP9wT4s"
	key           = "vsk_live_" + secretPart
	webhookSecret = "6d0f2c1b8a9e4f7053b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f50617"
	checkoutID    = "cs_mo8ly3a8_67d5e72898f11888"
	created       = `{"success":true,"data":{"session_id":"` + checkoutID + `","checkout_url":"https://pay.visionscopeai.com/checkout/` + checkoutID + `"}}`
)

// A gateway gives one response from memory and remembers what it was asked.
type gateway struct {
	status int
	body   string

	mu       sync.Mutex
	requests []request
}

// A request is what reached the gateway.
type request struct {
	Method string
	URL    string
	Header http.Header
	Body   string
}

func (g *gateway) RoundTrip(r *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(r.Body)
	r.Body.Close()
	g.mu.Lock()
	g.requests = append(g.requests, request{r.Method, r.URL.String(), r.Header.Clone(), string(body)})
	g.mu.Unlock()
	return &http.Response{
		StatusCode: g.status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(g.body)), ContentLength: int64(len(g.body)), Request: r,
	}, nil
}

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

// setup makes a client for the development environment, and the gateway that it talks to.
func setup(t *testing.T, status int, body string, opts ...sdk.ClientOption) (*visionscope.Client, *gateway) {
	t.Helper()
	g := &gateway{status: status, body: body}
	client, err := visionscope.New(key, append([]sdk.ClientOption{
		sdk.WithBaseURL(visionscope.DevelopmentURL), sdk.WithHTTPClient(&http.Client{Transport: contracttest.VisionScope(t).Requests(g)}), sdk.WithMaxRetries(0),
	}, opts...)...)
	require.NoError(t, err)
	return client, g
}

// params are the contract's example.
func params() visionscope.CheckoutParams {
	return visionscope.CheckoutParams{
		Amount: money.MustParse("10.00", "EUR"), WebhookURL: "https://shop.example.com/webhook",
		WebhookSecret: sdk.NewSecret(webhookSecret), ReturnURL: "https://shop.example.com/return",
	}
}

// requireRejected requires an error of a code that came from this side, and that nothing was sent.
func requireRejected(t *testing.T, g *gateway, err error, code sdk.Code) sdk.Error {
	t.Helper()
	var e *sdk.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, code, e.Code)
	require.Zero(t, e.Status)
	require.Empty(t, g.asked())
	return *e
}
