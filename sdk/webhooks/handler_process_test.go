package webhooks_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func TestTheDeliveryAfterAFailureDoesTheWork(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func() error{
		"error": func() error { return errOutOfStock },
		"panic": func() error { panic("out of stock") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := 0
			r := setup(t, voraV1(), withWork(func(context.Context, webhooks.Event) error {
				if calls++; calls == 1 {
					return fail()
				}
				return nil
			}))
			response := r.deliver(t, r.delivery())
			requireResponse(t, response, http.StatusInternalServerError, `{"error":"the event could not be worked on"}`)
			require.Contains(t, r.log.String(), "out of stock", "the log says why, and the gateway does not hear it")
			require.NotContains(t, r.log.String(), "failed to release")

			requireResponse(t, r.deliver(t, r.delivery()), http.StatusOK, received)
			requireResponse(t, r.deliver(t, r.delivery()), http.StatusOK, duplicate)
			require.Equal(t, 2, calls)
			require.Len(t, r.events, 1)
		})
	}
}

func TestADeliveryDuringTheWork(t *testing.T) {
	t.Parallel()
	began, goOn := make(chan struct{}), make(chan struct{})
	r := setup(t, voraV1(), withWork(func(context.Context, webhooks.Event) error {
		close(began)
		<-goOn
		return nil
	}))
	first := httptest.NewRecorder()
	var done sync.WaitGroup
	delivery := r.delivery()
	done.Go(func() { r.handler.ServeHTTP(first, delivery) })
	<-began

	second := r.deliver(t, r.delivery())
	requireResponse(t, second, http.StatusConflict, `{"error":"the event is being worked on"}`)
	require.Equal(t, "1", second.Header().Get("Retry-After"))

	close(goOn)
	done.Wait()
	requireResponse(t, first, http.StatusOK, received)
	requireResponse(t, r.deliver(t, r.delivery()), http.StatusOK, duplicate)
	require.Len(t, r.events, 1)
}

func TestDeliveriesAtTheSameMomentDoTheWorkOnce(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	r := setup(t, voraV1(), withWork(func(context.Context, webhooks.Event) error {
		calls.Add(1)
		return nil
	}), withOptions(webhooks.WithLogger(nil)))

	responses := make([]*httptest.ResponseRecorder, 64)
	start := make(chan struct{})
	var done sync.WaitGroup
	for i := range responses {
		responses[i] = httptest.NewRecorder()
		delivery := r.delivery()
		done.Go(func() {
			<-start
			r.handler.ServeHTTP(responses[i], delivery)
		})
	}
	close(start)
	done.Wait()

	require.EqualValues(t, 1, calls.Load())
	firsts := 0
	for _, response := range responses {
		require.Contains(t, []int{http.StatusOK, http.StatusConflict}, response.Code)
		if response.Body.String() == received+"\n" {
			firsts++
		}
	}
	require.Equal(t, 1, firsts)
}

func TestAFunctionThatEndsItsGoroutineGivesTheEventBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		r := setup(t, voraV1(), withWork(func(context.Context, webhooks.Event) error {
			if calls++; calls == 1 {
				runtime.Goexit() // as t.FailNow does in a test
			}
			return nil
		}))
		delivery := r.delivery()
		go r.handler.ServeHTTP(httptest.NewRecorder(), delivery)
		synctest.Wait()
		requireResponse(t, r.deliver(t, r.delivery()), http.StatusOK, received)
		require.Equal(t, 2, calls)
		require.Contains(t, r.log.String(), "ended its goroutine")
	})
}

// The gateway delivers 1, 5 and 25 seconds after a failure, and never again: a claim that its
// holder left behind has to be free by then.
func TestACrashDoesNotLoseTheEvent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		crashed := false
		store := &failingStore{MemoryStore: webhooks.NewMemoryStore(), release: func(context.Context) error { return nil }}
		r := setup(t, voraV1(), withOptions(webhooks.WithStore(store)), withWork(func(context.Context, webhooks.Event) error {
			if !crashed {
				crashed = true
				runtime.Goexit() // and the store does not hear of it: as far as the claim goes, the process is gone
			}
			return nil
		}))
		delivery := r.delivery()
		go r.handler.ServeHTTP(httptest.NewRecorder(), delivery)
		synctest.Wait()
		require.True(t, crashed)

		time.Sleep(1 * time.Second)
		require.Equal(t, http.StatusConflict, r.deliver(t, r.delivery()).Code)
		time.Sleep(5 * time.Second)
		require.Equal(t, http.StatusOK, r.deliver(t, r.delivery()).Code, "and there would be one more")
		require.Len(t, r.events, 1)
	})
}

var errStoreDown = errors.New("the database is down")

// A failingStore is a memory store whose methods can be broken.
type failingStore struct {
	*webhooks.MemoryStore
	claim, extend, complete, release func(context.Context) error
}

func (s *failingStore) Claim(ctx context.Context, key, token string, lease time.Duration) (webhooks.State, error) {
	if s.claim != nil {
		return 0, s.claim(ctx)
	}
	return s.MemoryStore.Claim(ctx, key, token, lease)
}

func (s *failingStore) Extend(ctx context.Context, key, token string, lease time.Duration) error {
	if s.extend != nil {
		return s.extend(ctx)
	}
	return s.MemoryStore.Extend(ctx, key, token, lease)
}

func (s *failingStore) Complete(ctx context.Context, key, token string) error {
	if s.complete != nil {
		return s.complete(ctx)
	}
	return s.MemoryStore.Complete(ctx, key, token)
}

func (s *failingStore) Release(ctx context.Context, key, token string) error {
	if s.release != nil {
		return s.release(ctx)
	}
	return s.MemoryStore.Release(ctx, key, token)
}

