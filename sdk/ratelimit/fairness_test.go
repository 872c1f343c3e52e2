package ratelimit_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
)

// nextWindow is when the calls of a moment have room again.
const nextWindow = time.Minute + 500*time.Millisecond

func TestTheCallsOfAKeyGoInTheOrderOfArrival(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, limiter := &gateway{}, ratelimit.New()
		client := g.client(t, acmeKey, limiter)
		var calls sync.WaitGroup
		var want []string
		for n := range 40 {
			want = append(want, order(n))
			calls.Go(func() { require.NoError(t, create(t.Context(), client, order(n))) })
			time.Sleep(time.Second)
		}
		calls.Wait()
		require.Equal(t, want, g.whats())
	})
}

func TestKeysTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := crowd{limiter: ratelimit.New()}
		calls.fill(t.Context())
		calls.join(t.Context(), 6, creates("a"))
		calls.join(t.Context(), 3, creates("b"))
		calls.join(t.Context(), 1, creates("c"))
		calls.wait.Wait()
		require.Equal(t, "abcababaaa", strings.Join(calls.order()[10:], ""), "whose turn it was, once there was room again")
	})
}

// What one tenant has in line costs another one call, not a thousand.
func TestATenantWithAThousandInLine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		busy, stop := context.WithCancel(t.Context())
		calls := crowd{limiter: ratelimit.New()}
		calls.join(busy, 1010, creates("busy"))
		for n := range 5 {
			deadline, cancel := context.WithTimeout(t.Context(), 70*time.Second)
			took, err := ask(deadline, calls.limiter, creates("quiet"))
			cancel()
			require.NoError(t, err)
			require.Equal(t, nextWindow, took, "call %d", n)
		}
		calls.join(t.Context(), 5, creates("quiet"))
		time.Sleep(nextWindow)
		synctest.Wait()
		require.Len(t, slices.DeleteFunc(calls.order(), func(key string) bool { return key != "quiet" }), 5, "half of the window")
		stop()
		calls.wait.Wait()
	})
}

// The forecast has to say what happens, or a caller's deadline is spent on waiting in vain, or a
// call that has time is rejected. The wait that a rejected call is told is the wait of the call
// that takes its place.
func TestTheForecastIsWhatHappens(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				random := rand.New(rand.NewPCG(seed, 7))
				calls := crowd{limiter: ratelimit.New()}
				calls.fill(t.Context())
				for range random.IntN(60) {
					calls.join(t.Context(), 1+random.IntN(3), creates(fmt.Sprint(random.IntN(1+random.IntN(12)))))
					time.Sleep(time.Duration(random.IntN(2)) * time.Second)
				}
				took, told := untilAccepted(t, calls.limiter, creates(fmt.Sprint(random.IntN(14))))
				require.Equal(t, told, took)
				calls.wait.Wait()
			})
		})
	}
}

// untilAccepted asks with the deadline that the error before suggests, and returns how long the
// call took and how long the last error said that it would.
func untilAccepted(t *testing.T, limiter *ratelimit.Limiter, call sdk.LimitedCall) (took, told time.Duration) {
	t.Helper()
	for {
		ctx, cancel := context.WithTimeout(t.Context(), told+time.Millisecond)
		took, err := ask(ctx, limiter, call)
		cancel()
		if err == nil {
			return took, told
		}
		var e *sdk.Error
		require.ErrorAs(t, err, &e)
		require.Zero(t, took, "rejected at once")
		require.Greater(t, e.RetryAfter, told)
		told = e.RetryAfter
	}
}

// Calls of other keys that come later, and go first, are not in the forecast. Whoever they hold up
// is told as soon as it is certain, and not at the deadline.
func TestWhoIsOvertakenIsToldInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := crowd{limiter: ratelimit.New()}
		calls.join(t.Context(), 10+9, creates("a"))
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Second)
		defer cancel()
		var told error
		var took time.Duration
		calls.wait.Go(func() { took, told = ask(ctx, calls.limiter, creates("a")) }) // the tenth of the next window
		synctest.Wait()
		calls.join(t.Context(), 1, creates("b"))
		calls.wait.Wait()
		require.ErrorIs(t, told, sdk.CodeRateLimitExceeded)
		require.Equal(t, nextWindow, took)
		var e *sdk.Error
		require.ErrorAs(t, told, &e)
		require.Equal(t, nextWindow, e.RetryAfter)
	})
}

// A turn that comes in the moment in which its call goes away is another's.
func TestATurnThatNobodyUsesIsPassedOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := crowd{limiter: ratelimit.New()}
		calls.join(t.Context(), 10, creates("a"))
		gone, goAway := context.WithCancel(t.Context())
		calls.join(gone, 200, creates("visitors"))
		time.AfterFunc(nextWindow, goAway)
		took, err := ask(t.Context(), calls.limiter, creates("visitors"))
		require.NoError(t, err)
		require.Equal(t, nextWindow, took)
		calls.wait.Wait()
	})
}

// Where the address has room, an API key that has none holds up nobody, whatever its calls do.
func TestAKeyWithoutRoomHoldsUpNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := crowd{limiter: ratelimit.New(ratelimit.WithAddresses(5))}
		calls.join(t.Context(), 30, creates("a"))
		time.Sleep(10 * time.Second)
		gone, goAway := context.WithCancel(t.Context())
		calls.join(gone, 10, creates("a"))
		calls.join(t.Context(), 2, creates("a"))
		for _, test := range []struct {
			deadline time.Duration
			code     error
		}{{50 * time.Second, sdk.CodeRateLimitExceeded}, {51 * time.Second, nil}} {
			ctx, cancel := context.WithTimeout(t.Context(), test.deadline)
			calls.wait.Go(func() {
				defer cancel()
				_, err := ask(ctx, calls.limiter, creates("a"))
				require.ErrorIs(t, err, test.code)
			})
			synctest.Wait()
		}
		calls.join(t.Context(), 15, creates("b"))
		require.Len(t, calls.order(), 45)
		goAway()
		calls.join(t.Context(), 5, creates("c"))
		require.Len(t, calls.order(), 50, "the address is full")
		time.Sleep(50*time.Second + 500*time.Millisecond)
		synctest.Wait()
		require.Equal(t, []string{"a", "a"}, calls.order()[50:])
		calls.wait.Wait()
	})
}
