package vora_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// noting is middleware that writes down when it comes and goes.
func noting(name string, log *[]string) sdk.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			*log = append(*log, name+" in")
			response, err := next.RoundTrip(r)
			*log = append(*log, name+" out")
			return response, err
		})
	}
}

func TestMiddlewareIsAroundEveryAttempt(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		var log []string
		n := 0
		client, _ := setupWith(t, testKey, func(request) response {
			log = append(log, "gateway")
			if n++; n == 1 {
				return response{Status: http.StatusServiceUnavailable, Body: `{"error":"down","code":"auth_service_unavailable"}`}
			}
			return response{Status: http.StatusOK, Body: example(t, "PendingSession")}
		}, sdk.WithMiddleware(noting("first", &log), nil, noting("second", &log)), sdk.WithMiddleware(noting("third", &log)))

		_, err := client.GetSession(t.Context(), sessionID)
		require.NoError(t, err)
		attempt := []string{
			"third in", "second in", "first in", "gateway", "first out", "second out", "third out",
		}
		require.Equal(t, append(attempt, attempt...), log)
	})
}

// The time limit of a program's own HTTP client holds with middleware too.
func TestMiddlewareKeepsTheClientsTimeout(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		silent := roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		var log []string
		client, err := vora.New(testKey, sdk.WithMaxRetries(0), sdk.WithMiddleware(noting("only", &log)),
			sdk.WithHTTPClient(&http.Client{Transport: silent, Timeout: 2 * time.Second}))
		require.NoError(t, err)
		began := time.Now()
		_, err = client.GetSession(t.Context(), sessionID)
		require.Error(t, err)
		require.Equal(t, 2*time.Second, time.Since(began))
		require.Equal(t, []string{"only in", "only out"}, log)
	})
}

// Middleware may keep state between calls, such as a circuit breaker's, so that it is made once.
func TestMiddlewareIsMadeOncePerClient(t *testing.T) {
	t.Parallel()

	var made, used atomic.Int32
	counting := func(next http.RoundTripper) http.RoundTripper {
		made.Add(1)
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			used.Add(1)
			return next.RoundTrip(r)
		})
	}
	client, _ := setup(t, testKey, http.StatusOK, example(t, "PendingSession"), sdk.WithMiddleware(counting))
	for range 5 {
		_, err := client.GetSession(t.Context(), sessionID, sdk.WithMaxRetries(1))
		require.NoError(t, err)
	}
	require.Equal(t, int32(1), made.Load())
	require.Equal(t, int32(5), used.Load())
}

func TestMiddlewareMayChangeAndResponse(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusOK, example(t, "PendingSession"), sdk.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			r = r.Clone(r.Context())
			r.Header.Set("Traceparent", "00-1")
			return next.RoundTrip(r)
		})
	}))
	_, err := client.GetSession(t.Context(), sessionID)
	require.NoError(t, err)
	require.Equal(t, "00-1", g.only(t).Header.Get("Traceparent"))

	client, g = setup(t, testKey, http.StatusOK, "", sdk.WithMiddleware(func(http.RoundTripper) http.RoundTripper {
		return roundTrip(says(http.StatusNotFound, `{"error":"none","code":"session_not_found"}`))
	}))
	_, err = client.GetSession(t.Context(), sessionID)
	require.ErrorIs(t, err, sdk.CodeSessionNotFound)
	require.Empty(t, g.asked())

	// Middleware that wraps nothing is as good as none.
	client, g = setup(t, testKey, http.StatusOK, example(t, "PendingSession"), sdk.WithMiddleware(func(http.RoundTripper) http.RoundTripper { return nil }))
	_, err = client.GetSession(t.Context(), sessionID)
	require.NoError(t, err)
	require.Len(t, g.asked(), 1)
}

func TestMiddlewareIsInsideTheAttemptsTimeLimit(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		client, g := setup(t, testKey, http.StatusOK, "", sdk.WithAttemptTimeout(3*time.Second), sdk.WithMaxRetries(0),
			sdk.WithMiddleware(func(http.RoundTripper) http.RoundTripper {
				return roundTrip(func(r *http.Request) (*http.Response, error) {
					<-r.Context().Done()
					return nil, r.Context().Err()
				})
			}))
		start := time.Now()
		_, err := client.GetSession(t.Context(), sessionID)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 3*time.Second, time.Since(start))
		require.Empty(t, g.asked())
	})
}

func TestAPanicInMiddlewareReachesTheCaller(t *testing.T) {
	t.Parallel()

	client, _ := setup(t, testKey, http.StatusOK, "", sdk.WithMiddleware(func(http.RoundTripper) http.RoundTripper {
		return roundTrip(func(*http.Request) (*http.Response, error) { panic("a bug of mine") })
	}))
	require.PanicsWithValue(t, "a bug of mine", func() {
		_, _ = client.CreateSession(t.Context(), minimalParams())
	})
}
