package redisstore_test

import (
	"context"
	"errors"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/redisstore"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/storetest"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func TestStoreKeepsWhatStoresPromise(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) webhooks.Store {
		_, store := setup(t)
		return store
	})
}

func TestCrash(t *testing.T) {
	t.Parallel()
	storetest.RunCrash(t, func(t *testing.T, name string) webhooks.Store { return open(t, connect(t), name+":") })
}

// A claimed event has a token when it is new.
type claimed struct {
	State webhooks.State
	Token string
}

// ask claims an event with a new token.
func ask(ctx context.Context, store webhooks.Store, key string, lease time.Duration) (claimed, error) {
	token := webhooks.NewToken()
	state, err := store.Claim(ctx, key, token, lease)
	if state != webhooks.StateNew {
		token = ""
	}
	return claimed{state, token}, err
}

func claim(t *testing.T, store webhooks.Store, key string, lease time.Duration) claimed {
	t.Helper()
	claim, err := ask(t.Context(), store, key, lease)
	require.NoError(t, err)
	return claim
}

func TestWhatIsWrongWithAStore(t *testing.T) {
	t.Parallel()
	client := redis.NewClient(&redis.Options{})
	defer func() { _ = client.Close() }()
	for want, make := range map[string]func() (*redisstore.Store, error){
		"the client is nil":   func() (*redisstore.Store, error) { return redisstore.New(nil) },
		"the prefix is empty": func() (*redisstore.Store, error) { return redisstore.New(client, redisstore.WithPrefix("")) },
		"a retention of 1s is": func() (*redisstore.Store, error) {
			return redisstore.New(client, redisstore.WithRetention(time.Second))
		},
		"a retention of -1h0m0": func() (*redisstore.Store, error) { return redisstore.New(client, redisstore.WithRetention(-time.Hour)) },
	} {
		store, err := make()
		require.Nil(t, store)
		require.ErrorContains(t, err, "redisstore: "+want)
	}
}

// Redis forgets by itself: what is done after the retention, what is abandoned after lease and
// retention.
func TestRetention(t *testing.T) {
	t.Parallel()
	client := connect(t)
	prefix := newPrefix()
	store := open(t, client, prefix, redisstore.WithRetention(time.Hour))
	left := func(key string) time.Duration {
		left, err := client.PTTL(t.Context(), prefix+key).Result()
		require.NoError(t, err)
		return left
	}
	about := func(want, got time.Duration) { require.InDelta(t, want, got, float64(time.Minute)) }

	token := claim(t, store, "a", 10*time.Minute).Token
	about(70*time.Minute, left("a"))
	require.NoError(t, store.Complete(t.Context(), "a", token))
	about(time.Hour, left("a"))

	require.NoError(t, client.PExpire(t.Context(), prefix+"a", time.Minute).Err())
	require.NoError(t, store.Complete(t.Context(), "a", token))
	about(time.Minute, left("a")) // completing again changes nothing

	require.NoError(t, store.Release(t.Context(), "b", claim(t, store, "b", time.Minute).Token))
	require.Zero(t, client.Exists(t.Context(), prefix+"b").Val())
}

// The largest duration there is means "for ever".
func TestTheLongestRetention(t *testing.T) {
	t.Parallel()
	_, store := setup(t, redisstore.WithRetention(math.MaxInt64))
	state, err := store.Claim(t.Context(), "event", "one", time.Minute)
	require.NoError(t, err)
	require.Equal(t, webhooks.StateNew, state)
	require.NoError(t, store.Complete(t.Context(), "event", "one"))
	state, err = store.Claim(t.Context(), "event", "another", time.Minute)
	require.NoError(t, err)
	require.Equal(t, webhooks.StateDone, state)
	purged, err := store.Purge(t.Context(), math.MaxInt64)
	require.NoError(t, err)
	require.Zero(t, purged)
}

func TestPrefixes(t *testing.T) {
	t.Parallel()
	client, prefix := connect(t), newPrefix()
	one, other := open(t, client, prefix+"a*[x]?:"), open(t, client, prefix+"ab[x]c:")
	for _, store := range []*redisstore.Store{one, other} {
		token := claim(t, store, "same", time.Minute)
		require.Equal(t, webhooks.StateNew, token.State)
		require.NoError(t, store.Complete(t.Context(), "same", token.Token))
	}
	require.Eventually(t, func() bool {
		n, err := one.Purge(t.Context(), 0)
		require.NoError(t, err)
		return n == 1
	}, 30*time.Second, 5*time.Millisecond)
	require.Equal(t, webhooks.StateNew, claim(t, one, "same", time.Minute).State)
	require.Equal(t, webhooks.StateDone, claim(t, other, "same", time.Minute).State, "a prefix is no pattern")
}

