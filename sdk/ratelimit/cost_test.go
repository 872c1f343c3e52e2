package ratelimit_test

import (
	"context"
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
)

// inLine is a limiter with calls in line, which leave at the end of the test or when told to.
func inLine(tb testing.TB, calls, keys int) (limiter *ratelimit.Limiter, leave func()) {
	tb.Helper()
	limiter = ratelimit.New()
	for range 10 {
		require.NoError(tb, limiter.Wait(tb.Context(), voraCreate("first")))
	}
	ctx, cancel := context.WithCancel(tb.Context())
	var joining, waiting sync.WaitGroup
	for n := range calls {
		joining.Add(1)
		waiting.Go(func() {
			_ = limiter.Wait(&signalling{Context: ctx, joined: joining.Done}, voraCreate(fmt.Sprint("key ", n%keys)))
		})
	}
	joining.Wait()
	leave = sync.OnceFunc(func() {
		cancel()
		waiting.Wait()
	})
	tb.Cleanup(leave)
	return limiter, leave
}

func voraCreate(key string) sdk.LimitedCall {
	return sdk.LimitedCall{Gateway: sdk.GatewayVora, Operation: "vora.CreateSession", Kind: sdk.LimitCreate, KeyID: key}
}

// A signalling context says when it is waited for, which is when its call is in line.
type signalling struct {
	context.Context
	joined func()
}

func (c *signalling) Done() <-chan struct{} {
	c.joined()
	return c.Context.Done()
}

// A visitor's context ends as soon as it is waited for.
type visitor struct {
	context.Context
	cancel context.CancelFunc
}

func (v *visitor) Done() <-chan struct{} {
	v.cancel()
	return v.Context.Done()
}

// visit joins the line and leaves it.
func visit(tb testing.TB, limiter *ratelimit.Limiter, key string) {
	ctx, cancel := context.WithTimeout(tb.Context(), time.Hour*1000)
	require.ErrorIs(tb, limiter.Wait(&visitor{ctx, cancel}, voraCreate(key)), context.Canceled)
}

// hurry asks for a turn that does not come in time.
func hurry(tb testing.TB, limiter *ratelimit.Limiter, key string) {
	ctx, cancel := context.WithTimeout(tb.Context(), 5*time.Second)
	defer cancel()
	require.ErrorIs(tb, limiter.Wait(ctx, voraCreate(key)), sdk.CodeRateLimitExceeded)
}

// What a newcomer costs does not depend on how many are in line: neither when it joins and leaves,
// nor when it is told that it comes too late. AllocsPerRun counts for the whole process, so this
// test is not parallel.
func TestAPlaceInLineCostsTheSameWhereverItIs(t *testing.T) {
	measure := func(limiter *ratelimit.Limiter, key string) []float64 {
		return []float64{
			testing.AllocsPerRun(100, func() { visit(t, limiter, key) }),
			testing.AllocsPerRun(100, func() { hurry(t, limiter, key) }),
		}
	}
	few, leave := inLine(t, 1, 1)
	newKey, sameKey := measure(few, "newcomer"), measure(few, "key 0")
	leave()
	for _, keys := range []int{1, 20_000} {
		many, leave := inLine(t, 20_000, keys)
		require.InDeltaSlice(t, newKey, measure(many, "newcomer"), 2, "%d keys", keys)
		require.InDeltaSlice(t, sameKey, measure(many, "key 0"), 2, "%d keys", keys)
		leave()
	}
}

func BenchmarkWait(b *testing.B) {
	b.Run("room", func(b *testing.B) {
		limiter := ratelimit.New(ratelimit.WithAddresses(math.MaxInt))
		b.ReportAllocs()
		for b.Loop() {
			if err := limiter.Wait(b.Context(), sdk.LimitedCall{Gateway: sdk.GatewayVora, Kind: sdk.LimitRead}); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, calls := range []int{1, 3000, 20_000} {
		for _, keys := range []int{1, calls} {
			name := fmt.Sprintf("%d in line of %d keys", calls, keys)
			b.Run("join and leave/"+name, func(b *testing.B) {
				limiter, _ := inLine(b, calls, keys)
				b.ReportAllocs()
				for b.Loop() {
					visit(b, limiter, "key 0")
				}
			})
			b.Run("too late/"+name, func(b *testing.B) {
				limiter, _ := inLine(b, calls, keys)
				b.ReportAllocs()
				for b.Loop() {
					hurry(b, limiter, "key 0")
				}
			})
		}
	}
	for _, calls := range []int{1000, 20_000} {
		b.Run(fmt.Sprintf("all leave/%d in line", calls), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				_, leave := inLine(b, calls, 1)
				b.StartTimer()
				leave()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*calls), "ns/call")
		})
	}
}
