package vora_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A watch is an observer and an error reporter that write down what they see.
type watch struct {
	mu      sync.Mutex
	began   []string
	ended   []sdk.CallResult
	reports []sdk.ErrorReport
}

type markKey struct{}

func (w *watch) observe(ctx context.Context, operation string) (context.Context, func(sdk.CallResult)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.began = append(w.began, operation)
	return context.WithValue(ctx, markKey{}, operation), func(result sdk.CallResult) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.ended = append(w.ended, result)
	}
}

func (w *watch) report(_ context.Context, report sdk.ErrorReport) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reports = append(w.reports, report)
}

// watched is a client that somebody watches.
func watched(t *testing.T, key string, respond func(request) response, opts ...sdk.ClientOption) (*vora.Client, *gateway, *watch) {
	t.Helper()
	w := &watch{}
	client, g := setupWith(t, key, respond, append([]sdk.ClientOption{sdk.WithObserver(w.observe), sdk.WithErrorReporter(w.report)}, opts...)...)
	return client, g, w
}

// always gives the same response.
func always(status int, body string) func(request) response {
	return func(request) response { return response{Status: status, Body: body} }
}

func TestCallsAreObserved(t *testing.T) {
	t.Parallel()

	client, _, w := watched(t, testKey, func(r request) response {
		if r.Method == http.MethodPost {
			return response{Status: http.StatusCreated, Body: example(t, "CreatedSession")}
		}
		return response{Status: http.StatusOK, Body: example(t, "PendingSession")}
	})
	created, err := client.CreateSession(t.Context(), minimalParams())
	require.NoError(t, err)
	session, err := client.GetSession(t.Context(), sessionID)
	require.NoError(t, err)
	require.Equal(t, []string{"vora.CreateSession", "vora.GetSession"}, w.began)
	require.Len(t, w.ended, 2)
	require.NoError(t, w.ended[0].Err)
	require.Equal(t, created.Response, w.ended[0].Response)
	require.Equal(t, session.Response, w.ended[1].Response)
	require.Empty(t, w.reports)
}

func TestACallThatIsRetriedIsObservedOnce(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		n := 0
		client, _, w := watched(t, testKey, func(request) response {
			if n++; n < 3 {
				return response{Status: http.StatusServiceUnavailable, Body: `{"error":"down","code":"auth_service_unavailable"}`}
			}
			return response{Status: http.StatusOK, Body: example(t, "PendingSession")}
		})
		_, err := client.GetSession(t.Context(), sessionID)
		require.NoError(t, err)
		require.Equal(t, []string{"vora.GetSession"}, w.began)
		require.Len(t, w.ended, 1)
		require.Len(t, w.ended[0].Response.Attempts, 3)
		require.Empty(t, w.reports, "it did not fail for good")
	})
}

func TestTheObserversContextGoesWithTheCall(t *testing.T) {
	t.Parallel()

	var seen any
	spy := func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			seen = r.Context().Value(markKey{})
			return next.RoundTrip(r)
		})
	}
	client, _, _ := watched(t, testKey, always(http.StatusOK, example(t, "PendingSession")), sdk.WithMiddleware(spy))
	_, err := client.GetSession(t.Context(), sessionID)
	require.NoError(t, err)
	require.Equal(t, "vora.GetSession", seen)
}

func TestAFailureIsReportedOnce(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		client, _, w := watched(t, testKey, func(request) response {
			return response{http.StatusServiceUnavailable, `{"error":"down","code":"auth_service_unavailable"}`, http.Header{"X-Request-Id": {"req_1"}}}
		})
		_, err := client.CreateSession(t.Context(), minimalParams())
		require.Error(t, err)
		require.Len(t, w.ended, 1)
		require.Equal(t, err, w.ended[0].Err)
		require.Zero(t, w.ended[0].Response)
		require.Equal(t, []sdk.ErrorReport{{
			Err: err, Operation: "vora.CreateSession", Method: http.MethodPost, URL: "https://checkout.vonpay.com/v1/sessions",
			Status: http.StatusServiceUnavailable, RequestID: "req_1", Code: sdk.CodeAuthServiceUnavailable, Attempt: 3, SDKVersion: sdk.Version,
		}}, w.reports)
	})
}

