package sandboxtest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A TB is a test, as far as this package needs one. Every [testing.TB] is a TB.
type TB interface {
	Helper()
	Cleanup(f func())
	Context() context.Context
	Fatalf(format string, args ...any)
}

// Gateways are all gateways, for one test. They are safe for concurrent use, except for methods
// that can end the test: only the test's own goroutine may call those, as with [testing.T.FailNow].
type Gateways struct {
	*sandbox.Sandbox

	URL string // base URL of every gateway's API

	t       TB
	browser http.Client
}

// Start starts the gateways on a port of this machine, and closes them when the test is over. Their
// clock stands still at the machine's time, and IDs are generated from the seed 1; options can
// change both.
func Start(t TB, opts ...sandbox.Option) *Gateways {
	t.Helper()
	now := time.Now().UTC().Truncate(time.Second)
	s, err := sandbox.New(append([]sandbox.Option{sandbox.WithClock(sandbox.NewManualClock(now)), sandbox.WithSeed(1)}, opts...)...)
	if err != nil {
		t.Fatalf("sandboxtest: %v", err)
	}
	server := httptest.NewServer(s)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(func() {
		s.Close() // first: it ends deliveries and open streams, which the server would wait for
		transport.CloseIdleConnections()
		server.Close()
	})
	return &Gateways{Sandbox: s, URL: server.URL, t: t, browser: http.Client{Transport: transport}}
}

// current is the merchant with the keys that it has now.
func (g *Gateways) current(m control.Merchant) control.Merchant {
	for _, known := range g.Merchants() {
		if known.ID == m.ID {
			return known
		}
	}
	return m
}

// options of a client for the gateways come before the caller's.
func (g *Gateways) options(opts []sdk.ClientOption) []sdk.ClientOption {
	own := &http.Client{Transport: g.browser.Transport} // closed with the gateways
	return append([]sdk.ClientOption{sdk.WithBaseURL(g.URL), sdk.WithHTTPClient(own)}, opts...)
}

// Now returns the gateways' time.
func (g *Gateways) Now() time.Time { return g.Clock().Now() }

// Advance moves the gateways' clock ahead. When it returns, everything that became due has
// happened: sessions have expired, events have been delivered, and the merchant has responded.
func (g *Gateways) Advance(d time.Duration) { g.Clock().Advance(d) }

// RequestsTo returns the API calls whose method and path begin with route, "POST /v1/sessions" for
// one, oldest first. The attempts of one call have the same IdempotencyKey.
func (g *Gateways) RequestsTo(route string) []control.Request {
	var out []control.Request
	for _, r := range g.Requests() {
		if strings.HasPrefix(r.Method+" "+r.Path, route) {
			out = append(out, r)
		}
	}
	return out
}
