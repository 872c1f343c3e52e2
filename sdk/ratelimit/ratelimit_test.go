package ratelimit_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
)

func TestABurstOfTwoTenantsQueues(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		g, limiter := &gateway{}, ratelimit.New()
		acme, brightline := g.client(t, acmeKey, limiter), g.client(t, brightlineKey, limiter)
		start := time.Now()
		var burst sync.WaitGroup
		for n := range 45 {
			for _, client := range []func(context.Context) error{
				func(ctx context.Context) error { return create(ctx, acme, order(n)) },
				func(ctx context.Context) error { return create(ctx, brightline, order(n)) },
			} {
				burst.Go(func() { require.NoError(t, client(t.Context())) })
			}
		}
		burst.Wait()
		all := g.times("")
		require.Len(t, all, 90)
		require.Len(t, g.times(acmeKey), 45)
		requireWindows(t, all, 10)
		require.Equal(t, start, all[9], "the first ten need not wait")
		require.Less(t, time.Since(start), 9*time.Minute, "and nobody waits for longer than the limit asks")
	})
}

// Calls that trickle in at irregular times are where a limiter by the clock's minute, or by an
// average rate, goes wrong.
func TestTheWindowSlides(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		g, limiter := &gateway{}, ratelimit.New()
		client := g.client(t, acmeKey, limiter)
		var calls sync.WaitGroup
		for n := range 120 {
			time.Sleep(time.Duration(n*n%17) * 700 * time.Millisecond)
			calls.Go(func() { require.NoError(t, create(t.Context(), client, order(n))) })
		}
		calls.Wait()
		require.Len(t, g.times(""), 120)
		requireWindows(t, g.times(""), 10)
	})
}

func TestReadsHaveALimitOfTheirOwn(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		g, limiter := &gateway{}, ratelimit.New()
		client := g.client(t, acmeKey, limiter)
		var calls sync.WaitGroup
		start := time.Now()
		for range 70 {
			calls.Go(func() {
				_, err := client.GetSession(t.Context(), "vp_cs_1")
				require.NoError(t, err)
			})
		}
		calls.Wait()
		requireWindows(t, g.times(""), 30)
		require.Equal(t, start, g.times("")[29])
		require.Less(t, time.Since(start), 3*time.Minute)

		took, err := reserve(t.Context(), limiter, sdk.LimitCreate, "")
		require.NoError(t, err)
		require.Zero(t, took, "reads are not creates")
	})
}

func TestDeepHealthChecksHaveALimitOfTheirOwn(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		g, limiter := &gateway{}, ratelimit.New()
		client := g.client(t, acmeKey, limiter)
		for range 7 {
			_, err := client.DeepHealth(t.Context())
			require.NoError(t, err)
		}
		requireWindows(t, g.times(""), 5)
		start := time.Now()
		for range 100 {
			_, err := client.Health(t.Context())
			require.NoError(t, err)
		}
		require.Equal(t, start, time.Now(), "shallow checks are not metered")
	})
}

func TestDryRunsCountAsCreates(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		g, limiter := &gateway{status: slices.Repeat([]int{http.StatusForbidden}, 12)}, ratelimit.New()
		client := g.client(t, acmeKey, limiter)
		for range 12 {
			_, _ = client.ValidateSession(t.Context(), minimal())
		}
		requireWindows(t, g.times(""), 10)
	})
}

// From one address, the address's limit is the lower one, so that this takes several.
func TestEachKeyHasALimitToo(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		g, limiter := &gateway{}, ratelimit.New(ratelimit.WithAddresses(5))
		acme, brightline := g.client(t, acmeKey, limiter), g.client(t, brightlineKey, limiter)
		var calls sync.WaitGroup
		start := time.Now()
		for n := range 70 {
			calls.Go(func() { require.NoError(t, create(t.Context(), acme, order(n))) })
		}
		synctest.Wait()
		for n := range 15 {
			calls.Go(func() { require.NoError(t, create(t.Context(), brightline, order(n))) })
		}
		synctest.Wait()
		require.Len(t, g.times(acmeKey), 30)
		require.Len(t, g.times(brightlineKey), 15, "who still has room does not wait behind who has none")
		calls.Wait()
		require.Len(t, g.times(""), 85)
		requireWindows(t, g.times(acmeKey), 30)
		requireWindows(t, g.times(""), 50)
		require.Less(t, time.Since(start), 150*time.Second)
	})
}

func TestSeveralAddressesHaveSeveralLimits(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		limiter := ratelimit.New(ratelimit.WithAddresses(3))
		for n := range 31 {
			took, err := reserve(t.Context(), limiter, sdk.LimitCreate, "")
			require.NoError(t, err)
			require.Equal(t, n == 30, took > 0)
		}
		limiter = ratelimit.New(ratelimit.WithAddresses(-1))
		for n := range 11 {
			took, err := reserve(t.Context(), limiter, sdk.LimitCreate, "")
			require.NoError(t, err)
			require.Equal(t, n == 10, took > 0)
		}
	})
}

func TestRetriesCountToo(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		g := &gateway{status: slices.Repeat([]int{http.StatusServiceUnavailable}, 2)}
		limiter := ratelimit.New()
		client := g.client(t, acmeKey, limiter)
		for n := range 8 { // the first takes three attempts
			require.NoError(t, create(t.Context(), client, order(n)))
		}
		require.Len(t, g.times(""), 10)
		start := time.Now()
		require.NoError(t, create(t.Context(), client, "order 8"))
		require.Greater(t, time.Since(start), 50*time.Second)
		requireWindows(t, g.times(""), 10)
	})
}

