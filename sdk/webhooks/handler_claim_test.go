package webhooks_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Nobody else works on an event while its function runs, however long that takes.
func TestWorkThatOutlivesItsLeaseIsNotDoneTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		r := setup(t, voraV1(), withWork(func(context.Context, webhooks.Event) error {
			calls.Add(1)
			time.Sleep(20 * time.Second) // whatever its context says
			return nil
		}))
		began := time.Now()
		requireResponse(t, r.deliver(t, r.delivery()), http.StatusServiceUnavailable, `{"error":"not able to take events now"}`)
		require.Equal(t, 9*time.Second, time.Since(began), "the gateway waits for 10")
		for time.Since(began) < 20*time.Second {
			require.Equal(t, http.StatusConflict, r.deliver(t, r.delivery()).Code)
			time.Sleep(100 * time.Millisecond)
		}
		synctest.Wait()
		requireResponse(t, r.deliver(t, r.delivery()), http.StatusOK, duplicate)
		require.EqualValues(t, 1, calls.Load())
		require.Contains(t, r.log.String(), "no result in time")
	})
}

// A function that keeps to its context takes longer than the lease too.
func TestALeaseIsExtendedWhileTheFunctionRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var extended atomic.Int32
		memory := webhooks.NewMemoryStore()
		store := &extendingStore{memory, &extended}
		r := setup(t, voraV1(), withOptions(webhooks.WithStore(store), webhooks.WithLease(time.Second)), withWork(func(ctx context.Context, _ webhooks.Event) error {
			time.Sleep(5 * time.Second)
			return ctx.Err()
		}))
		first := httptest.NewRecorder()
		var done sync.WaitGroup
		delivery := r.delivery()
		done.Go(func() { r.handler.ServeHTTP(first, delivery) })
		for range 49 {
			time.Sleep(100 * time.Millisecond)
			require.Equal(t, http.StatusConflict, r.deliver(t, r.delivery()).Code)
		}
		done.Wait()
		require.Equal(t, http.StatusOK, first.Code)
		require.InDelta(t, 9, extended.Load(), 1, "half of a second each")
		time.Sleep(time.Minute)
		require.InDelta(t, 9, extended.Load(), 1, "what has settled is not extended")
	})
}

type extendingStore struct {
	*webhooks.MemoryStore
	extended *atomic.Int32
}

func (s *extendingStore) Extend(ctx context.Context, key, token string, lease time.Duration) error {
	s.extended.Add(1)
	return s.MemoryStore.Extend(ctx, key, token, lease)
}

func TestALostClaimEndsTheFunction(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		extend func(context.Context) error
		after  time.Duration
	}{
		"another holder":              {func(context.Context) error { return webhooks.ErrClaimLost }, 1500 * time.Millisecond},
		"no store for a whole lease":  {down, 3 * time.Second},
		"a store that does not reply": {func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				store := &failingStore{MemoryStore: webhooks.NewMemoryStore(), extend: test.extend}
				r := setup(t, voraV1(), withOptions(webhooks.WithStore(store)), withWork(func(ctx context.Context, _ webhooks.Event) error {
					<-ctx.Done()
					require.ErrorIs(t, context.Cause(ctx), webhooks.ErrClaimLost)
					return ctx.Err()
				}))
				require.Equal(t, http.StatusInternalServerError, r.deliver(t, r.delivery()).Code)
				require.Equal(t, test.after, time.Since(began))
				require.Contains(t, r.log.String(), webhooks.ErrClaimLost.Error())
			})
		})
	}
}

// A lossyStore fails a few times at each step, before it does what it was asked for or after it.
type lossyStore struct {
	*webhooks.MemoryStore
	before bool

	mu       sync.Mutex
	failures map[string]int // left of each step
}

func (s *lossyStore) do(step string, do func() error) error {
	s.mu.Lock()
	s.failures[step]--
	fails := s.failures[step] >= 0
	s.mu.Unlock()
	if fails && s.before {
		return errStoreDown
	}
	err := do()
	if fails {
		return errStoreDown
	}
	return err
}

func (s *lossyStore) Claim(ctx context.Context, key, token string, lease time.Duration) (state webhooks.State, err error) {
	err = s.do("claim", func() (err error) {
		state, err = s.MemoryStore.Claim(ctx, key, token, lease)
		return err
	})
	return state, err
}

func (s *lossyStore) Extend(ctx context.Context, key, token string, lease time.Duration) error {
	return s.do("extend", func() error { return s.MemoryStore.Extend(ctx, key, token, lease) })
}

func (s *lossyStore) Complete(ctx context.Context, key, token string) error {
	return s.do("complete", func() error { return s.MemoryStore.Complete(ctx, key, token) })
}

func (s *lossyStore) Release(ctx context.Context, key, token string) error {
	return s.do("release", func() error { return s.MemoryStore.Release(ctx, key, token) })
}