func down(context.Context) error { return errStoreDown }

func TestAStoreThatFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		store  failingStore
		work   error
		status int
		body   string
	}{
		"to claim":    {failingStore{claim: down}, nil, http.StatusServiceUnavailable, `{"error":"not able to take events now"}`},
		"to complete": {failingStore{complete: down}, nil, http.StatusServiceUnavailable, `{"error":"not able to take events now"}`},
		"to release":  {failingStore{release: down}, errOutOfStock, http.StatusInternalServerError, `{"error":"the event could not be worked on"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store, calls := test.store, 0
				store.MemoryStore = webhooks.NewMemoryStore()
				r := setup(t, voraV1(), withOptions(webhooks.WithStore(&store)), withWork(func(context.Context, webhooks.Event) error {
					calls++
					return test.work
				}))
				began := time.Now()
				requireResponse(t, r.deliver(t, r.delivery()), test.status, test.body)
				require.Less(t, time.Since(began), 10*time.Second, "for which the gateway waits")
				require.Equal(t, name != "to claim", calls == 1, "nobody knows whether the work is done already")
				time.Sleep(time.Minute)
				require.Contains(t, r.log.String(), errStoreDown.Error())

				store.claim, store.complete, store.release = nil, nil, nil
				test.work = nil
				requireResponse(t, r.deliver(t, r.delivery()), http.StatusOK, received)
			})
		})
	}
}

// The work has lost the request's context, and the store must not hang for it.
func TestAStoreThatHangsIsNotWaitedForForever(t *testing.T) {
	t.Parallel()
	hang := func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	for name, test := range map[string]struct {
		work   webhooks.EventFunc
		status int
	}{
		"complete": {func(context.Context, webhooks.Event) error { return nil }, http.StatusServiceUnavailable},
		"release":  {func(context.Context, webhooks.Event) error { return errOutOfStock }, http.StatusInternalServerError},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := &failingStore{MemoryStore: webhooks.NewMemoryStore(), complete: hang, release: hang}
				r := setup(t, voraV1(), withOptions(webhooks.WithStore(store)), withWork(test.work))
				began := time.Now()
				require.Equal(t, test.status, r.deliver(t, r.delivery()).Code)
				require.Less(t, time.Since(began), 10*time.Second)
				time.Sleep(time.Minute)
				require.Contains(t, r.log.String(), context.DeadlineExceeded.Error())
			})
		})
	}
}

// A sale, two equal partial refunds, one of them ten times at once, and all of it once more with a
// new signature and a new time: three effects.
func TestThreeEffects(t *testing.T) {
	t.Parallel()
	const sale, refunds = 1499, 500
	var charged, givenBack, effects atomic.Int64
	r := setup(t, voraV1(), withOptions(webhooks.WithLogger(nil)), withWork(func(_ context.Context, event webhooks.Event) error {
		effects.Add(1)
		switch event := event.(type) {
		case *webhooks.SessionSucceeded:
			charged.Add(event.Amount.Minor())
		case *webhooks.RefundCreated:
			givenBack.Add(event.Amount.Minor())
		default:
			t.Errorf("unexpected %T", event)
		}
		return nil
	}))
	bodies := func(at time.Time) [][]byte {
		happened := webhookstest.HappenedAt(at)
		return [][]byte{
			webhookstest.SessionSucceeded(happened),
			webhookstest.RefundCreated(webhookstest.Set("refundId", "re_1"), happened),
			webhookstest.RefundCreated(webhookstest.Set("refundId", "re_2"), happened),
		}
	}
	first := bodies(signedAt())
	require.Equal(t, http.StatusOK, r.deliver(t, r.deliveryOf(first[0])).Code)
	require.Equal(t, http.StatusOK, r.deliver(t, r.deliveryOf(first[1])).Code)
	var done sync.WaitGroup
	for range 10 {
		delivery := r.deliveryOf(first[2])
		done.Go(func() { r.handler.ServeHTTP(httptest.NewRecorder(), delivery) })
	}
	done.Wait()
	r.now = r.now.Add(25 * time.Second)
	for _, body := range bodies(r.now) {
		requireResponse(t, r.deliver(t, r.deliveryOf(body)), http.StatusOK, duplicate)
	}
	require.EqualValues(t, 3, effects.Load())
	require.EqualValues(t, sale, charged.Load())
	require.EqualValues(t, 2*refunds, givenBack.Load())
}

func TestTheDeliveryAfterATimeoutDoesTheWork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		r := setup(t, voraV1(), withWork(func(ctx context.Context, _ webhooks.Event) error {
			if calls++; calls == 1 {
				<-ctx.Done()
			}
			return ctx.Err()
		}))
		require.Equal(t, http.StatusInternalServerError, r.deliver(t, r.delivery()).Code)
		requireResponse(t, r.deliver(t, r.delivery()), http.StatusOK, received)
		requireResponse(t, r.deliver(t, r.delivery()), http.StatusOK, duplicate)
		require.Equal(t, 2, calls)
		require.Len(t, r.events, 1)
	})
}

// A function that uses its whole time must still leave time to complete or release.
func TestTheStoreHasTimeOfItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &failingStore{MemoryStore: webhooks.NewMemoryStore()}
		store.release = func(ctx context.Context) error {
			require.NoError(t, ctx.Err())
			return nil
		}
		r := setup(t, voraV1(), withOptions(webhooks.WithStore(store)), withWork(func(ctx context.Context, _ webhooks.Event) error {
			<-ctx.Done()
			return ctx.Err()
		}))
		require.Equal(t, http.StatusInternalServerError, r.deliver(t, r.delivery()).Code)
	})
}