func TestAReportHasNoQuery(t *testing.T) {
	t.Parallel()

	client, g, w := watched(t, testKey, always(http.StatusUnauthorized, `{"error":"no","code":"auth_invalid_key"}`), sdk.WithBaseURL("https://gateway.example.com/vora"))
	_, err := client.ValidateSession(t.Context(), minimalParams())
	require.Error(t, err)
	_, err = client.GetSession(t.Context(), "a?b#c")
	require.Error(t, err)
	require.Contains(t, g.asked()[0].URL, "?dry_run=true")
	require.Equal(t, "https://gateway.example.com/vora/v1/sessions", w.reports[0].URL)
	require.Equal(t, "https://gateway.example.com/vora/v1/sessions/a%3Fb%23c", w.reports[1].URL)
}

func TestAnUnknownOutcomeIsReported(t *testing.T) {
	t.Parallel()

	w := &watch{}
	client, err := vora.New(testKey, sdk.WithHTTPClient(&http.Client{Transport: roundTrip(breaks)}), sdk.WithMaxRetries(0), sdk.WithErrorReporter(w.report))
	require.NoError(t, err)
	_, err = client.CreateSession(t.Context(), minimalParams())
	require.Len(t, w.reports, 1)
	require.Equal(t, err, w.reports[0].Err)
	var unknown *sdk.OutcomeUnknownError
	require.ErrorAs(t, w.reports[0].Err, &unknown)
	require.Zero(t, w.reports[0].Status)
	require.Equal(t, 1, w.reports[0].Attempt)
}

// What is rejected locally is for the caller to fix: the error is returned at once, and nothing
// happened at the gateway.
func TestWhatIsRejectedHereIsNotObserved(t *testing.T) {
	t.Parallel()

	client, _, w := watched(t, publishableKey, always(http.StatusCreated, example(t, "CreatedSession")))
	_, err := client.CreateSession(t.Context(), purchase(0))
	require.Error(t, err)
	_, err = client.CreateSession(t.Context(), purchase(1), sdk.WithIdempotencyKey("ä"))
	require.Error(t, err)
	_, err = client.GetSession(t.Context(), sessionID)
	require.ErrorIs(t, err, sdk.CodeAuthKeyTypeForbidden)
	_, err = under(t, client, purchaseKey, purchase(1))
	require.NoError(t, err)
	_, err = under(t, client, purchaseKey, purchase(2))
	requireCollision(t, err)
	require.Len(t, w.began, 1)
	require.Len(t, w.ended, 1)
	require.Empty(t, w.reports)
}

// Waiting for a limiter is part of a call, and takes time; but nothing was sent that could have
// failed.
func TestWhatALimiterRejectsIsObservedAndNotReported(t *testing.T) {
	t.Parallel()

	client, g, w := watched(t, testKey, always(http.StatusCreated, ""), sdk.WithLimiter(&closedOnce{}))
	_, err := client.CreateSession(t.Context(), minimalParams())
	require.Error(t, err)
	require.Empty(t, g.asked())
	require.Len(t, w.began, 1)
	require.Len(t, w.ended, 1)
	require.Equal(t, err, w.ended[0].Err)
	require.Empty(t, w.reports)
}

// The response "no" of a dry run is a result, in both of its forms.
func TestADryRunsNoIsNoFailure(t *testing.T) {
	t.Parallel()

	for _, body := range []string{`{"valid":false,"errors":["amount: too small"]}`, `{"error":"amount: too small","code":"validation_invalid_amount"}`} {
		client, _, w := watched(t, testKey, always(http.StatusBadRequest, body))
		validation, err := client.ValidateSession(t.Context(), minimalParams())
		require.NoError(t, err)
		require.False(t, validation.Valid)
		require.Equal(t, []string{"amount: too small"}, validation.Errors)
		require.Len(t, w.ended, 1)
		require.NoError(t, w.ended[0].Err)
		require.Equal(t, http.StatusBadRequest, w.ended[0].Response.Status)
		require.Empty(t, w.reports)
	}
}

// Health and discovery have two addresses. Finding them at the second is one call, and not a
// failure.
func TestTheOtherPathIsTheSameCall(t *testing.T) {
	t.Parallel()

	client, g, w := watched(t, testKey, at("/api/health", response{Status: http.StatusOK, Body: `{"status":"ok","version":"2026-04-14"}`}))
	_, err := client.Health(t.Context())
	require.NoError(t, err)
	require.Len(t, g.asked(), 2)
	require.Equal(t, []string{"vora.Health"}, w.began)
	require.Len(t, w.ended, 1)
	require.NoError(t, w.ended[0].Err)
	require.Empty(t, w.reports)

	_, err = client.Discovery(t.Context())
	require.Error(t, err)
	require.Equal(t, []string{"vora.Health", "vora.Discovery"}, w.began)
	require.Len(t, w.ended, 2)
	require.Len(t, w.reports, 1)
	require.Equal(t, "https://checkout.vonpay.com/.well-known/vonpay.json", w.reports[0].URL)
}