// Another program's key is an error, and stays what it is.
func TestAKeyOfAnotherProgram(t *testing.T) {
	t.Parallel()
	client, prefix := connect(t), newPrefix()
	store := open(t, client, prefix)
	require.NoError(t, client.Set(t.Context(), prefix+"a", "theirs", time.Minute).Err())
	_, err := ask(t.Context(), store, "a", time.Minute)
	require.ErrorContains(t, err, "another program uses the key")
	require.ErrorContains(t, store.Complete(t.Context(), "a", "b"), "redisstore: cannot complete an event: WRONGTYPE")
	require.ErrorContains(t, store.Release(t.Context(), "a", "b"), "redisstore: cannot release an event: WRONGTYPE")
	_, err = store.Purge(t.Context(), 0)
	require.ErrorContains(t, err, "redisstore: cannot purge: WRONGTYPE")
	require.Equal(t, "theirs", client.Get(t.Context(), prefix+"a").Val())
}

// The scripts are not there after a restart, or on the replica that took over.
func TestARedisThatForgotTheScripts(t *testing.T) {
	t.Parallel()
	client, store := setup(t)
	token := claim(t, store, "a", time.Minute).Token
	require.NoError(t, client.ScriptFlush(t.Context()).Err())
	require.Equal(t, webhooks.StateInFlight, claim(t, store, "a", time.Minute).State)
	require.NoError(t, client.ScriptFlush(t.Context()).Err())
	require.NoError(t, store.Complete(t.Context(), "a", token))
}

// The client sends a command again when its answer is lost. The event must not be in flight to who
// has it.
func TestACommandWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"claim", "complete"} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			direct := connect(t)
			var lose atomic.Bool
			options := *direct.Options()
			options.Dialer = func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
				return &deafConn{Conn: conn, lose: &lose}, err
			}
			client := redis.NewClient(&options)
			defer func() { _ = client.Close() }()
			prefix := newPrefix()
			open(t, direct, prefix) // cleans up
			store, err := redisstore.New(client, redisstore.WithPrefix(prefix))
			require.NoError(t, err)
			require.Equal(t, webhooks.StateNew, claim(t, store, "warm", time.Minute).State)

			lose.Store(call == "claim")
			held := claim(t, store, "a", time.Minute)
			require.Equal(t, webhooks.StateNew, held.State)
			lose.Store(call == "complete")
			require.NoError(t, store.Complete(t.Context(), "a", held.Token))
			require.False(t, lose.Load(), "a response was lost")
			require.Equal(t, webhooks.StateDone, claim(t, store, "a", time.Minute).State)
		})
	}
}

// A deafConn loses one answer, and the connection with it, once it is told to.
type deafConn struct {
	net.Conn
	lose *atomic.Bool
}

func (c *deafConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == nil && c.lose.CompareAndSwap(true, false) {
		_ = c.Close()
		return 0, errors.New("connection reset by peer")
	}
	return n, err
}

// In a synctest bubble it is the year 2000: a machine whose clock is decades behind, with a server
// that knows better.
func TestTwoMachinesThatDisagreeOnTheTime(t *testing.T) {
	t.Parallel()
	client, prefix := connect(t), newPrefix()
	present := open(t, client, prefix)
	held := claim(t, present, "the present's", time.Minute)
	claim(t, present, "the present's, for short", 100*time.Millisecond)

	synctest.Test(t, func(t *testing.T) {
		require.Equal(t, 2000, time.Now().UTC().Year())
		client := connect(t)
		past, err := redisstore.New(client, redisstore.WithPrefix(prefix))
		require.NoError(t, err)
		require.Equal(t, webhooks.StateInFlight, claim(t, past, "the present's", time.Minute).State)
		require.Equal(t, webhooks.StateNew, claim(t, past, "the past's", time.Minute).State)
		require.Equal(t, webhooks.StateNew, claim(t, past, "the past's, for short", 100*time.Millisecond).State)
		// Time stands still here while something is happening, and goes on over there.
		for tries := 0; claim(t, past, "the present's, for short", time.Minute).State != webhooks.StateNew; tries++ {
			require.Less(t, tries, 1_000_000)
		}
		require.NoError(t, past.Complete(t.Context(), "done", claim(t, past, "done", time.Minute).Token))
	})

	require.Equal(t, webhooks.StateInFlight, claim(t, present, "the past's", time.Minute).State)
	require.Equal(t, webhooks.StateDone, claim(t, present, "done", time.Minute).State)
	require.Eventually(t, func() bool {
		return claim(t, present, "the past's, for short", time.Minute).State == webhooks.StateNew
	}, 30*time.Second, 5*time.Millisecond)
	n, err := present.Purge(t.Context(), time.Minute)
	require.NoError(t, err)
	require.Zero(t, n, "nothing is a minute old")
	require.NoError(t, present.Complete(t.Context(), "the present's", held.Token))
}

