package charges_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
)

// Whoever asks at the same time, in however many processes: one page.
func TestManyAskAtOnce(t *testing.T) {
	t.Parallel()
	atBoth(t, func(t *testing.T, w *world) {
		var wait sync.WaitGroup
		pages := make([]string, 32)
		for i := range pages {
			wait.Go(func() {
				charge, err := w.book().Pay(context.WithoutCancel(t.Context()), tenant, order, purchase)
				if err == nil && charge.Status() == platform.StatusPending {
					pages[i] = charge.Current().CheckoutURL.Reveal()
				}
			})
		}
		wait.Wait()
		require.Len(t, w.Sessions(), 1)
		want := w.charge().Current().CheckoutURL.Reveal()
		require.Contains(t, pages, want)
		for _, page := range pages {
			require.Contains(t, []string{"", want}, page)
		}
	})
}

// A slow store is one that somebody else is faster at, once.
type slow struct {
	charges.Store
	meanwhile func()
}

func (s *slow) Save(ctx context.Context, charge charges.Charge) error {
	if meanwhile := s.meanwhile; meanwhile != nil {
		s.meanwhile = nil
		meanwhile()
	}
	return s.Store.Save(ctx, charge)
}

// Another process is faster, and has its page: nobody asks the gateway about that.
func TestWhoComesSecondAsksNobody(t *testing.T) {
	t.Parallel()
	atBoth(t, func(t *testing.T, w *world) {
		w.failsOnce(control.Fault{Status: 429})
		_, err := w.book().Pay(t.Context(), tenant, order, purchase)
		require.Error(t, err)
		var made charges.Charge
		store := &slow{Store: w.store, meanwhile: func() { made = w.pay() }}
		book := bookAt(t, w.gateway(), store, charges.WithClock(w.Now))
		charge, err := book.Pay(t.Context(), tenant, order, purchase)
		require.NoError(t, err)
		require.Equal(t, made, charge)
		require.Len(t, w.Sessions(), 1)
	})
}

// The gateway takes as long as it may, and what it said is still to be stored: nobody else asks it
// for the page meanwhile.
func TestNobodyAsksWhileTheGatewayIsSlow(t *testing.T) {
	t.Parallel()
	var book *charges.Book
	now, calls := time.Now(), 0
	gateway := scripted{platform.NewVora(nil), func(p platform.Purchase) (*platform.Payment, error) {
		calls++
		for range 2 {
			now = now.Add(25 * time.Second)
			meanwhile, err := book.Pay(t.Context(), tenant, order, purchase)
			require.NoError(t, err)
			require.Equal(t, platform.StatusUnknown, meanwhile.Status())
		}
		return &platform.Payment{ID: "session", Status: platform.StatusPending, Amount: p.Amount, CheckoutURL: sdk.NewSecret("https://pay.example.com/session")}, nil
	}}
	book = bookAt(t, gateway, charges.NewMemoryStore(), charges.WithClock(func() time.Time { return now }))
	charge, err := book.Pay(t.Context(), tenant, order, purchase)
	require.NoError(t, err)
	require.Equal(t, platform.StatusPending, charge.Status())
	require.Equal(t, 1, calls)
}

// A failing store stores nothing.
type failing struct {
	charges.Store
	err   error
	saves int
}

func (s *failing) Save(context.Context, charges.Charge) error {
	s.saves++
	return s.err
}

// A charge that could not be stored is an error, and no gateway is asked. Only a conflict is tried
// again.
func TestAChargeThatCannotBeStored(t *testing.T) {
	t.Parallel()
	for _, failure := range []error{errKilled, charges.ErrConflict} {
		store := &failing{Store: charges.NewMemoryStore(), err: failure}
		gateway := scripted{platform.NewVora(nil), func(platform.Purchase) (*platform.Payment, error) {
			require.Fail(t, "the gateway was asked")
			return nil, errKilled
		}}
		book := bookAt(t, gateway, store)
		_, err := book.Pay(t.Context(), tenant, order, purchase)
		require.ErrorIs(t, err, failure)
		require.Equal(t, errors.Is(failure, charges.ErrConflict), store.saves > 1)
	}
}
