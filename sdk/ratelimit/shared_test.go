package ratelimit_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
)

// A counterFunc is a counter of a test.
type counterFunc func(context.Context, ...ratelimit.Limit) ([]time.Duration, error)

func (f counterFunc) Take(ctx context.Context, limits ...ratelimit.Limit) ([]time.Duration, error) {
	return f(ctx, limits...)
}

// process is the limiter of one of three processes.
func process(t *testing.T, counter ratelimit.Counter, opts ...ratelimit.Option) *ratelimit.Limiter {
	t.Helper()
	limiter, err := ratelimit.NewShared(counter, 3, opts...)
	require.NoError(t, err)
	return limiter
}

func TestWhatIsWrongWithASharedLimiter(t *testing.T) {
	t.Parallel()
	_, err := ratelimit.NewShared(nil, 3)
	require.EqualError(t, err, "ratelimit: the counter is nil: use New for a limiter of one process")
	_, err = ratelimit.NewShared(ratelimit.NewMemoryCounter(), 0)
	require.EqualError(t, err, "ratelimit: 0 processes: count this one too")
}

func TestThreeProcessesShareALimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, counter := &gateway{}, ratelimit.NewMemoryCounter()
		var calls sync.WaitGroup
		for n := range 3 {
			client := g.client(t, acmeKey, process(t, counter))
			for i := range 15 {
				calls.Go(func() {
					time.Sleep(time.Duration(i*i*(n+1)%23) * time.Second)
					require.NoError(t, create(t.Context(), client, order(i)))
				})
			}
		}
		calls.Wait()
		require.Len(t, g.times(""), 45)
		requireWindows(t, g.times(""), 10)
	})
}

// A sweep of one process leaves half of the limit to the buyers of all.
func TestTheBackgroundOfOneProcessDelaysNoBuyerOfAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		counter := ratelimit.NewMemoryCounter()
		sweep, stop := context.WithCancel(t.Context())
		calls := crowd{limiter: process(t, counter)}
		calls.join(sweep, 100, background("a"))
		for range 10 {
			time.Sleep(7 * time.Minute)
			for range 5 {
				took, err := ask(t.Context(), process(t, counter), creates("a"))
				require.NoError(t, err)
				require.Zero(t, took)
			}
		}
		stop()
		calls.wait.Wait()
	})
}

// What other processes used up is told at once to a call that cannot wait so long.
func TestADeadlineThatOtherProcessesDoNotLeaveTimeFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		counter := ratelimit.NewMemoryCounter()
		others, own := crowd{limiter: process(t, counter)}, process(t, counter)
		others.join(t.Context(), 10, creates("a"))
		time.Sleep(20 * time.Second)
		for range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			took, err := ask(ctx, own, creates("a"))
			cancel()
			require.Zero(t, took)
			var e *sdk.Error
			require.ErrorAs(t, err, &e)
			require.ErrorIs(t, err, sdk.CodeRateLimitExceeded)
			require.Equal(t, nextWindow-20*time.Second, e.RetryAfter)
		}
	})
}

// An API key that has no room because of another process holds up no other key.
func TestAKeyThatAnotherProcessUsedUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		counter := ratelimit.NewMemoryCounter()
		others := crowd{limiter: process(t, counter, ratelimit.WithAddresses(5))}
		own := crowd{limiter: process(t, counter, ratelimit.WithAddresses(5))}
		others.join(t.Context(), 30, creates("a"))
		own.join(t.Context(), 1, creates("a"))
		own.join(t.Context(), 5, creates("b"))
		require.Equal(t, "bbbbb", strings.Join(own.order(), ""))
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		took, err := ask(ctx, process(t, counter, ratelimit.WithAddresses(5)), creates("a"))
		require.ErrorIs(t, err, sdk.CodeRateLimitExceeded)
		require.Zero(t, took, "and is told at once when it cannot wait so long")
		start := time.Now()
		own.wait.Wait()
		require.Equal(t, nextWindow, time.Since(start))
	})
}

// A log is what a limiter logged.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimSuffix(l.text.String(), "\n"), "\n")
}

func (l *log) option() ratelimit.Option {
	return ratelimit.WithLogger(slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})))
}