// A database that restarts costs a pause, and not the event; a response that is lost does not make
// the event somebody else's.
func TestAStepThatFailedIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"claim", "extend", "complete", "release"} {
		for name, before := range map[string]bool{"without effect": true, "with its response lost": false} {
			t.Run(step+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					store := &lossyStore{MemoryStore: webhooks.NewMemoryStore(), before: before, failures: map[string]int{step: 4}}
					calls, outOfStock := 0, step == "release"
					r := setup(t, voraV1(), withOptions(webhooks.WithStore(store)), withWork(func(ctx context.Context, _ webhooks.Event) error {
						if outOfStock {
							outOfStock = false
							return errOutOfStock
						}
						calls++
						time.Sleep(2 * time.Second)
						return ctx.Err()
					}))
					if step == "release" {
						require.Equal(t, http.StatusInternalServerError, r.deliver(t, r.delivery()).Code)
					}
					requireResponse(t, r.deliver(t, r.delivery()), http.StatusOK, received)
					requireResponse(t, r.deliver(t, r.delivery()), http.StatusOK, duplicate)
					require.Equal(t, 1, calls)
					require.Negative(t, store.failures[step], "the step failed as often as it should")
				})
			})
		}
	}
}

// Once another holder has the event, nothing brings it back.
func TestALostClaimIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		store := &failingStore{MemoryStore: webhooks.NewMemoryStore(), complete: func(context.Context) error {
			tries++
			return webhooks.ErrClaimLost
		}}
		r := setup(t, voraV1(), withOptions(webhooks.WithStore(store)))
		began := time.Now()
		requireResponse(t, r.deliver(t, r.delivery()), http.StatusInternalServerError, `{"error":"the event could not be marked as done"}`)
		require.Equal(t, 1, tries)
		require.Zero(t, time.Since(began))
	})
}

// A claim whose response never comes is released.
func TestAClaimWithoutAResponseIsReleased(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &lossyStore{MemoryStore: webhooks.NewMemoryStore(), failures: map[string]int{"claim": 1000}}
		r := setup(t, voraV1(), withOptions(webhooks.WithStore(store), webhooks.WithLease(20*time.Second)))
		require.Equal(t, http.StatusServiceUnavailable, r.deliver(t, r.delivery()).Code)
		synctest.Wait()
		store.failures["claim"] = 0
		requireResponse(t, r.deliver(t, r.delivery()), http.StatusOK, received)
	})
}

// A state that is none is not the right to work, the zero value least of all.
func TestAStoreThatReturnsNoState(t *testing.T) {
	t.Parallel()
	for _, state := range []webhooks.State{0, 7, -1} {
		r := setup(t, voraV1(), withOptions(webhooks.WithStore(statelessStore{webhooks.NewMemoryStore(), state})))
		requireResponse(t, r.deliver(t, r.delivery()), http.StatusServiceUnavailable, `{"error":"not able to take events now"}`)
		require.Empty(t, r.events)
		require.Contains(t, r.log.String(), "which is not a state")
	}
}

type statelessStore struct {
	*webhooks.MemoryStore
	state webhooks.State
}

func (s statelessStore) Claim(context.Context, string, string, time.Duration) (webhooks.State, error) {
	return s.state, nil
}

func TestAStoreThatPanics(t *testing.T) {
	t.Parallel()
	broken := func(context.Context) error { panic("the pool is closed") }
	for name, store := range map[string]*failingStore{
		"to claim":    {claim: broken},
		"to complete": {complete: broken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store.MemoryStore = webhooks.NewMemoryStore()
			r := setup(t, voraV1(), withOptions(webhooks.WithStore(store)))
			requireResponse(t, r.deliver(t, r.delivery()), http.StatusServiceUnavailable, `{"error":"not able to take events now"}`)
			require.Contains(t, r.log.String(), "the pool is closed")
		})
	}
	t.Run("to release", func(t *testing.T) {
		t.Parallel()
		r := setup(t, voraV1(), withOptions(webhooks.WithStore(&failingStore{MemoryStore: webhooks.NewMemoryStore(), release: broken})),
			withWork(func(context.Context, webhooks.Event) error { return errOutOfStock }))
		require.Equal(t, http.StatusInternalServerError, r.deliver(t, r.delivery()).Code)
		require.Contains(t, r.log.String(), "the pool is closed")
	})
	t.Run("to extend", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			r := setup(t, voraV1(), withOptions(webhooks.WithStore(&failingStore{MemoryStore: webhooks.NewMemoryStore(), extend: broken})),
				withWork(func(ctx context.Context, _ webhooks.Event) error {
					<-ctx.Done()
					return ctx.Err()
				}))
			require.Equal(t, http.StatusInternalServerError, r.deliver(t, r.delivery()).Code)
			require.Contains(t, r.log.String(), "the pool is closed")
		})
	})
}

func TestLeasesThatCouldNotWork(t *testing.T) {
	t.Parallel()
	verifier := webhooks.Vora(keys(t, webhooks.SigningKey{Secret: secretOf(voraV1())}))
	_, err := webhooks.NewHandler(verifier, nothingToDo, webhooks.WithLease(-1))
	require.ErrorContains(t, err, "a lease of -1ns ends before the work begins")
	_, err = webhooks.NewHandler(verifier, nothingToDo, webhooks.WithLease(31*time.Second))
	require.ErrorContains(t, err, "a claim would outlive the last delivery of vora-v1, 31s after the first")
	_, err = webhooks.NewAcceptingHandler(verifier, inbox{}, webhooks.WithLease(time.Second))
	require.ErrorContains(t, err, "WithLease is for NewHandler")
}
