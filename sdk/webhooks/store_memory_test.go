package webhooks_test

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

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

// claim asks a store for an event, for a minute.
func claim(t *testing.T, store webhooks.Store, key string) claimed {
	t.Helper()
	got, err := ask(t.Context(), store, key, time.Minute)
	require.NoError(t, err)
	if got.State == webhooks.StateNew {
		require.NotEmpty(t, got.Token)
	}
	return got
}

func TestMemoryStore(t *testing.T) {
	t.Parallel()
	store := webhooks.NewMemoryStore()

	first := claim(t, store, "a")
	require.Equal(t, webhooks.StateNew, first.State)
	require.Equal(t, webhooks.StateInFlight, claim(t, store, "a").State)
	require.Equal(t, webhooks.StateNew, claim(t, store, "b").State, "another event is another matter")

	require.NoError(t, store.Release(t.Context(), "a", first.Token))
	second := claim(t, store, "a")
	require.Equal(t, webhooks.StateNew, second.State)
	require.NotEqual(t, first.Token, second.Token)

	require.NoError(t, store.Complete(t.Context(), "a", second.Token))
	require.Equal(t, webhooks.StateDone, claim(t, store, "a").State)
}

func TestMemoryStoreGivesAnEventToOne(t *testing.T) {
	t.Parallel()
	store := webhooks.NewMemoryStore()
	for round := range 100 {
		var fresh atomic.Int32
		start := make(chan struct{})
		var done sync.WaitGroup
		for range 64 {
			done.Go(func() {
				<-start
				got, err := ask(t.Context(), store, strconv.Itoa(round), time.Minute)
				if err == nil && got.State == webhooks.StateNew {
					fresh.Add(1)
				}
			})
		}
		close(start)
		done.Wait()
		require.EqualValues(t, 1, fresh.Load())
	}
}

func TestMemoryStoreAfterTheLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := webhooks.NewMemoryStore()
		late := claim(t, store, "a")
		time.Sleep(time.Minute)
		require.Equal(t, webhooks.StateInFlight, claim(t, store, "a").State, "a lease of a minute lasts a minute")
		time.Sleep(time.Nanosecond)
		now := claim(t, store, "a")
		require.Equal(t, webhooks.StateNew, now.State)

		require.ErrorIs(t, store.Complete(t.Context(), "a", late.Token), webhooks.ErrClaimLost)
		require.ErrorIs(t, store.Release(t.Context(), "a", late.Token), webhooks.ErrClaimLost)
		require.Equal(t, webhooks.StateInFlight, claim(t, store, "a").State, "the late one took nothing away")
		require.NoError(t, store.Complete(t.Context(), "a", now.Token))
	})
}

func TestMemoryStoreWhenNobodyElseCame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := webhooks.NewMemoryStore()
		late := claim(t, store, "a")
		time.Sleep(time.Hour)
		require.NoError(t, store.Complete(t.Context(), "a", late.Token), "the work is done, however late")
		require.Equal(t, webhooks.StateDone, claim(t, store, "a").State)
	})
}

func TestMemoryStoreRejectsOtherTokens(t *testing.T) {
	t.Parallel()
	store := webhooks.NewMemoryStore()
	done := claim(t, store, "done")
	require.NoError(t, store.Complete(t.Context(), "done", done.Token))
	claim(t, store, "in flight")

	for key, token := range map[string]string{"unknown": done.Token, "done": "a guess", "in flight": "a guess"} {
		require.ErrorIs(t, store.Complete(t.Context(), key, token), webhooks.ErrClaimLost, key)
		require.ErrorIs(t, store.Release(t.Context(), key, token), webhooks.ErrClaimLost, key)
	}
	require.Equal(t, webhooks.StateDone, claim(t, store, "done").State)
	require.Equal(t, webhooks.StateInFlight, claim(t, store, "in flight").State)
}

func TestMemoryStoreRemembersForAWeek(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := webhooks.NewMemoryStore()
		require.NoError(t, store.Complete(t.Context(), "a", claim(t, store, "a").Token))
		time.Sleep(7 * 24 * time.Hour)
		require.Equal(t, webhooks.StateDone, claim(t, store, "a").State)
		time.Sleep(time.Nanosecond)
		require.Equal(t, webhooks.StateNew, claim(t, store, "a").State)
	})
}

