package sandbox_test

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// start is the time of manual clocks.
var start = time.Date(2026, 4, 21, 13, 18, 14, 0, time.UTC)

// addressHeader says which address a request on a wire comes from.
const addressHeader = "Test-Remote-Addr"

// A wire carries real HTTP over pipes instead of sockets, so that it works under testing/synctest:
// there the waits between attempts, and time-outs, take no time.
type wire struct {
	t         *testing.T
	gateways  *sandbox.Sandbox
	transport *http.Transport
	pipes     pipes
	session   string // that reads read
}

// newWire serves the sandbox, behind what a test wants to put in front of it. Its clock stands
// still: what a client waits for does not come true by waiting.
func newWire(t *testing.T, front func(http.Handler) http.Handler, opts ...sandbox.Option) *wire {
	t.Helper()
	return newRunningWire(t, front, append([]sandbox.Option{sandbox.WithClock(sandbox.NewManualClock(start))}, opts...)...)
}

// newRunningWire is newWire with the sandbox's own clock.
func newRunningWire(t *testing.T, front func(http.Handler) http.Handler, opts ...sandbox.Option) *wire {
	t.Helper()
	gateways, err := sandbox.New(opts...)
	require.NoError(t, err)
	w := &wire{t: t, gateways: gateways, session: "vp_cs_test_k3TqJ9xWz2LmN8pR", pipes: pipes{waiting: make(chan net.Conn), closed: make(chan struct{})}}
	w.transport = &http.Transport{DialContext: w.pipes.dial}
	server := &http.Server{Handler: front(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if address := r.Header.Get(addressHeader); address != "" {
			r.RemoteAddr = address
		}
		gateways.ServeHTTP(out, r)
	}))}
	served := make(chan error, 1)
	go func() { served <- server.Serve(&w.pipes) }()
	t.Cleanup(func() {
		gateways.Close()
		w.transport.CloseIdleConnections()
		_ = server.Close()
		require.ErrorIs(t, <-served, http.ErrServerClosed)
	})
	return w
}

func (w *wire) options(opts []sdk.ClientOption) []sdk.ClientOption {
	return append([]sdk.ClientOption{sdk.WithBaseURL("http://localhost"), sdk.WithHTTPClient(&http.Client{Transport: w.transport})}, opts...)
}

func (w *wire) vora(key string, opts ...sdk.ClientOption) *vora.Client {
	w.t.Helper()
	client, err := vora.New(key, w.options(opts)...)
	require.NoError(w.t, err)
	return client
}

// call makes one of the calls that the tables name. It needs no answer: a fault may stand in the
// way.
func (w *wire) call(name, key string, opts ...sdk.ClientOption) error {
	w.t.Helper()
	switch name {
	case "create":
		_, err := w.vora(key, opts...).CreateSession(w.t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD")})
		return err
	case "read":
		_, err := w.vora(key, opts...).GetSession(w.t.Context(), w.session)
		return err
	case "checkout":
		client, err := visionscope.New(sandbox.Acme.VisionScope.APIKey, w.options(opts)...)
		require.NoError(w.t, err)
		_, err = client.CreateCheckout(w.t.Context(), visionscope.CheckoutParams{
			Amount: money.MustParse("10.00", "EUR"), WebhookURL: "https://shop.example.com/webhook",
			WebhookSecret: visionscope.NewWebhookSecret(), ReturnURL: "https://shop.example.com/return",
		})
		return err
	}
	require.Fail(w.t, "there is no call "+name)
	return nil
}

// edit changes every request of a client on its way.
func edit(change func(*http.Request)) sdk.ClientOption {
	return sdk.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			r = r.Clone(r.Context())
			change(r)
			return next.RoundTrip(r)
		})
	})
}

// header sets a header; an empty value takes it away.
func header(name, value string) sdk.ClientOption {
	return edit(func(r *http.Request) {
		if r.Header.Del(name); value != "" {
			r.Header.Set(name, value)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// pipes is a network of one listener.
type pipes struct {
	waiting chan net.Conn
	closed  chan struct{}
	close   sync.Once
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.waiting <- far:
		return near, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.waiting:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.close.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