func TestObserversMayFail(t *testing.T) {
	t.Parallel()

	for name, options := range map[string][]sdk.ClientOption{
		"an observer that panics": {sdk.WithObserver(func(context.Context, string) (context.Context, func(sdk.CallResult)) { panic("observer") })},
		"an observer that panics at the end": {sdk.WithObserver(func(ctx context.Context, _ string) (context.Context, func(sdk.CallResult)) {
			return ctx, func(sdk.CallResult) { panic("end") }
		})},
		"an observer that returns nothing": {sdk.WithObserver(func(context.Context, string) (context.Context, func(sdk.CallResult)) { return nil, nil })},
		"a reporter that panics":           {sdk.WithErrorReporter(func(context.Context, sdk.ErrorReport) { panic("reporter") })},
		"a notice handler that panics":     {sdk.WithNoticeHandler(func(context.Context, sdk.Notice) { panic("notice") })},
		"nobody at all":                    {sdk.WithObserver(nil), sdk.WithErrorReporter(nil), sdk.WithNoticeHandler(nil), sdk.WithLimiter(nil), sdk.WithLogger(nil)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			deprecated := http.Header{"Deprecation": {"true"}}
			client, _ := setupWith(t, testKey, func(request) response {
				return response{http.StatusOK, example(t, "PendingSession"), deprecated}
			}, options...)
			session, err := client.GetSession(t.Context(), sessionID)
			require.NoError(t, err)
			require.Equal(t, sessionID, session.ID)

			client, _ = setup(t, testKey, http.StatusNotFound, `{"error":"none","code":"session_not_found"}`, options...)
			_, err = client.GetSession(t.Context(), sessionID)
			require.ErrorIs(t, err, sdk.CodeSessionNotFound)
		})
	}
}

func TestTheReporterHasTheCallsContext(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		closing := errors.New("the shop is closing")
		var cause, mark error
		client, err := vora.New(testKey, sdk.WithHTTPClient(&http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})}), sdk.WithErrorReporter(func(ctx context.Context, report sdk.ErrorReport) { cause, mark = context.Cause(ctx), report.Err }))
		require.NoError(t, err)
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(closing) })
		_, err = client.GetSession(ctx, sessionID)
		require.ErrorIs(t, err, closing)
		require.Equal(t, closing, cause)
		require.Equal(t, err, mark)
	})
}

// Whoever measures calls sees the end of one that middleware interrupts, and that a create may have
// been carried out.
func TestACallThatPanicsIsObservedToItsEnd(t *testing.T) {
	t.Parallel()

	panics := func(http.RoundTripper) http.RoundTripper {
		return roundTrip(func(*http.Request) (*http.Response, error) { panic("out of order") })
	}
	client, _, w := watched(t, testKey, always(http.StatusOK, ""), sdk.WithMiddleware(panics))
	require.PanicsWithValue(t, "out of order", func() {
		_, _ = client.CreateSession(t.Context(), minimalParams(), sdk.WithIdempotencyKey(purchaseKey))
	})
	require.PanicsWithValue(t, "out of order", func() { _, _ = client.GetSession(t.Context(), sessionID) })
	require.Equal(t, []string{"vora.CreateSession", "vora.GetSession"}, w.began)
	require.Len(t, w.ended, 2)

	var unknown *sdk.OutcomeUnknownError
	require.ErrorAs(t, w.ended[0].Err, &unknown)
	require.Equal(t, purchaseKey, unknown.Err.IdempotencyKey)
	require.Error(t, w.ended[1].Err)
	require.NotErrorAs(t, w.ended[1].Err, &unknown, "nothing is lost of a read")
}

// What a gateway does not limit does not wait for what it limits.
func TestCallsWithoutALimitDoNotAskTheLimiter(t *testing.T) {
	t.Parallel()

	limiter := &closedOnce{}
	client, _ := setup(t, testKey, http.StatusOK, `{"status":"ok","version":"2026-04-14"}`, sdk.WithLimiter(limiter))
	_, err := client.Health(t.Context())
	require.NoError(t, err)
	require.False(t, limiter.asked)
	_, err = client.DeepHealth(t.Context())
	require.ErrorContains(t, err, "closed")
}