// Whatever a counter does wrong: buyers do not wait for it, the process keeps to its part of the
// limit, and the log says why.
func TestACounterThatFails(t *testing.T) {
	t.Parallel()
	zero := func(n int) []time.Duration { return make([]time.Duration, n) }
	for name, test := range map[string]struct {
		take counterFunc
		cost time.Duration
		log  string
	}{
		"an error": {func(context.Context, ...ratelimit.Limit) ([]time.Duration, error) {
			return nil, errors.New("no memory left")
		}, 0, "no memory left"},
		"a panic":         {func(context.Context, ...ratelimit.Limit) ([]time.Duration, error) { panic("nil map") }, 0, "the counter panicked: nil map"},
		"too few waits":   {func(context.Context, ...ratelimit.Limit) ([]time.Duration, error) { return zero(0), nil }, 0, "returned 0 waits for 1 limits"},
		"too many waits":  {func(context.Context, ...ratelimit.Limit) ([]time.Duration, error) { return zero(3), nil }, 0, "returned 3 waits for 1 limits"},
		"nothing is full": {func(context.Context, ...ratelimit.Limit) ([]time.Duration, error) { return zero(1), nil }, 0, "did not count a call for which all limits have room"},
		"no result": {func(ctx context.Context, _ ...ratelimit.Limit) ([]time.Duration, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, time.Second, "deadline exceeded"},
		"a result that comes too late": {func(context.Context, ...ratelimit.Limit) ([]time.Duration, error) {
			time.Sleep(4 * time.Second)
			return nil, nil
		}, time.Second, "no result within 1s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var log log
				var works atomic.Bool
				memory := ratelimit.NewMemoryCounter()
				limiter := process(t, counterFunc(func(ctx context.Context, limits ...ratelimit.Limit) ([]time.Duration, error) {
					if works.Load() {
						return memory.Take(ctx, limits...)
					}
					return test.take(ctx, limits...)
				}), log.option())
				for n := range 3 {
					took, err := ask(t.Context(), limiter, creates("a"))
					require.NoError(t, err)
					require.Equal(t, test.cost*time.Duration(1-min(n, 1)), took, "it is not asked again soon")
				}
				soon, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				took, err := ask(soon, limiter, creates("a"))
				require.ErrorIs(t, err, sdk.CodeRateLimitExceeded, "a third of the limit is used up")
				require.Zero(t, took)
				require.Len(t, log.lines(), 1)
				require.Contains(t, log.lines()[0], `level=WARN msg="the counter of the rate limits failed: this process keeps to its part of them" error=`)
				require.Contains(t, log.lines()[0], test.log)

				time.Sleep(2 * time.Second)
				works.Store(true)
				took, err = ask(t.Context(), limiter, creates("a"))
				require.NoError(t, err)
				require.Equal(t, 3*time.Second, took, "as soon as it is asked again")
				for range 9 {
					took, err = ask(t.Context(), limiter, creates("a"))
					require.NoError(t, err)
					require.Zero(t, took)
				}
				require.Equal(t, []string{`level=INFO msg="the counter of the rate limits is back"`}, log.lines()[1:])
			})
		})
	}
}

// Without a counter, a limit that has less than a call for each process still has one.
func TestTheSmallestPartIsACall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter, err := ratelimit.NewShared(counterFunc(func(context.Context, ...ratelimit.Limit) ([]time.Duration, error) {
			return nil, errors.New("down")
		}), 1000)
		require.NoError(t, err)
		for range 3 {
			_, err = ask(t.Context(), limiter, creates("a"))
			require.NoError(t, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = ask(ctx, limiter, sdk.LimitedCall{Kind: sdk.LimitRead})
		require.NoError(t, err)
	})
}

// What a process did before its counter failed counts in its part.
func TestACounterThatFailsAfterABurst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var failed atomic.Bool
		memory := ratelimit.NewMemoryCounter()
		calls := crowd{limiter: process(t, counterFunc(func(ctx context.Context, limits ...ratelimit.Limit) ([]time.Duration, error) {
			if failed.Load() {
				return nil, errors.New("down")
			}
			return memory.Take(ctx, limits...)
		}))}
		calls.join(t.Context(), 4, creates("a"))
		failed.Store(true)
		took, err := ask(t.Context(), calls.limiter, creates("a"))
		require.NoError(t, err)
		require.Equal(t, nextWindow, took, "it has used more than its part")
	})
}

// A counter that never returns costs no goroutine for each call that asked it.
func TestACounterThatNeverReturns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		end := make(chan struct{})
		limiter := process(t, counterFunc(func(context.Context, ...ratelimit.Limit) ([]time.Duration, error) {
			asked.Add(1)
			<-end
			return nil, errors.New("down")
		}))
		for range 100 {
			_, err := ask(t.Context(), limiter, creates("a"))
			require.NoError(t, err)
			time.Sleep(time.Minute)
		}
		require.EqualValues(t, 16, asked.Load())
		close(end)
		synctest.Wait()
		_, err := ask(t.Context(), limiter, creates("a"))
		require.NoError(t, err)
		require.EqualValues(t, 17, asked.Load(), "it returned, and is asked again")
	})
}

// A counter that thinks in other windows makes nobody wait for longer than the gateway's.
func TestAWaitThatCannotBe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		memory, asked := ratelimit.NewMemoryCounter(), 0
		limiter := process(t, counterFunc(func(ctx context.Context, limits ...ratelimit.Limit) ([]time.Duration, error) {
			if asked++; asked == 1 {
				return []time.Duration{1000 * time.Hour}, nil
			}
			return memory.Take(ctx, limits...)
		}))
		took, err := ask(t.Context(), limiter, creates("a"))
		require.NoError(t, err)
		require.Equal(t, nextWindow, took)
	})
}

// A call that goes away while the counter is asked on its behalf leaves its turn to the next one, a
// buyer's if there is any.
func TestACallThatLeavesWhileTheCounterIsAsked(t *testing.T) {
	t.Parallel()
	for name, visitor := range map[string]sdk.LimitedCall{"a buyer's": creates("visitor"), "of the background": background("visitor")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				memory, asked := ratelimit.NewMemoryCounter(), 0
				calls := crowd{limiter: process(t, counterFunc(func(ctx context.Context, limits ...ratelimit.Limit) ([]time.Duration, error) {
					asked++
					time.Sleep(500 * time.Millisecond)
					return memory.Take(ctx, limits...)
				}))}
				gone, goAway := context.WithCancel(t.Context())
				calls.join(gone, 1, visitor)
				calls.join(t.Context(), 1, background("sweep"))
				calls.join(t.Context(), 1, creates("buyer"))
				goAway()
				start := time.Now()
				calls.wait.Wait()
				require.Equal(t, []string{"buyer", "sweep"}, calls.order())
				require.Equal(t, time.Second, time.Since(start))
				require.Equal(t, 2, asked)
			})
		})
	}
}