const apiKey = "vp_sk_test_redisstore"

func newHandler(t *testing.T, store webhooks.Store, work webhooks.EventFunc) func(body []byte) *httptest.ResponseRecorder {
	t.Helper()
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Name: "current", Secret: sdk.NewSecret(apiKey)})
	require.NoError(t, err)
	handler, err := webhooks.NewHandler(webhooks.Vora(keys), work, webhooks.WithStore(store), webhooks.WithTimeout(500*time.Millisecond))
	require.NoError(t, err)
	return func(body []byte) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, webhookstest.Vora(apiKey, body))
		return answer
	}
}

func TestExactlyThreeEffects(t *testing.T) {
	t.Parallel()
	_, store := setup(t)
	var effects sync.Map
	var count atomic.Int32
	deliver := newHandler(t, store, func(_ context.Context, event webhooks.Event) error {
		effects.Store(event.Info().DedupeKey, true)
		count.Add(1)
		return nil
	})
	refund := func(id string) []byte { return webhookstest.RefundCreated(webhookstest.Set("refundId", id)) }
	bodies := [][]byte{webhookstest.SessionSucceeded(), refund("RE_1")}
	for range 10 {
		bodies = append(bodies, refund("re_1"))
	}
	statuses := make([]int, len(bodies))
	var deliveries sync.WaitGroup
	for i, body := range bodies {
		deliveries.Go(func() {
			for statuses[i] = http.StatusConflict; statuses[i] == http.StatusConflict; time.Sleep(time.Millisecond) {
				statuses[i] = deliver(body).Code
			}
		})
	}
	deliveries.Wait()
	for _, status := range statuses {
		require.Equal(t, http.StatusOK, status)
	}
	again := webhookstest.SessionSucceeded(webhookstest.HappenedAt(time.Now()))
	require.JSONEq(t, `{"received":true,"duplicate":true}`, deliver(again).Body.String())
	require.EqualValues(t, 3, count.Load())
}

func TestTheDeliveryAfterAFailureDoesTheWorkOnce(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(context.Context) error{
		"error": func(context.Context) error { return errors.New("out of stock") },
		"panic": func(context.Context) error { panic("out of stock") },
		"timeout": func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, store := setup(t)
			calls, effects := 0, 0
			deliver := newHandler(t, store, func(ctx context.Context, _ webhooks.Event) error {
				if calls++; calls == 1 {
					return fail(ctx)
				}
				effects++
				return nil
			})
			require.Equal(t, http.StatusInternalServerError, deliver(webhookstest.SessionSucceeded()).Code)
			require.Equal(t, http.StatusOK, deliver(webhookstest.SessionSucceeded()).Code)
			require.JSONEq(t, `{"received":true,"duplicate":true}`, deliver(webhookstest.SessionSucceeded()).Body.String())
			require.Equal(t, 1, effects)
		})
	}
}

// Without its Redis the shop does nothing, and says so, so that the gateway comes again.
func TestWithoutRedis(t *testing.T) {
	t.Parallel()
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, ContextTimeoutEnabled: true})
	defer func() { _ = client.Close() }()
	store, err := redisstore.New(client)
	require.NoError(t, err)
	deliver := newHandler(t, store, func(context.Context, webhooks.Event) error {
		require.Fail(t, "nobody knows whether this was done already")
		return nil
	})
	require.Equal(t, http.StatusServiceUnavailable, deliver(webhookstest.SessionSucceeded()).Code)

	_, err = ask(t.Context(), store, "a", time.Minute)
	require.ErrorContains(t, err, "redisstore: cannot claim an event: ")
	require.ErrorContains(t, store.Complete(t.Context(), "a", "b"), "redisstore: cannot complete an event: ")
	require.ErrorContains(t, store.Release(t.Context(), "a", "b"), "redisstore: cannot release an event: ")
}
