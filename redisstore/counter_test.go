package redisstore_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/redisstore"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit/countertest"
)

// count opens a counter with a prefix, whose keys it removes at the end.
func count(t *testing.T, client redis.UniversalClient, prefix string) *redisstore.Counter {
	t.Helper()
	counter, err := redisstore.NewCounter(client, redisstore.WithCounterPrefix(prefix))
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		for keys := client.Scan(ctx, 0, "{"+prefix+"}*", 1000).Iterator(); keys.Next(ctx); {
			require.NoError(t, client.Del(ctx, keys.Val()).Err())
		}
	})
	return counter
}

func TestCounterKeepsWhatCountersPromise(t *testing.T) {
	t.Parallel()
	countertest.Run(t, func(t *testing.T) ratelimit.Counter { return count(t, connect(t), newPrefix()) })
}

func TestWhatIsWrongWithACounter(t *testing.T) {
	t.Parallel()
	client := redis.NewClient(&redis.Options{})
	defer func() { _ = client.Close() }()
	_, err := redisstore.NewCounter(nil)
	require.ErrorContains(t, err, "redisstore: the client is nil")
	_, err = redisstore.NewCounter(client, redisstore.WithCounterPrefix(""))
	require.ErrorContains(t, err, "redisstore: the prefix is empty")
	_, err = redisstore.NewCounter(client, redisstore.WithCounterPrefix("{acme}:"))
	require.ErrorContains(t, err, "has braces")
}

// A witness is a counter whose windows are a hundredth as long, and that notes when calls were
// counted: after they were asked for, before that was known.
type witness struct {
	ratelimit.Counter
	mu    sync.Mutex
	calls []call
}

type call struct{ asked, known time.Time }

func (w *witness) Take(ctx context.Context, limits ...ratelimit.Limit) ([]time.Duration, error) {
	limits = slices.Clone(limits)
	for i := range limits {
		limits[i].Window /= 100
	}
	asked := time.Now()
	waits, err := w.Counter.Take(ctx, limits...)
	if err == nil && waits == nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.calls = append(w.calls, call{asked, time.Now()})
	}
	return waits, err
}

// Whatever three processes do together, the gateway does not see more than ten creates in a window.
func TestThreeProcessesShareALimit(t *testing.T) {
	t.Parallel()
	const window, limit = 605 * time.Millisecond, 10
	prefix := newPrefix()
	var witnesses []*witness
	var all sync.WaitGroup
	for process := range 3 {
		seen := &witness{Counter: count(t, connect(t), prefix)}
		limiter, err := ratelimit.NewShared(seen, 3)
		require.NoError(t, err)
		for n := range 20 {
			all.Go(func() {
				time.Sleep(time.Duration(n*n*(process+1)%23) * 20 * time.Millisecond)
				if err := limiter.Wait(t.Context(), sdk.LimitedCall{
					Gateway: sdk.GatewayVora, Kind: sdk.LimitCreate, KeyID: string(rune('a' + n%4)), Background: n%5 == 0,
				}); err != nil {
					t.Errorf("Wait: %v", err)
				}
			})
		}
		witnesses = append(witnesses, seen)
	}
	all.Wait()
	var calls []call
	for _, seen := range witnesses {
		calls = append(calls, seen.calls...)
	}
	require.Len(t, calls, 60)
	slices.SortFunc(calls, func(a, b call) int { return a.known.Compare(b.known) })
	for i := range len(calls) - limit {
		asked := slices.MinFunc(calls[i:i+limit+1], func(a, b call) int { return a.asked.Compare(b.asked) }).asked
		require.GreaterOrEqual(t, calls[i+limit].known.Sub(asked), window, "eleven calls, from call %d on", i+1)
	}
}

// The calls of a limit are forgotten when they are too old to count.
func TestCountsExpire(t *testing.T) {
	t.Parallel()
	client, prefix := connect(t), newPrefix()
	counter := count(t, client, prefix)
	waits, err := counter.Take(t.Context(), ratelimit.Limit{Name: "a", Max: 2, Window: time.Minute}, ratelimit.Limit{Name: "b", Max: 2, Window: time.Hour})
	require.NoError(t, err)
	require.Nil(t, waits)
	require.InDelta(t, 2*time.Minute, client.PTTL(t.Context(), "{"+prefix+"}a").Val(), float64(time.Minute))
	require.InDelta(t, 2*time.Hour, client.PTTL(t.Context(), "{"+prefix+"}b").Val(), float64(time.Minute))

	short := ratelimit.Limit{Name: "c", Max: 1000, Window: 20 * time.Millisecond}
	for range 50 {
		_, err = counter.Take(t.Context(), short)
		require.NoError(t, err)
		time.Sleep(time.Millisecond)
	}
	require.Less(t, client.LLen(t.Context(), "{"+prefix+"}c").Val(), int64(50), "and within a limit that is in use")
}

