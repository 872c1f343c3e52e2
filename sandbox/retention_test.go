package sandbox_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// A crowd buys at a sandbox without a network, so that what is measured is the sandbox.
type crowd struct {
	t     *testing.T
	s     *sandbox.Sandbox
	sales int
}

func newCrowd(t *testing.T, opts ...sandbox.Option) *crowd {
	t.Helper()
	taken := roundTrip(func(r *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, r.Body)
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(`{"received":true}`)), Request: r}, nil
	})
	s, err := sandbox.New(append([]sandbox.Option{
		sandbox.WithClock(sandbox.NewManualClock(start)), sandbox.WithHTTPClient(&http.Client{Transport: taken}),
		sandbox.WithWebhookURL(sandbox.Acme.ID, "http://localhost/webhook"),
	}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return &crowd{t: t, s: s}
}

// create makes a create call, and returns the session's ID.
func (c *crowd) create(key string) string {
	r := httptest.NewRequest(http.MethodPost, "/v1/sessions", strings.NewReader(
		`{"amount":1499,"currency":"USD","successUrl":"https://shop.example.com/thanks","description":"Order 789012","metadata":{"orderId":"order-789012"}}`))
	r.Header.Set("Authorization", "Bearer "+sandbox.Acme.Vora.SecretKey)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", key)
	w := httptest.NewRecorder()
	c.s.ServeHTTP(w, r)
	var created struct{ ID string }
	require.NoError(c.t, json.Unmarshal(w.Body.Bytes(), &created))
	require.NotEmpty(c.t, created.ID, w.Body)
	return created.ID
}

// buy creates sessions up to a total, each paid and its event delivered.
func (c *crowd) buy(total int) {
	for ; c.sales < total; c.sales++ {
		id := c.create("acme_order-" + strconv.Itoa(c.sales) + "_1")
		r := httptest.NewRequest(http.MethodPost, "/c/"+id, strings.NewReader("action=pay"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		c.s.ServeHTTP(httptest.NewRecorder(), r)
		c.s.Clock().Advance(time.Millisecond)
	}
}

func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

// After 100,000 sessions and their deliveries the sandbox holds no more than after 30,000. The page
// says how much.
func TestMemoryIsBounded(t *testing.T) { //nolint:paralleltest // it measures the process
	text, err := os.ReadFile(referencePage)
	require.NoError(t, err)
	said := regexp.MustCompile(`the sandbox holds (\d+) MiB`).FindSubmatch(text)
	require.NotNil(t, said, "the page does not say how much memory the sandbox holds")
	most, err := strconv.ParseFloat(string(said[1]), 64)
	require.NoError(t, err)

	if raceDetector {
		t.Skip("the race detector needs memory of its own")
	}
	before := heap()
	c := newCrowd(t)
	c.buy(30_000)
	early := heap() - before
	c.buy(100_000)
	late := heap() - before
	t.Logf("after 30,000 sessions %.1f MiB, after 100,000 %.1f MiB", early, late)
	require.Less(t, late, most)
	require.Less(t, late, 1.25*early, "it grows with what happened, and not with what is remembered")
	runtime.KeepAlive(c)
}

func TestTheOldestIsForgotten(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("what is bounded is filled where there is no -short")
	}
	c := newCrowd(t)
	first := c.create("acme_first_1")
	require.Equal(t, first, c.create("acme_first_1"))
	for i := range 10_000 {
		c.create("acme_order-" + strconv.Itoa(i) + "_1")
	}
	require.Len(t, c.s.Sessions(), 10_000)
	for _, s := range c.s.Sessions() {
		require.NotEqual(t, first, s.ID)
	}
	require.Len(t, c.s.Requests(), 1_000)
	require.NotEqual(t, first, c.create("acme_first_1"), "its idempotency key is free")
	require.Len(t, c.s.Sessions(), 10_000)
	c.s.Clock().Advance(30 * time.Minute)
	for _, s := range c.s.Sessions() {
		require.Equal(t, control.SessionExpired, s.Status)
	}
}

// The oldest deliveries are forgotten too, also those that a pause holds.
func TestTheOldestDeliveriesAreForgotten(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("what is bounded is filled where there is no -short")
	}
	var log bytes.Buffer
	c := newCrowd(t, sandbox.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))))
	c.s.PauseDeliveries()
	c.buy(10_100)
	c.s.ResumeDeliveries()
	c.s.Clock().Advance(0)
	deliveries := c.s.Deliveries()
	require.Len(t, deliveries, 10_000)
	for _, d := range deliveries {
		require.Equal(t, control.DeliveryAccepted, d.State)
	}
	require.Equal(t, 100, strings.Count(log.String(), "too many are held"), "what is lost is said")
}

// Forgetting a session does not forget its idempotency key when that stands for a newer session.
func TestForgettingKeepsNewerKeys(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("what is bounded is filled where there is no -short")
	}
	c := newCrowd(t)
	c.create("acme_again_1")
	c.s.Clock().Advance(24 * time.Hour)
	second := c.create("acme_again_1")
	c.buy(9_999) // the first is forgotten, and the second is not
	require.Equal(t, second, c.create("acme_again_1"))
}

// Sessions expire at their own time, whatever the order in which they were made.
func TestSessionsExpireInTheirOrder(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var lives []string
	for _, life := range []string{"1800", "300", "3600", "600", "300"} {
		status, _, body := w.api(http.MethodPost, "/v1/sessions", `{"amount":1499,"currency":"USD","description":"`+life+`","expiresIn":`+life+`}`,
			"Authorization", "Bearer "+acme, "Content-Type", "application/json")
		require.Equal(t, http.StatusCreated, status, body)
	}
	began := w.clock.Now()
	w.clock.Advance(time.Hour)
	for _, d := range w.gateways.Deliveries() {
		require.Equal(t, "session.expired", d.Event)
		lives = append(lives, strconv.Itoa(int(d.Attempts[0].At.Sub(began).Seconds())))
	}
	require.Equal(t, []string{"300", "300", "600", "1800", "3600"}, lives)
}
