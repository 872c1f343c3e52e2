package webhooks_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

const tooMany = `{"error":"too many deliveries","code":"rate_limit_exceeded"}`

// receive gives a delivery to the handler, whose response need not be one of the contract.
func receive(r *receiver, delivery *http.Request) *httptest.ResponseRecorder {
	response := httptest.NewRecorder()
	r.handler.ServeHTTP(response, delivery)
	return response
}

func forged(r *receiver) *http.Request {
	return r.delivery(webhookstest.WithBodyAfterSigning(append([]byte(" "), r.body...)))
}

func TestRejectedDeliveriesAreLimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reasons := map[webhooks.Reason]int{}
		r := setup(t, voraV1(), withOptions(webhooks.WithRateLimit(2, 3), webhooks.WithRejections(func(_ context.Context, rejection *webhooks.Rejection) {
			reasons[rejection.Reason]++
			if rejection.Reason == webhooks.ReasonRateLimited {
				require.ErrorIs(t, rejection, sdk.CodeRateLimitExceeded)
				require.ErrorIs(t, rejection.Cause, sdk.CodeWebhookInvalidSignature)
			}
		})))
		for range 3 {
			require.Equal(t, http.StatusUnauthorized, receive(r, forged(r)).Code)
		}
		for range 7 {
			response := receive(r, forged(r))
			requireResponse(t, response, http.StatusTooManyRequests, tooMany)
			require.Equal(t, "1", response.Header().Get("Retry-After"))
		}
		require.Equal(t, map[webhooks.Reason]int{webhooks.ReasonWrongSignature: 3, webhooks.ReasonRateLimited: 7}, reasons)
		requireResponse(t, receive(r, r.delivery()), http.StatusOK, received)
		require.Len(t, r.events, 1)
		require.Equal(t, 1, strings.Count(r.log.String(), "rate_limited"), r.log)

		time.Sleep(500 * time.Millisecond)
		require.Equal(t, http.StatusUnauthorized, receive(r, forged(r)).Code)
		require.Equal(t, http.StatusTooManyRequests, receive(r, forged(r)).Code)

		time.Sleep(time.Hour)
		for range 3 {
			require.Equal(t, http.StatusUnauthorized, receive(r, forged(r)).Code)
		}
		require.Equal(t, http.StatusTooManyRequests, receive(r, forged(r)).Code, "a quiet hour is no reason for more than the burst")
		require.Contains(t, r.log.String(), "since_the_last_line=8")
	})
}

func TestTheLogHasOneLinePerSecondAboutALimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := setup(t, voraV1(), withOptions(webhooks.WithRateLimitFunc(func(*http.Request) bool { return false })))
		lines := func() int {
			require.Equal(t, http.StatusTooManyRequests, receive(r, r.delivery()).Code)
			return strings.Count(r.log.String(), "rate_limited")
		}
		require.Equal(t, 1, lines())
		time.Sleep(time.Second - time.Nanosecond)
		require.Equal(t, 1, lines())
		time.Sleep(time.Nanosecond)
		require.Equal(t, 2, lines())
		require.Contains(t, r.log.String(), "since_the_last_line=2")
	})
}

// Junk in any amount takes nothing away from the deliveries that are authentic.
func TestJunkBesideRealDeliveries(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		synctest.Test(t, func(t *testing.T) {
			lookups := 0
			r := setup(t, s, withOptions(webhooks.WithRateLimit(50, 100)), withKeys(webhooks.KeySourceFunc(func(_ context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
				lookups++
				if hint.SessionID == "unknown" {
					return nil, webhooks.ErrUnknownMerchant
				}
				return []webhooks.SigningKey{{Secret: sdk.NewSecret(s.secret)}}, nil
			})))
			for range 20 {
				for range 10 {
					require.NotEqual(t, http.StatusOK, receive(r, r.delivery(webhookstest.WithoutSignature())).Code)
					require.NotEqual(t, http.StatusOK, receive(r, forged(r)).Code)
				}
				require.Equal(t, http.StatusOK, receive(r, r.delivery()).Code)
				time.Sleep(50 * time.Millisecond)
			}
			require.Len(t, r.events, 1)
		})
	}
}

