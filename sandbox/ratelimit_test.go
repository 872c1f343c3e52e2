package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A hit is a call that counts against a limit.
type hit struct {
	method, path, key, address string
}

var (
	acme       = sandbox.Acme.Vora.SecretKey
	brightline = sandbox.Brightline.Vora.SecretKey
)

// hit makes a call and gives its response.
func (w *world) hit(h hit) *http.Response {
	w.t.Helper()
	body := ""
	if h.method == http.MethodPost {
		body = `{"amount":1499,"currency":"USD"}`
	}
	r := httptest.NewRequestWithContext(contracttest.Invalid(w.t.Context()), h.method, h.path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if h.key != "" {
		r.Header.Set("Authorization", "Bearer "+h.key)
	}
	r.RemoteAddr = h.address + ":4711"
	recorder := httptest.NewRecorder()
	contracttest.Vora(w.t).Handler(w.gateways).ServeHTTP(recorder, r)
	return recorder.Result()
}

func TestRateLimits(t *testing.T) {
	t.Parallel()
	create := hit{http.MethodPost, "/v1/sessions", acme, "192.0.2.1"}
	read := hit{http.MethodGet, "/v1/sessions/vp_cs_test_nobody", acme, "192.0.2.1"}
	deep := hit{http.MethodGet, "/v1/health?deep=true", "", "192.0.2.1"}
	for name, c := range map[string]struct {
		call  hit
		limit int
		free  []hit // what does not share the limit
	}{
		"creates of an address": {create, 10, []hit{read, deep, {http.MethodPost, "/v1/sessions", acme, "192.0.2.2"}}},
		"reads of an address":   {read, 30, []hit{create, deep, {http.MethodGet, "/v1/sessions/x", acme, "192.0.2.2"}}},
		"deep health checks":    {deep, 5, []hit{create, read, {http.MethodGet, "/v1/health", "", "192.0.2.1"}, {http.MethodGet, "/api/health?deep=true", "", "192.0.2.2"}}},
		"wrong keys count too":  {hit{http.MethodPost, "/v1/sessions", "vp_sk_test_nobody", "192.0.2.1"}, 10, nil},
		"both spellings":        {hit{http.MethodGet, "/api/health?deep=true", "", "192.0.2.1"}, 5, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t, sandbox.WithRateLimits())
			end := w.clock.Now().Add(time.Minute)
			for i := range c.limit {
				response := w.hit(c.call)
				require.NotEqual(t, http.StatusTooManyRequests, response.StatusCode, "call %d", i+1)
				require.Equal(t, strconv.Itoa(c.limit), response.Header.Get("X-Ratelimit-Limit"))
				require.Equal(t, strconv.Itoa(c.limit-i-1), response.Header.Get("X-Ratelimit-Remaining"))
				require.Equal(t, strconv.FormatInt(end.Unix(), 10), response.Header.Get("X-Ratelimit-Reset"))
				require.Empty(t, response.Header.Get("Retry-After"))
			}
			w.clock.Advance(15 * time.Second)
			response := w.hit(c.call)
			require.Equal(t, http.StatusTooManyRequests, response.StatusCode)
			require.Equal(t, "0", response.Header.Get("X-Ratelimit-Remaining"))
			require.Equal(t, "45", response.Header.Get("Retry-After"))
			for _, other := range c.free {
				require.NotEqual(t, http.StatusTooManyRequests, w.hit(other).StatusCode, "%v", other)
			}
			w.clock.Advance(45*time.Second - 1)
			require.Equal(t, http.StatusTooManyRequests, w.hit(c.call).StatusCode)
			w.clock.Advance(1)
			require.NotEqual(t, http.StatusTooManyRequests, w.hit(c.call).StatusCode, "a rejected call does not count, and the window is over")
		})
	}
}

