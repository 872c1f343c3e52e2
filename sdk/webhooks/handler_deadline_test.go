package webhooks_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// The gateway waits for 10 seconds, for all of it together.
func TestOneDeadlineFromArrival(t *testing.T) {
	t.Parallel()
	slowKeys := func(wait func(context.Context)) webhooks.KeySource {
		return webhooks.KeySourceFunc(func(ctx context.Context, _ webhooks.KeyHint) ([]webhooks.SigningKey, error) {
			wait(ctx)
			return []webhooks.SigningKey{{Secret: sdk.NewSecret(voraV1().secret)}}, ctx.Err()
		})
	}
	patient := func(ctx context.Context) { <-ctx.Done() }
	deaf := func(context.Context) { time.Sleep(time.Hour) }
	const busy = `{"error":"not able to take events now"}`
	for name, test := range map[string]struct {
		keys   func(context.Context)
		claim  func(context.Context)
		work   func(context.Context)
		status int
		body   string
		after  time.Duration
	}{
		"slow keys and a good function":         {keys: func(context.Context) { time.Sleep(5 * time.Second) }, work: func(context.Context) { time.Sleep(2 * time.Second) }, status: 200, body: received, after: 7 * time.Second},
		"slow keys and a function that waits":   {keys: func(context.Context) { time.Sleep(5 * time.Second) }, work: patient, status: 500, body: `{"error":"the event could not be worked on"}`, after: 8 * time.Second},
		"keys that wait":                        {keys: patient, status: 503, body: `{"error":"not able to verify now","code":"webhook_not_configured"}`, after: 8 * time.Second},
		"keys that never come":                  {keys: deaf, status: 503, body: busy, after: 9 * time.Second},
		"a claim that waits":                    {claim: patient, status: 503, body: busy, after: 4 * time.Second}, // the function could not end in time
		"a claim that never comes":              {claim: deaf, status: 503, body: busy, after: 9 * time.Second},
		"a function that waits":                 {work: patient, status: 500, body: `{"error":"the event could not be worked on"}`, after: 8 * time.Second},
		"a function that does not hear the end": {work: deaf, status: 503, body: busy, after: 9 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				changes := []func(*receiver){withOptions(webhooks.WithStore(&failingStore{MemoryStore: webhooks.NewMemoryStore()}))}
				if test.keys != nil {
					changes = append(changes, withKeys(slowKeys(test.keys)))
				}
				if test.claim != nil {
					changes = append(changes, withOptions(webhooks.WithStore(&failingStore{MemoryStore: webhooks.NewMemoryStore(), claim: func(ctx context.Context) error {
						test.claim(ctx)
						return ctx.Err()
					}})))
				}
				if test.work != nil {
					changes = append(changes, withWork(func(ctx context.Context, _ webhooks.Event) error {
						test.work(ctx)
						return ctx.Err()
					}))
				}
				r := setup(t, voraV1(), changes...)
				began := time.Now()
				requireResponse(t, r.deliver(t, r.delivery()), test.status, test.body)
				require.Equal(t, test.after, time.Since(began))
				time.Sleep(2 * time.Hour) // for what goes on in the background
			})
		})
	}
}

// A gateway that hangs up during the claim leaves nothing in flight: the work is done.
func TestAHangUpDuringTheClaim(t *testing.T) {
	t.Parallel()
	ctx, hangUp := context.WithCancel(t.Context())
	store := &failingStore{MemoryStore: webhooks.NewMemoryStore()}
	claimed := false
	store.claim = func(ctx context.Context) error {
		hangUp()
		claimed = true
		store.claim = nil
		return ctx.Err()
	}
	r := setup(t, voraV1(), withOptions(webhooks.WithStore(store)))
	response := r.deliver(t, r.delivery().WithContext(ctx))
	require.True(t, claimed)
	require.Equal(t, http.StatusServiceUnavailable, response.Code, "the store claimed nothing and said that it had: %s", response.Body)

	store.claim = func(context.Context) error { // takes a moment, and then works
		store.claim = nil
		return errStoreDown
	}
	requireResponse(t, r.deliver(t, r.delivery().WithContext(ctx)), http.StatusOK, received)
	requireResponse(t, r.deliver(t, r.delivery()), http.StatusOK, duplicate)
	require.Len(t, r.events, 1)
}

func TestAKeySourceThatPanics(t *testing.T) {
	t.Parallel()
	r := setup(t, voraV1(), withKeys(webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) {
		panic("the map is nil")
	})))
	requireResponse(t, r.deliver(t, r.delivery()), http.StatusServiceUnavailable, `{"error":"not able to take events now"}`)
	require.Contains(t, r.log.String(), "the map is nil")
}

// A sender that takes forever for its body does not hold a connection forever.
func TestABodyThatDoesNotCome(t *testing.T) {
	t.Parallel()
	r := setup(t, voraV1(), withOptions(webhooks.WithTimeout(100*time.Millisecond)))
	server := httptest.NewServer(r.handler)
	t.Cleanup(server.Close)
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
	_, err = fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	require.NoError(t, err)
	response, err := io.ReadAll(conn) // until the server closes it
	require.NoError(t, err)
	require.Contains(t, string(response), "408 Request Timeout")
}

// The limit for the body does not end the work on an event.
func TestTheTimeForTheBodyIsNotTheTimeForTheWork(t *testing.T) {
	t.Parallel()
	slow := withWork(func(ctx context.Context, _ webhooks.Event) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(300 * time.Millisecond):
			return nil
		}
	})
	r := setup(t, voraV1(), slow)
	server := httptest.NewUnstartedServer(r.handler)
	server.Config.ReadTimeout = 100 * time.Millisecond
	server.Start()
	t.Cleanup(server.Close)
	delivery := r.delivery()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, bytes.NewReader(r.body))
	require.NoError(t, err)
	request.Header = delivery.Header
	response, err := server.Client().Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
}

// The next request on the connection has its own time.
func TestTheTimeForTheBodyEndsWithTheBody(t *testing.T) {
	t.Parallel()
	r := setup(t, voraV1())
	response := &deadlineRecorder{ResponseRecorder: httptest.NewRecorder()}
	before := time.Now()
	r.handler.ServeHTTP(response, r.delivery())
	require.Equal(t, http.StatusOK, response.Code)
	require.Len(t, response.deadlines, 2)
	require.True(t, response.deadlines[0].After(before))
	require.Zero(t, response.deadlines[1])
}

// A deadlineRecorder also records the deadlines for reading from its connection.
type deadlineRecorder struct {
	*httptest.ResponseRecorder
	deadlines []time.Time
}

func (r *deadlineRecorder) SetReadDeadline(deadline time.Time) error {
	r.deadlines = append(r.deadlines, deadline)
	return nil
}
