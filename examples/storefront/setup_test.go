package main_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/examples/internal/browser"
	"github.com/hostedpay/hostedpay-go/examples/storefront/internal/shop"
	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// The test cards of both gateways, as their pages offer them.
const (
	approved  = buyer.CardApproved
	declined  = buyer.CardDeclined
	challenge = buyer.CardChallenge
)

// A fixture is the shop and both gateways on this machine.
type fixture struct {
	t       *testing.T
	url     string // of the shop
	pages   string // origin of the gateways' pages, another site than the shop
	db      *sql.DB
	inbox   *inbox.Database[*sql.Tx] // nil for none
	gateway *sandbox.Sandbox
	logged  *log
	refuses atomic.Bool
	restart func() // the shop alone; its database stays
	rotated string // the key before, when the shop starts; empty for none

	mu      sync.Mutex
	shop    http.Handler
	between []func(http.Handler) http.Handler
	within  []time.Duration // the time left for each call of the gateways
	during  func()          // runs once, when a gateway has responded and the shop does not know yet
}

// setup opens the shop. The gateways' own waits are a hundredth of the documented waits.
func setup(t *testing.T, options ...sandbox.Option) *fixture {
	t.Helper()
	return open(t, time.Now, options...)
}

// standing opens the shop with one clock for shop and gateways, which stands still: nothing is
// delivered until it is advanced.
func standing(t *testing.T) (*fixture, *sandbox.ManualClock) {
	t.Helper()
	clock := sandbox.NewManualClock(time.Now())
	return open(t, clock.Now, sandbox.WithClock(clock)), clock
}

func open(t *testing.T, now func() time.Time, options ...sandbox.Option) *fixture {
	t.Helper()
	f := &fixture{t: t, logged: &log{}}
	logger := slog.New(slog.NewTextHandler(f.logged, &slog.HandlerOptions{Level: slog.LevelDebug}))

	var atGateway http.Handler
	shopServer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.wrapped().ServeHTTP(w, r) }))
	gatewayServer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.refuses.Load() {
			panic(http.ErrAbortHandler)
		}
		atGateway.ServeHTTP(w, r)
	}))
	f.url = shopServer.URL
	f.pages = fmt.Sprintf("http://localhost:%d", gatewayServer.Listener.Addr().(*net.TCPAddr).Port)

	gateways, err := sandbox.New(append([]sandbox.Option{
		sandbox.WithTimeFactor(100), sandbox.WithPublicURL(f.pages), sandbox.WithWebhookURL(sandbox.Acme.ID, f.url+"/webhooks/vora"),
	}, options...)...)
	require.NoError(t, err)
	f.gateway, atGateway = gateways, gateways

	f.db, err = shop.OpenInMemory()
	require.NoError(t, err)
	f.restart = func() {
		calls := []sdk.ClientOption{sdk.WithBaseURL(gatewayServer.URL), sdk.WithLogger(logger), sdk.WithMaxRetries(0), sdk.WithMiddleware(f.watchPatience)}
		atVora, err := vora.New(sandbox.Acme.Vora.SecretKey, calls...)
		require.NoError(t, err)
		atVisionScope, err := visionscope.New(sandbox.Acme.VisionScope.APIKey, calls...)
		require.NoError(t, err)
		s, err := shop.New(shop.Config{
			PublicURL: f.url, DB: f.db, Inbox: f.inbox, OrderBook: true, Now: now, Log: logger, VisionScope: atVisionScope,
			Vora: &shop.Vora{Client: atVora, SecretKey: sdk.NewSecret(sandbox.Acme.Vora.SecretKey), PreviousKey: sdk.NewSecret(f.rotated), SessionSecret: sdk.NewSecret(sandbox.Acme.Vora.SessionSecret)},
		})
		require.NoError(t, err)
		require.NoError(t, s.Start(t.Context()))
		t.Cleanup(func() { require.NoError(t, s.Stop(context.WithoutCancel(t.Context()))) })
		f.mu.Lock()
		defer f.mu.Unlock()
		f.shop = s
	}
	f.restart()
	t.Cleanup(func() {
		gateways.Close()
		shopServer.CloseClientConnections()
		gatewayServer.CloseClientConnections()
		shopServer.Close()
		gatewayServer.Close()
		require.NoError(t, f.db.Close())
		require.NotContains(t, f.logged.String(), "/checkout/cs_", "checkout addresses are in no log")
		require.NotContains(t, f.logged.String(), sandbox.Acme.Vora.SecretKey)
	})
	return f
}

// refuse breaks every connection to the gateways.
func (f *fixture) refuse(yes bool) { f.refuses.Store(yes) }

// put adds a middleware in front of the shop.
func (f *fixture) put(between func(http.Handler) http.Handler) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.between = append(f.between, between)
}

func (f *fixture) wrapped() http.Handler {
	f.mu.Lock()
	defer f.mu.Unlock()
	handler := f.shop
	for _, between := range f.between {
		handler = between(handler)
	}
	return handler
}

// watchPatience records the time left for each call of the gateways, and runs what is to happen
// during the call.
func (f *fixture) watchPatience(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		deadline, _ := r.Context().Deadline()
		f.mu.Lock()
		f.within = append(f.within, time.Until(deadline))
		f.mu.Unlock()
		response, err := next.RoundTrip(r)
		f.mu.Lock()
		during := f.during
		f.during = nil
		f.mu.Unlock()
		if during != nil {
			during()
		}
		return response, err
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (rt roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return rt(r) }

// An order is the last row of the shop's table.
type order struct {
	State   string
	Shipped bool
}

func (f *fixture) order() order {
	f.t.Helper()
	var o order
	err := f.db.QueryRowContext(f.t.Context(), "SELECT state, shipped_at IS NOT NULL FROM orders ORDER BY number DESC LIMIT 1").Scan(&o.State, &o.Shipped)
	require.NoError(f.t, err)
	return o
}

// becomes waits until the order has a state.
func (f *fixture) becomes(want order) {
	f.t.Helper()
	require.Eventually(f.t, func() bool { return f.order() == want }, browser.Patience, 5*time.Millisecond, "the order never became %+v", want)
}

// A log collects what the shop logs.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// holdReturns holds the requests of returning buyers until they are released.
func (f *fixture) holdReturns() (arrived <-chan struct{}, letIn func()) {
	at, opened := make(chan struct{}, 16), make(chan struct{})
	f.put(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/return/") {
				at <- struct{}{}
				select {
				case <-opened:
				case <-r.Context().Done():
				}
			}
			next.ServeHTTP(w, r)
		})
	})
	return at, sync.OnceFunc(func() { close(opened) })
}
