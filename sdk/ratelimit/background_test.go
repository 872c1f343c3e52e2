package ratelimit_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
)

// However much a sweep has in line, and whatever it has used: a burst of buyers does not notice.
func TestTheBackgroundDelaysNoBuyer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := crowd{limiter: ratelimit.New()}
		sweep, stop := context.WithCancel(t.Context())
		calls.join(sweep, 200, background("a"))
		require.Len(t, calls.order(), 5, "half of the limit")
		for range 10 {
			time.Sleep(7 * time.Minute)
			for range 5 {
				took, err := ask(t.Context(), calls.limiter, creates("a"))
				require.NoError(t, err)
				require.Zero(t, took)
			}
		}
		stop()
		calls.wait.Wait()
	})
}

// Whoever waits in the background lets every buyer go first who is there when there is room.
func TestBuyersGoBeforeTheBackground(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := crowd{limiter: ratelimit.New()}
		calls.fill(t.Context())
		calls.join(t.Context(), 3, background("sweep"))
		calls.join(t.Context(), 4, creates("buyers"))
		calls.wait.Wait()
		require.Equal(t, "buyersbuyersbuyersbuyerssweepsweepsweep", strings.Join(calls.order()[10:], ""))
	})
}

func TestTheBackgroundHasItsTurnWhenThereIsRoomToSpare(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, limiter := &gateway{}, ratelimit.New()
		client := g.client(t, acmeKey, limiter, sdk.WithBackground())
		start := time.Now()
		for range 40 {
			_, err := client.GetSession(t.Context(), "vp_cs_1")
			require.NoError(t, err)
		}
		requireWindows(t, g.times(""), 15)
		require.Equal(t, 2*nextWindow, time.Since(start), "15 reads, 15, and 10")

		_, err := g.client(t, acmeKey, limiter).GetSession(t.Context(), "vp_cs_1")
		require.NoError(t, err)
		_, err = g.client(t, acmeKey, limiter).GetSession(t.Context(), "vp_cs_1", sdk.WithBackground())
		require.NoError(t, err)
		require.Equal(t, 2*nextWindow, time.Since(start), "12 of 15")
	})
}

// There is no turn for the background while buyers need more than half of the limit. That is the
// price of never being in their way, and what its deadline is for.
func TestTheBackgroundWaitsForAsLongAsBuyersNeedTheRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := ratelimit.New()
		sweep, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		done := make(chan error, 1)
		buyers := func() {
			took, err := ask(t.Context(), limiter, creates("a"))
			require.NoError(t, err)
			require.Zero(t, took)
			time.Sleep(9 * time.Second) // 6 or 7 a minute
		}
		for range 6 {
			buyers()
		}
		go func() {
			done <- limiter.Wait(sweep, sdk.LimitedCall{Gateway: sdk.GatewayVora, Kind: sdk.LimitCreate, Background: true})
		}()
		for range 80 {
			buyers()
		}
		require.ErrorIs(t, <-done, sdk.CodeRateLimitExceeded)
	})
}

func TestTheForecastOfTheBackgroundIsNotTooEarly(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*testing.T, *crowd){
		"nobody":     func(*testing.T, *crowd) {},
		"its own":    func(t *testing.T, calls *crowd) { calls.join(t.Context(), 12, background("a")) },
		"few buyers": func(t *testing.T, calls *crowd) { calls.join(t.Context(), 13, creates("a")) },
		"both": func(t *testing.T, calls *crowd) {
			calls.join(t.Context(), 10, creates("a"))
			time.Sleep(20 * time.Second)
			calls.join(t.Context(), 27, creates("a"))
			calls.join(t.Context(), 7, background("b"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				calls := &crowd{limiter: ratelimit.New()}
				before(t, calls)
				took, told := untilAccepted(t, calls.limiter, background("a"))
				require.LessOrEqual(t, took, told)
				require.GreaterOrEqual(t, took, told-nextWindow)
				calls.wait.Wait()
			})
		})
	}
}