// A forged delivery costs no look-up each, and a merchant who was stored a moment too late is found
// when the gateway delivers again.
func TestUnknownMerchantsAreRememberedForAMoment(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		synctest.Test(t, func(t *testing.T) {
			lookups, known := 0, false
			r := setup(t, s, withKeys(webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) {
				lookups++
				if !known {
					return nil, webhooks.ErrUnknownMerchant
				}
				return []webhooks.SigningKey{{Secret: sdk.NewSecret(s.secret)}}, nil
			})))
			for range 200 {
				require.Equal(t, webhooks.ReasonUnknownMerchant, r.rejection(t, r.delivery()).Reason)
				time.Sleep(5 * time.Millisecond)
			}
			require.LessOrEqual(t, lookups, 3)
			known = true
			time.Sleep(time.Second)
			requireResponse(t, receive(r, r.delivery()), http.StatusOK, received)
		})
	}
}

// That the keys cannot be looked up is not the sender's fault, whose limit stays as it is.
func TestFailedLookUpsAreNotLimited(t *testing.T) {
	t.Parallel()
	down := true
	r := setup(t, voraV1(), withOptions(webhooks.WithRateLimit(0.001, 1)), withKeys(webhooks.KeySourceFunc(func(context.Context, webhooks.KeyHint) ([]webhooks.SigningKey, error) {
		if down {
			return nil, errors.New("no database")
		}
		return []webhooks.SigningKey{{Secret: secretOf(voraV1())}}, nil
	})))
	for range 3 {
		require.Equal(t, http.StatusServiceUnavailable, receive(r, r.delivery()).Code)
	}
	down = false
	require.Equal(t, http.StatusUnauthorized, receive(r, forged(r)).Code)
	require.Equal(t, http.StatusTooManyRequests, receive(r, forged(r)).Code)
}

func TestRateLimitFuncsThatPanic(t *testing.T) {
	t.Parallel()
	r := setup(t, voraV1(), withOptions(webhooks.WithRateLimitFunc(func(*http.Request) bool { panic("no Redis") })))
	require.Equal(t, http.StatusServiceUnavailable, receive(r, r.delivery()).Code)
	require.Contains(t, r.log.String(), "no Redis")
}

func TestRateLimitFunc(t *testing.T) {
	t.Parallel()
	allow := func(r *http.Request) bool { return r.RemoteAddr == "192.0.2.1:1234" }
	counted := 0
	r := setup(t, voraV1(), withOptions(webhooks.WithRateLimitFunc(allow), webhooks.WithRateLimitFunc(nil), webhooks.WithRejections(func(_ context.Context, rejection *webhooks.Rejection) {
		require.Equal(t, webhooks.ReasonRateLimited, rejection.Reason)
		counted++
	})))
	stranger := r.delivery()
	stranger.RemoteAddr = "192.0.2.2:1234"
	stranger.Body = unread{t}
	requireResponse(t, receive(r, stranger), http.StatusTooManyRequests, tooMany)
	requireResponse(t, receive(r, r.delivery()), http.StatusOK, received)
	require.Equal(t, 1, counted)
	require.Contains(t, r.log.String(), "rate_limited")
}

// Each function may turn a delivery away. What they turn away does not count for WithRateLimit.
func TestRateLimitFuncsBesideOtherLimits(t *testing.T) {
	t.Parallel()
	var first, second bool
	r := setup(t, voraV1(), withOptions(
		webhooks.WithRateLimit(0.001, 1),
		webhooks.WithRateLimitFunc(func(*http.Request) bool { return first }),
		webhooks.WithRateLimitFunc(func(*http.Request) bool { return second }),
	))
	for range 2 {
		for _, allowed := range [][2]bool{{false, false}, {false, true}, {true, false}} {
			first, second = allowed[0], allowed[1]
			requireResponse(t, receive(r, r.delivery()), http.StatusTooManyRequests, tooMany)
		}
	}
	first, second = true, true
	require.Equal(t, http.StatusUnauthorized, receive(r, forged(r)).Code)
	requireResponse(t, receive(r, forged(r)), http.StatusTooManyRequests, tooMany)
	requireResponse(t, receive(r, r.delivery()), http.StatusOK, received)
}

// unread is a body that nobody may read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body of a delivery that was turned away was read")
	return 0, http.ErrBodyReadAfterClose
}

func (u unread) Close() error { return nil }

func TestRateLimitsThatLetNothingThrough(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		perSecond float64
		burst     int
	}{{0, 1}, {-1, 1}, {math.NaN(), 1}, {math.Inf(1), 1}, {1, 0}, {1, -1}} {
		_, err := webhooks.NewHandler(webhooks.Vora(keys(t, webhooks.SigningKey{Secret: secretOf(voraV1())})), nothingToDo, webhooks.WithRateLimit(test.perSecond, test.burst))
		require.ErrorContains(t, err, "allows no delivery")
	}
}