const mostEvents = 100_000

func TestMemoryStoreForgetsTheOldestWhenItIsFull(t *testing.T) {
	t.Parallel()
	store := webhooks.NewMemoryStore()
	inFlight, slow := claim(t, store, "in flight"), claim(t, store, "slow")
	for i := range mostEvents - 2 {
		key := strconv.Itoa(i)
		got, err := ask(t.Context(), store, key, time.Minute)
		require.NoError(t, err)
		require.NoError(t, store.Complete(t.Context(), key, got.Token))
	}
	require.NoError(t, store.Complete(t.Context(), "slow", slow.Token))
	require.Equal(t, webhooks.StateDone, claim(t, store, "0").State, "all of them fit")

	claim(t, store, "one more")
	require.Equal(t, webhooks.StateDone, claim(t, store, "1").State)
	require.Equal(t, webhooks.StateInFlight, claim(t, store, "in flight").State, "what is being worked on is never forgotten")
	require.Equal(t, webhooks.StateNew, claim(t, store, "0").State, "the oldest is")
	require.Equal(t, webhooks.StateDone, claim(t, store, "slow").State, "what was done last is not the oldest")
	require.NoError(t, store.Complete(t.Context(), "in flight", inFlight.Token))
}

// What an earlier holder left behind does not make room at the expense of the next.
func TestMemoryStoreKeepsAnEventThatIsClaimedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := webhooks.NewMemoryStore()
		claim(t, store, "late")
		require.NoError(t, store.Release(t.Context(), "released", claim(t, store, "released").Token))
		time.Sleep(time.Minute + time.Nanosecond)
		for _, key := range []string{"late", "released"} {
			again, err := ask(t.Context(), store, key, time.Hour)
			require.NoError(t, err)
			require.Equal(t, webhooks.StateNew, again.State, key)
		}
		for i := range mostEvents - 2 {
			key := strconv.Itoa(i)
			require.NoError(t, store.Complete(t.Context(), key, claim(t, store, key).Token))
		}
		claim(t, store, "one more")
		claim(t, store, "and another")
		require.Equal(t, webhooks.StateInFlight, claim(t, store, "late").State)
		require.Equal(t, webhooks.StateInFlight, claim(t, store, "released").State)
	})
}

// A completion that is repeated does not keep an event for longer.
func TestMemoryStoreCompletesOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := webhooks.NewMemoryStore()
		token := claim(t, store, "a").Token
		require.NoError(t, store.Complete(t.Context(), "a", token))
		time.Sleep(24 * time.Hour)
		require.NoError(t, store.Complete(t.Context(), "a", token))
		require.NoError(t, store.Extend(t.Context(), "a", token, time.Hour))
		time.Sleep(6*24*time.Hour + time.Nanosecond)
		require.Equal(t, webhooks.StateNew, claim(t, store, "a").State)
	})
}

func TestMemoryStoreFullOfEventsInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := webhooks.NewMemoryStore()
		for i := range mostEvents {
			_, err := ask(t.Context(), store, strconv.Itoa(i), time.Minute)
			require.NoError(t, err)
		}
		_, err := ask(t.Context(), store, "one more", time.Minute)
		require.ErrorContains(t, err, "full")
		require.Equal(t, webhooks.StateInFlight, claim(t, store, "0").State)

		time.Sleep(time.Minute + time.Nanosecond)
		require.Equal(t, webhooks.StateNew, claim(t, store, "one more").State, "their holders are gone")
	})
}

func TestMemoryStorePurgesByItsClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := webhooks.NewMemoryStore()
		for _, key := range []string{"a", "b", "c"} { // done a minute after one another
			require.NoError(t, store.Complete(t.Context(), key, claim(t, store, key).Token))
			time.Sleep(time.Minute)
		}
		claim(t, store, "in flight")

		n, err := store.Purge(t.Context(), 2*time.Minute)
		require.NoError(t, err)
		require.Equal(t, 1, n, "what is exactly as old stays")
		require.Equal(t, webhooks.StateDone, claim(t, store, "b").State)
		require.Equal(t, webhooks.StateNew, claim(t, store, "a").State)
		require.Equal(t, webhooks.StateInFlight, claim(t, store, "in flight").State)
	})
}