func TestRateLimitOfAKey(t *testing.T) {
	t.Parallel()
	w := setup(t, sandbox.WithRateLimits())
	for i := range 30 {
		response := w.hit(hit{http.MethodPost, "/v1/sessions", acme, "192.0.2." + strconv.Itoa(i)})
		require.Equal(t, http.StatusCreated, response.StatusCode)
	}
	rejected := w.hit(hit{http.MethodPost, "/v1/sessions", acme, "192.0.2.100"})
	require.Equal(t, http.StatusTooManyRequests, rejected.StatusCode)
	require.Equal(t, "30", rejected.Header.Get("X-Ratelimit-Limit"))
	require.Equal(t, http.StatusCreated, w.hit(hit{http.MethodPost, "/v1/sessions", brightline, "192.0.2.100"}).StatusCode)
}

// The scheme of the header is not part of the key.
func TestRateLimitOfAKeyInAnySpelling(t *testing.T) {
	t.Parallel()
	w := setup(t, sandbox.WithRateLimits())
	status := 0
	for i := range 31 {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/sessions", strings.NewReader(`{"amount":1499,"currency":"USD"}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", []string{"Bearer ", "bearer "}[i%2]+acme)
		r.RemoteAddr = "192.0.2." + strconv.Itoa(i) + ":4711"
		recorder := httptest.NewRecorder()
		w.gateways.ServeHTTP(recorder, r)
		status = recorder.Code
	}
	require.Equal(t, http.StatusTooManyRequests, status)
}

// A caller that waits until the second of X-RateLimit-Reset does not come too early.
func TestRateLimitResetIsNotTooEarly(t *testing.T) {
	t.Parallel()
	w := setup(t, sandbox.WithRateLimits())
	w.clock.Advance(300 * time.Millisecond)
	call := hit{http.MethodPost, "/v1/sessions", acme, "192.0.2.1"}
	for range 10 {
		w.hit(call)
	}
	rejected := w.hit(call)
	require.Equal(t, http.StatusTooManyRequests, rejected.StatusCode)
	reset, err := strconv.ParseInt(rejected.Header.Get("X-Ratelimit-Reset"), 10, 64)
	require.NoError(t, err)
	w.clock.Advance(time.Unix(reset, 0).Sub(w.clock.Now()))
	require.Equal(t, http.StatusCreated, w.hit(call).StatusCode)
}

// The window slides: each call is free again when it has left the window.
func TestRateLimitWindowSlides(t *testing.T) {
	t.Parallel()
	w := setup(t, sandbox.WithRateLimits())
	call := hit{http.MethodPost, "/v1/sessions", acme, "192.0.2.1"}
	for range 10 {
		require.Equal(t, http.StatusCreated, w.hit(call).StatusCode)
		w.clock.Advance(5 * time.Second)
	}
	require.Equal(t, http.StatusTooManyRequests, w.hit(call).StatusCode) // 50 s after the first
	w.clock.Advance(10 * time.Second)
	require.Equal(t, http.StatusCreated, w.hit(call).StatusCode)
	require.Equal(t, http.StatusTooManyRequests, w.hit(call).StatusCode)
	w.clock.Advance(5 * time.Second)
	require.Equal(t, http.StatusCreated, w.hit(call).StatusCode)
}

func TestRateLimitsAreOffOtherwise(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for range 50 {
		response := w.hit(hit{http.MethodPost, "/v1/sessions", acme, "192.0.2.1"})
		require.Equal(t, http.StatusCreated, response.StatusCode)
		require.Empty(t, response.Header.Get("X-Ratelimit-Limit"))
	}
}

// The SDK sees the gateway's limit, on responses of both kinds.
func TestRateLimitReachesTheSDK(t *testing.T) {
	t.Parallel()
	w := setup(t, sandbox.WithRateLimits())
	var last *vora.CreatedSession
	for range 10 {
		last = w.session(vora.SessionParams{})
	}
	want := sdk.RateLimit{Limit: 10, Remaining: 0, Reset: w.clock.Now().Add(time.Minute)}
	require.Equal(t, want.Reset.Unix(), last.Response.RateLimit.Reset.Unix())
	require.Equal(t, want.Limit, last.Response.RateLimit.Limit)
	_, err := w.vora.CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD")}, sdk.WithMaxRetries(0))
	var e *sdk.Error
	require.ErrorAs(t, err, &e)
	require.ErrorIs(t, err, sdk.CodeRateLimitExceeded)
	require.Equal(t, time.Minute, e.RetryAfter)
	require.Equal(t, 10, e.RateLimit.Limit)
}
