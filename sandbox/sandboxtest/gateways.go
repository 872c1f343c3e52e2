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
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A TB is what is needed of a test: a [testing.TB] is one.
type TB interface {
	Helper()
	Cleanup(f func())
	Context() context.Context
	Fatalf(format string, args ...any)
}

// Gateways are both gateways, for one test. Safe for concurrent use, but for what may end the test: that must be called
// by the test's own goroutine, as [testing.T.FailNow] must.
type Gateways struct {
	*sandbox.Sandbox

	URL string // of both APIs: VON_PAY_BASE_URL and VISIONSCOPE_API_URL

	t       TB
	browser http.Client
}

// Start starts both gateways on a port of this machine, and closes them when the test is over. The clock stands still at
// the machine's time, and ids are made from the seed 1; options can change both.
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
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Gateways{Sandbox: s, URL: server.URL, t: t, browser: http.Client{Transport: transport, CheckRedirect: stay}}
}

// Vora is a client with a merchant's secret key, as the merchant has it now.
func (g *Gateways) Vora(m control.Merchant, opts ...sdk.Option) *vora.Client {
	g.t.Helper()
	client, err := vora.New(g.current(m).Vora.SecretKey, g.options(opts)...)
	if err != nil {
		g.t.Fatalf("sandboxtest: %v", err)
	}
	return client
}

// VisionScope is a client with a merchant's API key.
func (g *Gateways) VisionScope(m control.Merchant, opts ...sdk.Option) *visionscope.Client {
	g.t.Helper()
	client, err := visionscope.New(g.current(m).VisionScope.APIKey, g.options(opts)...)
	if err != nil {
		g.t.Fatalf("sandboxtest: %v", err)
	}
	return client
}

func (g *Gateways) current(m control.Merchant) control.Merchant {
	for _, known := range g.Merchants() {
		if known.ID == m.ID {
			return known
		}
	}
	return m
}

func (g *Gateways) options(opts []sdk.Option) []sdk.Option {
	own := &http.Client{Transport: g.browser.Transport} // closed with the gateways
	return append([]sdk.Option{sdk.WithBaseURL(g.URL), sdk.WithHTTPClient(own)}, opts...)
}

// Now is the gateways' time.
func (g *Gateways) Now() time.Time { return g.Clock().Now() }

// Advance moves the gateways' clock. What becomes due on the way has been done when it returns: sessions have expired,
// and events have been delivered and answered.
func (g *Gateways) Advance(d time.Duration) { g.Clock().Advance(d) }

// RequestsTo are the calls whose method and path begin with route, oldest first: "POST /v1/sessions",
// "POST /api/checkout/create". Repetitions of one call have the same IdempotencyKey.
func (g *Gateways) RequestsTo(route string) []control.Request {
	var out []control.Request
	for _, r := range g.Requests() {
		if strings.HasPrefix(r.Method+" "+r.Path, route) {
			out = append(out, r)
		}
	}
	return out
}
