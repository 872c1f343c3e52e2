package ratelimit_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

const (
	acmeKey       = "vp_sk_test_acme"
	brightlineKey = "vp_sk_test_brightline"
)

// A gateway creates sessions without a limit of its own and remembers what it was sent.
type gateway struct {
	mu     sync.Mutex
	calls  []call
	status []int // of the first responses; all others are fine
}

type call struct {
	key  string
	at   time.Time
	what string // a create's description, or a path
}

func (g *gateway) RoundTrip(r *http.Request) (*http.Response, error) {
	what := r.URL.Path
	if r.Body != nil {
		body, _ := io.ReadAll(r.Body)
		r.Body.Close()
		_, description, _ := strings.Cut(string(body), `"description":"`)
		what, _, _ = strings.Cut(description, `"`)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls = append(g.calls, call{strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), time.Now(), what})
	status, response := http.StatusOK, `{"id":"vp_cs_1","status":"pending","checkoutUrl":"https://checkout.example.com/1","amount":1,"currency":"USD"}`
	if n := len(g.calls); n <= len(g.status) {
		status, response = g.status[n-1], `{"error":"not now"}`
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(response)), Request: r,
	}, nil
}

// times are when the calls of a key came; of all keys for the empty one.
func (g *gateway) times(key string) []time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	var times []time.Time
	for _, c := range g.calls {
		if key == "" || c.key == key {
			times = append(times, c.at)
		}
	}
	return times
}

func (g *gateway) whats() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var whats []string
	for _, c := range g.calls {
		whats = append(whats, c.what)
	}
	return whats
}

// client is a client of one tenant.
func (g *gateway) client(t *testing.T, key string, limiter sdk.Limiter, opts ...sdk.ClientOption) *vora.Client {
	t.Helper()
	client, err := vora.New(key, append([]sdk.ClientOption{sdk.WithHTTPClient(&http.Client{Transport: g}), sdk.WithLimiter(limiter)}, opts...)...)
	require.NoError(t, err)
	return client
}

func order(n int) string { return fmt.Sprintf("order %03d", n) }

// create creates the session of an order.
func create(ctx context.Context, client *vora.Client, what string) error {
	_, err := client.CreateSession(ctx, vora.SessionParams{Amount: money.Minor(1499, "USD"), Description: what})
	return err
}

// requireWindows requires that no window of a minute has more calls than are allowed, wherever it
// begins.
func requireWindows(t *testing.T, times []time.Time, most int) {
	t.Helper()
	for i, first := range times {
		n := 0
		for _, at := range times[i:] {
			if at.Sub(first) <= time.Minute {
				n++
			}
		}
		require.LessOrEqual(t, n, most, "calls in the minute from call %d on", i+1)
	}
}

// reserve asks a limiter alone, and says how long that took.
func reserve(ctx context.Context, l *ratelimit.Limiter, kind sdk.LimitKind, key string) (time.Duration, error) {
	return ask(ctx, l, sdk.LimitedCall{Kind: kind, KeyID: key})
}

// ask asks a limiter for a call to Vora, and says how long that took.
func ask(ctx context.Context, l *ratelimit.Limiter, call sdk.LimitedCall) (time.Duration, error) {
	start := time.Now()
	call.Gateway, call.Operation = sdk.GatewayVora, "vora.CreateSession"
	err := l.Wait(ctx, call)
	return time.Since(start), err
}

// creates is a call of a key's, and background one that no buyer waits for.
func creates(key string) sdk.LimitedCall { return sdk.LimitedCall{Kind: sdk.LimitCreate, KeyID: key} }

func background(key string) sdk.LimitedCall {
	return sdk.LimitedCall{Kind: sdk.LimitCreate, KeyID: key, Background: true}
}

// A crowd asks a limiter for many calls, each in a goroutine of its own.
type crowd struct {
	limiter *ratelimit.Limiter
	wait    sync.WaitGroup
	mu      sync.Mutex
	went    []string // the keys of those that had their turn, in order
}

// join has calls wait in line, one after the other.
func (c *crowd) join(ctx context.Context, n int, call sdk.LimitedCall) {
	for range n {
		c.wait.Go(func() {
			if _, err := ask(ctx, c.limiter, call); err == nil {
				c.mu.Lock()
				defer c.mu.Unlock()
				c.went = append(c.went, call.KeyID)
			}
		})
		synctest.Wait()
	}
}

// fill uses up the limit, a second apart, so that room comes a second apart too.
func (c *crowd) fill(ctx context.Context) {
	for range 10 {
		c.join(ctx, 1, creates("first"))
		time.Sleep(time.Second)
	}
}

// order is whose turn it was.
func (c *crowd) order() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.went)
}

func minimal() vora.SessionParams { return vora.SessionParams{Amount: money.Minor(1499, "USD")} }