// A retry that the limiter does not let through ends the call with what the gateway said last.
func TestARetryThatHasNoRoom(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		g := &gateway{status: []int{http.StatusServiceUnavailable}}
		limiter := ratelimit.New()
		client := g.client(t, acmeKey, limiter)
		for range 9 {
			_, err := reserve(t.Context(), limiter, sdk.LimitCreate, "")
			require.NoError(t, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		start := time.Now()
		err := create(ctx, client, "order 10")
		require.LessOrEqual(t, time.Since(start), 500*time.Millisecond, "one backoff, and then no waiting")
		require.Len(t, g.times(""), 1)
		var e *sdk.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, http.StatusServiceUnavailable, e.Status)
		require.ErrorIs(t, err, sdk.CodeRateLimitExceeded, "why it was the last attempt")
		require.Greater(t, e.RetryAfter, 50*time.Second)
		require.Len(t, e.Attempts, 1)
		require.Equal(t, "the next attempt was held back", e.Attempts[0].Stopped)
	})
}

// A limiter of one's own, for example over a database that several processes share.
type limiterFunc func(context.Context, sdk.LimitedCall) error

func (f limiterFunc) Wait(ctx context.Context, call sdk.LimitedCall) error { return f(ctx, call) }

func TestALimiterThatFails(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		g, down := &gateway{}, errors.New("no connection to the counter")
		asked := 0
		client := g.client(t, acmeKey, limiterFunc(func(context.Context, sdk.LimitedCall) error {
			asked++
			return down
		}))
		err := create(t.Context(), client, "order 1")
		require.ErrorIs(t, err, down)
		require.ErrorContains(t, err, "the rate limiter did not let the attempt begin")
		require.Equal(t, 1, asked)
		require.Empty(t, g.times(""))

		// The same before a retry: it must not be asked for ever.
		g.status, asked = []int{http.StatusServiceUnavailable}, 0
		client = g.client(t, acmeKey, limiterFunc(func(context.Context, sdk.LimitedCall) error {
			if asked++; asked > 1 {
				return down
			}
			return nil
		}))
		err = create(t.Context(), client, "order 1")
		require.ErrorIs(t, err, down)
		require.Equal(t, 2, asked)
		var e *sdk.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, http.StatusServiceUnavailable, e.Status)
	})
}

// What a limiter's own error has as its cause is found in the call's.
func TestTheCauseOfALimitersError(t *testing.T) {
	t.Parallel()

	down := errors.New("no counter")
	client := (&gateway{}).client(t, acmeKey, limiterFunc(func(context.Context, sdk.LimitedCall) error {
		return &sdk.Error{Code: sdk.CodeRateLimitExceeded, Message: "not now", Cause: down}
	}))
	err := create(t.Context(), client, "order")
	require.ErrorIs(t, err, sdk.CodeRateLimitExceeded)
	require.ErrorIs(t, err, down)
}

func TestLimitersSeeNoKeys(t *testing.T) {
	t.Parallel()

	seen := map[string]sdk.LimitedCall{}
	spy := limiterFunc(func(_ context.Context, call sdk.LimitedCall) error {
		seen[call.Operation+call.KeyID] = call
		return nil
	})
	g := &gateway{}
	for _, key := range []string{acmeKey, brightlineKey, acmeKey} {
		client := g.client(t, key, spy)
		require.NoError(t, create(t.Context(), client, "order"))
		_, err := client.GetSession(t.Context(), "vp_cs_1")
		require.NoError(t, err)
	}
	require.Len(t, seen, 4, "a kind of call and a key each")
	for _, call := range seen {
		require.NotEmpty(t, call.KeyID)
		require.NotContains(t, fmt.Sprintf("%+v", call), "vp_sk_test_")
	}
}

// A limiter lives as long as its process and sees every tenant there ever was: those that have been
// idle are forgotten, and no others.
func TestALimiterOfManyKeysKeepsCounting(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		limiter := ratelimit.New(ratelimit.WithAddresses(10_000))
		ask := func(key string) time.Duration {
			took, err := reserve(t.Context(), limiter, sdk.LimitCreate, key)
			require.NoError(t, err)
			return took
		}
		for tenant := range 1000 {
			require.Zero(t, ask(fmt.Sprint("idle ", tenant)))
		}
		time.Sleep(2 * time.Minute)
		for range 30 {
			require.Zero(t, ask("busy"))
		}
		for tenant := range 5000 {
			require.Zero(t, ask(fmt.Sprint("tenant ", tenant)))
		}
		for range 29 {
			require.Zero(t, ask("tenant 0"))
		}
		require.Greater(t, ask("tenant 0"), 50*time.Second)
		require.Zero(t, ask("busy"), "its minute is over too")

		for range 29 {
			require.Zero(t, ask("busy"))
		}
		for tenant := range 20_000 {
			require.Zero(t, ask(fmt.Sprint("another ", tenant)))
		}
		require.Greater(t, ask("busy"), 50*time.Second)
	})
}

func TestGatewaysWithoutDocumentedLimitsPass(t *testing.T) {
	t.Parallel()

	limiter := ratelimit.New()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, call := range []sdk.LimitedCall{
		{Gateway: sdk.GatewayVisionScope, Operation: "visionscope.CreateCheckout", Kind: sdk.LimitCreate},
		{Gateway: sdk.GatewayVora, Operation: "vora.Something", Kind: "something"},
	} {
		for range 100 {
			require.NoError(t, limiter.Wait(t.Context(), call))
		}
		require.ErrorIs(t, limiter.Wait(ctx, call), context.Canceled)
	}
}
