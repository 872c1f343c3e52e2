package ratelimit_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
)

func TestAWaitThatDoesNotFitTheDeadlineIsRejectedAtOnce(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		g, limiter := &gateway{}, ratelimit.New()
		client := g.client(t, acmeKey, limiter)
		for n := range 10 {
			require.NoError(t, create(t.Context(), client, order(n)))
		}
		time.Sleep(20 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		start := time.Now()
		_, err := client.CreateSession(ctx, minimal(), sdk.WithIdempotencyKey("acme_order-1_1"))

		require.Equal(t, start, time.Now(), "at once")
		require.Len(t, g.times(""), 10, "nothing was sent")
		var unknown *sdk.OutcomeUnknownError
		require.NotErrorAs(t, err, &unknown)
		var e *sdk.Error
		require.ErrorAs(t, err, &e)
		require.ErrorIs(t, err, sdk.CodeRateLimitExceeded)
		require.Equal(t, "vora.CreateSession", e.Operation)
		require.True(t, e.CodeAssigned)
		require.True(t, e.Retryable())
		require.Equal(t, sdk.ActionWaitAndRetry, e.NextAction())
		require.InDelta(t, 40, e.RetryAfter.Seconds(), 1)
		require.Zero(t, e.Status)
		require.Empty(t, e.Attempts)
		require.Equal(t, "acme_order-1_1", e.IdempotencyKey)
		require.ErrorContains(t, err, "was not sent")

		// A call that comes back then passes, because the rejected one took no room.
		time.Sleep(e.RetryAfter)
		_, err = client.CreateSession(t.Context(), minimal(), sdk.WithIdempotencyKey("acme_order-1_1"))
		require.NoError(t, err)
		require.Equal(t, start.Add(e.RetryAfter), time.Now())
	})
}

func TestTheDeadlineIsComparedWithTheWholeQueue(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		limiter := ratelimit.New()
		var waiting sync.WaitGroup
		for range 25 { // 10 go, 10 wait for a minute, 5 for two
			waiting.Go(func() {
				_, err := reserve(t.Context(), limiter, sdk.LimitCreate, "")
				require.NoError(t, err)
			})
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Second)
		defer cancel()
		took, err := reserve(ctx, limiter, sdk.LimitCreate, "")
		require.ErrorIs(t, err, sdk.CodeRateLimitExceeded)
		require.Zero(t, took)
		var e *sdk.Error
		require.ErrorAs(t, err, &e)
		require.InDelta(t, 120, e.RetryAfter.Seconds(), 2)

		ctx, cancel = context.WithTimeout(t.Context(), 130*time.Second)
		defer cancel()
		took, err = reserve(ctx, limiter, sdk.LimitCreate, "")
		require.NoError(t, err)
		require.Equal(t, e.RetryAfter, took, "the forecast is what happens")
		waiting.Wait()
	})
}

// A shop's visitors go away. Their places in the queue must not stay behind them, or nobody would
// be served for hours.
func TestWhoGivesUpMakesRoom(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		limiter := ratelimit.New()
		for range 10 {
			_, err := reserve(t.Context(), limiter, sdk.LimitCreate, "")
			require.NoError(t, err)
		}
		gone, goAway := context.WithCancel(t.Context())
		var visitors sync.WaitGroup
		for range 500 {
			visitors.Go(func() {
				_, err := reserve(gone, limiter, sdk.LimitCreate, "")
				require.ErrorIs(t, err, context.Canceled)
			})
		}
		time.Sleep(10 * time.Second)
		goAway()
		visitors.Wait()
		took, err := reserve(t.Context(), limiter, sdk.LimitCreate, "")
		require.NoError(t, err)
		require.Less(t, took, time.Minute)
	})
}

func TestACancelledWaitEndsAtOnce(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		g, limiter := &gateway{}, ratelimit.New()
		client := g.client(t, acmeKey, limiter)
		for n := range 10 {
			require.NoError(t, create(t.Context(), client, order(n)))
		}
		closing := errors.New("the shop is closing")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(7*time.Second, func() { cancel(closing) })
		start := time.Now()
		err := create(ctx, client, "order 11")
		require.Equal(t, 7*time.Second, time.Since(start))
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, closing)
		require.NotErrorIs(t, err, sdk.CodeRateLimitExceeded)
		require.Len(t, g.times(""), 10)

		cancelled, cancelNow := context.WithCancel(t.Context())
		cancelNow()
		_, err = reserve(cancelled, limiter, sdk.LimitRead, "")
		require.ErrorIs(t, err, context.Canceled, "although there is room")
	})
}
