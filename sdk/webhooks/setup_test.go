package webhooks_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// A scheme is what tests that hold for every scheme need to know about one.
type scheme struct {
	name     webhooks.Scheme
	verifier func(webhooks.KeySource, ...webhooks.VerifierOption) *webhooks.Verifier
	sign     func(secret string, body []byte, opts ...webhookstest.Option) *http.Request
	secret   string
	body     []byte
	header   string // of the signature

	anyCase    bool // hex digits of either case are its signature
	timeless   bool // its deliveries do not say when they were signed
	unprefixed bool // its secrets are the merchant's own strings
}

var registered []scheme // read only, after the package is initialized

// register adds a scheme to the tests of every scheme. Each has a file setup_NAME_test.go.
func register(s scheme) scheme {
	registered = append(registered, s)
	return s
}

func schemes() []scheme { return slices.Clone(registered) }

// signedAt is when the deliveries of these tests are signed.
func signedAt() time.Time { return time.Date(2026, 4, 21, 13, 18, 14, 0, time.UTC) }

// A receiver is a verifier, the handler over it, and what the handler did.
type receiver struct {
	scheme
	keys     webhooks.KeySource
	now      time.Time
	work     webhooks.EventFunc // instead of taking every event
	options  []webhooks.HandlerOption
	verifier *webhooks.Verifier
	handler  *webhooks.Handler
	log      *logBuffer

	mu     sync.Mutex
	events []webhooks.Event
}

// setup makes a receiver that has the scheme's secret as its only key, unless it is told otherwise.
func setup(t *testing.T, s scheme, changes ...func(*receiver)) *receiver {
	t.Helper()
	r := &receiver{scheme: s, now: signedAt(), log: &logBuffer{}, keys: keys(t, webhooks.SigningKey{Secret: sdk.NewSecret(s.secret)})}
	for _, change := range changes {
		change(r)
	}
	if r.work == nil {
		r.work = func(context.Context, webhooks.Event) error { return nil }
	}
	r.verifier = s.verifier(r.keys, webhooks.WithClock(func() time.Time { return r.now }))
	handler, err := webhooks.NewHandler(r.verifier, func(ctx context.Context, event webhooks.Event) error {
		if err := r.work(ctx, event); err != nil {
			return err
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.events = append(r.events, event)
		return nil
	}, append([]webhooks.HandlerOption{webhooks.WithLogger(slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})))}, r.options...)...)
	require.NoError(t, err)
	r.handler = handler
	return r
}

func keys(t *testing.T, list ...webhooks.SigningKey) webhooks.KeySource {
	t.Helper()
	source, err := webhooks.StaticKeys(list...)
	require.NoError(t, err)
	return source
}

// withKeys gives a receiver other keys.
func withKeys(source webhooks.KeySource) func(*receiver) {
	return func(r *receiver) { r.keys = source }
}

// withWork gives a receiver another function.
func withWork(work webhooks.EventFunc) func(*receiver) { return func(r *receiver) { r.work = work } }

// withOptions gives a receiver's handler more options.
func withOptions(opts ...webhooks.HandlerOption) func(*receiver) {
	return func(r *receiver) { r.options = append(r.options, opts...) }
}

// delivery is one that the receiver accepts, when the options leave it so. Options come after the
// defaults.
func (r *receiver) delivery(opts ...webhookstest.Option) *http.Request {
	return r.deliveryOf(r.body, opts...)
}

func (r *receiver) deliveryOf(body []byte, opts ...webhookstest.Option) *http.Request {
	return r.sign(r.secret, body, append([]webhookstest.Option{webhookstest.At(r.now)}, opts...)...)
}

// verify gives a delivery to the verifier alone.
func (r *receiver) verify(t *testing.T, delivery *http.Request) (webhooks.Event, error) {
	t.Helper()
	body, err := io.ReadAll(delivery.Body)
	require.NoError(t, err)
	return r.verifier.Verify(t.Context(), delivery.Header, body)
}

// event is the event of a delivery that must verify.
func (r *receiver) event(t *testing.T, delivery *http.Request) webhooks.Event {
	t.Helper()
	event, err := r.verify(t, delivery)
	require.NoError(t, err)
	return event
}

// rejection is why a delivery, which must not verify, was rejected.
func (r *receiver) rejection(t *testing.T, delivery *http.Request) *webhooks.Rejection {
	t.Helper()
	event, err := r.verify(t, delivery)
	require.Nil(t, event)
	var rejection *webhooks.Rejection
	require.ErrorAs(t, err, &rejection)
	require.Equal(t, r.name, rejection.Scheme)
	return rejection
}

// deliver gives a delivery to the handler. Whatever the response is, it is one that the gateway's
// contract knows.
func (r *receiver) deliver(t *testing.T, delivery *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	response := httptest.NewRecorder()
	delivery = delivery.WithContext(contracttest.Invalid(delivery.Context())) // many of them are what no gateway sends
	contracttest.Of(t, r.name.Gateway()).Deliveries(r.handler).ServeHTTP(response, delivery)
	return response
}

// requireResponse compares the response to the gateway.
func requireResponse(t *testing.T, response *httptest.ResponseRecorder, status int, body string) {
	t.Helper()
	require.Equal(t, status, response.Code, response.Body)
	require.JSONEq(t, body, response.Body.String())
	require.Equal(t, "application/json", response.Header().Get("Content-Type"))
	require.Equal(t, "no-store", response.Header().Get("Cache-Control"))
}

// The responses to deliveries that were taken.
const (
	received  = `{"received":true}`
	duplicate = `{"received":true,"duplicate":true}`
)

var errOutOfStock = errors.New("out of stock")

// A logBuffer keeps a log that is written and read at the same time: a delivery outlives its
// response.
type logBuffer struct {
	mu  sync.Mutex
	log bytes.Buffer
}

func (b *logBuffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.log.Write(line)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.log.String()
}