// A clock that is set back, or a replica that takes over with another clock, makes nobody wait for
// much longer than a window.
func TestAClockThatIsSetBack(t *testing.T) {
	t.Parallel()
	client, prefix := connect(t), newPrefix()
	counter := count(t, client, prefix)
	now, err := client.Time(t.Context()).Result()
	require.NoError(t, err)
	for name, ahead := range map[string]time.Duration{"hours": 5 * time.Hour, "a moment": 100 * time.Millisecond} {
		limit := ratelimit.Limit{Name: name, Max: 3, Window: 300 * time.Millisecond}
		for range 3 {
			require.NoError(t, client.RPush(t.Context(), "{"+prefix+"}"+name, now.Add(ahead).UnixMicro()).Err())
		}
		require.Eventually(t, func() bool {
			waits, err := counter.Take(t.Context(), limit)
			require.NoError(t, err)
			require.LessOrEqual(t, slices.Max(append(waits, 0)), limit.Window)
			return waits == nil
		}, 30*time.Second, 10*time.Millisecond)
	}

	// What was counted before still counts.
	limit := ratelimit.Limit{Name: "still", Max: 3, Window: time.Minute}
	for range 3 {
		require.NoError(t, client.RPush(t.Context(), "{"+prefix+"}still", now.Add(5*time.Hour).UnixMicro()).Err())
	}
	waits, err := counter.Take(t.Context(), limit)
	require.NoError(t, err)
	require.InDelta(t, time.Minute, waits[0], float64(30*time.Second))
	require.Positive(t, client.PTTL(t.Context(), "{"+prefix+"}still").Val())
	limit.Max = 4
	waits, err = counter.Take(t.Context(), limit)
	require.NoError(t, err)
	require.Nil(t, waits, "no more than three")
}

func TestTheKeysOfACounterAreInOneSlot(t *testing.T) {
	t.Parallel()
	client := startRedis(t, "--cluster-enabled", "yes", "--port", freePort(t), "--cluster-port", freePort(t))
	require.NoError(t, client.Do(t.Context(), "CLUSTER", "ADDSLOTSRANGE", 0, 16383).Err())
	require.Eventually(t, func() bool {
		return strings.Contains(client.ClusterInfo(t.Context()).Val(), "cluster_state:ok")
	}, 30*time.Second, 10*time.Millisecond)
	counter, err := redisstore.NewCounter(client)
	require.NoError(t, err)
	waits, err := counter.Take(t.Context(), ratelimit.Limit{Name: "a", Max: 1, Window: time.Hour}, ratelimit.Limit{Name: "b", Max: 1, Window: time.Hour})
	require.NoError(t, err)
	require.Nil(t, waits)
}

// Whatever Redis refuses: the process keeps to its part, at once, and the log says what to do.
func TestALimiterWhoseRedisFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, advice string
		client       func(*testing.T, *redis.Client) *redis.Client
	}{
		{"no Redis", "redisstore: cannot count a call: ", func(*testing.T, *redis.Client) *redis.Client {
			return redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, DialerRetries: 1})
		}},
		{"no rights", "(the user needs EVAL", func(t *testing.T, server *redis.Client) *redis.Client {
			require.NoError(t, server.Do(t.Context(), "ACL", "SETUSER", "limited", "on", "nopass", "~*", "+eval", "+evalsha", "+time", "+lindex", "+hello", "+client").Err())
			options := *server.Options()
			options.Username, options.Password = "limited", "any"
			return redis.NewClient(&options)
		}},
		{"another program's key", "another program uses the key", func(t *testing.T, server *redis.Client) *redis.Client {
			require.NoError(t, server.Set(t.Context(), "{hostedpay:limits:}vora:create", "theirs", 0).Err())
			t.Cleanup(func() {
				require.NoError(t, server.Del(context.WithoutCancel(t.Context()), "{hostedpay:limits:}vora:create").Err())
			})
			return redis.NewClient(server.Options())
		}},
		{"no memory", "(the memory of Redis is full", func(t *testing.T, server *redis.Client) *redis.Client {
			require.NoError(t, server.ConfigSet(t.Context(), "maxmemory-policy", "noeviction").Err())
			require.NoError(t, server.ConfigSet(t.Context(), "maxmemory", "1").Err())
			t.Cleanup(func() {
				require.Zero(t, server.Exists(context.WithoutCancel(t.Context()), "{hostedpay:limits:}vora:create").Val(), "nothing was written")
			})
			return redis.NewClient(server.Options())
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client := test.client(t, startRedis(t))
			defer func() { _ = client.Close() }()
			counter, err := redisstore.NewCounter(client)
			require.NoError(t, err)
			var log bytes.Buffer
			limiter, err := ratelimit.NewShared(counter, 3, ratelimit.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
			require.NoError(t, err)
			create := sdk.LimitedCall{Gateway: sdk.GatewayVora, Kind: sdk.LimitCreate}
			for range 3 {
				require.NoError(t, limiter.Wait(t.Context(), create))
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			err = limiter.Wait(ctx, create)
			require.True(t, errors.Is(err, sdk.CodeRateLimitExceeded) || errors.Is(err, context.DeadlineExceeded), "%v", err)
			require.Contains(t, log.String(), test.advice)
		})
	}
}
