package charges_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
)

// A readable gateway makes pages, and says that all are paid once they are.
type readable struct {
	platform.Gateway
	paid  bool
	asked func() // called when it was asked where a payment stands; may be nil
}

func (g *readable) Name() sdk.Gateway { return sdk.GatewayVora }

func (g *readable) Purchase(_ context.Context, p platform.Purchase) (*platform.Payment, error) {
	return &platform.Payment{ID: "of " + p.Reference, Status: platform.StatusPending, Amount: p.Amount, CheckoutURL: sdk.NewSecret("https://pay.example.com/1")}, nil
}

func (g *readable) Retrieve(ctx context.Context, id string) (*platform.Payment, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if g.asked != nil {
		defer g.asked()
	}
	payment := &platform.Payment{ID: id, Amount: purchase.Amount, Payment: sdk.PaymentPending}
	if g.paid {
		payment.Payment = sdk.PaymentPaid
	}
	return payment, nil
}

// A sweep whose time is over asks about nothing more, and says so. What it has read is kept.
func TestASweepThatEndsEarly(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	gateway := &readable{paid: true, asked: func() { cancel(errKilled) }}
	store := charges.NewMemoryStore()
	book := bookAt(t, gateway, store)
	for _, name := range []string{"1", "2"} {
		_, err := book.Pay(t.Context(), tenant, name, purchase)
		require.NoError(t, err)
	}
	swept, err := book.Sweep(ctx, time.Now().Add(time.Minute), 10)
	require.ErrorIs(t, err, errKilled)
	require.EqualError(t, err, "charges: the sweep ended early, the next one goes on: the process was killed")
	require.Len(t, swept.Changed, 1)
	require.Empty(t, swept.Silent)
	left, err := store.Open(t.Context(), time.Now().Add(time.Minute), 10)
	require.NoError(t, err)
	require.Len(t, left, 1)
	require.Zero(t, left[0].Asked, "it is the first one of the next sweep")
}

// What a sweep has found by the time of a shutdown is not lost: nobody would ask about it again.
func TestAShutdownDuringASweep(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	gateway, now := &readable{paid: true, asked: func() { cancel(errKilled) }}, time.Now()
	book := bookAt(t, gateway, charges.NewMemoryStore(), charges.WithClock(func() time.Time { return now }))
	_, err := book.Pay(t.Context(), tenant, order, purchase)
	require.NoError(t, err)
	now = now.Add(time.Hour)
	var found []charges.Charge
	err = book.KeepSweeping(ctx, charges.Sweeping{Every: time.Minute, After: time.Minute, Limit: 1}, func(_ context.Context, swept charges.Swept, _ error) {
		found = append(found, swept.Changed...)
	})
	require.ErrorIs(t, err, errKilled)
	require.Len(t, found, 1)
	require.Equal(t, platform.StatusApproved, found[0].Status())
}

func TestKeepSweeping(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gateway := &readable{}
		book := bookAt(t, gateway, charges.NewMemoryStore())
		_, err := book.Pay(t.Context(), tenant, order, purchase)
		require.NoError(t, err)
		ctx, stop := context.WithCancelCause(t.Context())
		began, sweeps := time.Now(), 0
		over := errors.New("over")
		err = book.KeepSweeping(ctx, charges.Sweeping{Every: time.Minute, After: 90 * time.Second, Limit: 1}, func(_ context.Context, swept charges.Swept, err error) {
			require.NoError(t, err)
			if sweeps++; len(swept.Changed) > 0 {
				require.Equal(t, platform.StatusApproved, swept.Changed[0].Status())
				stop(over)
			}
			gateway.paid = true
		})
		require.ErrorIs(t, err, over)
		require.Equal(t, 3, sweeps, "at once, before the charge is old enough, and then")
		require.Less(t, time.Since(began), 2*time.Minute+13*time.Second)
		require.GreaterOrEqual(t, time.Since(began), 2*time.Minute)
		err = book.KeepSweeping(ctx, charges.Sweeping{Every: time.Minute, After: time.Minute, Limit: 1}, func(context.Context, charges.Swept, error) {
			require.Fail(t, "nothing was asked about")
		})
		require.ErrorIs(t, err, over)
	})
	book := bookAt(t, nil, charges.NewMemoryStore())
	found := func(context.Context, charges.Swept, error) {}
	for _, when := range []charges.Sweeping{{After: 1, Limit: 1}, {Every: 1, Limit: 1}, {Every: 1, After: 1}, {Every: 1, After: 1, Limit: -1}} {
		require.ErrorContains(t, book.KeepSweeping(t.Context(), when, found), "asks about nothing")
	}
	require.ErrorContains(t, book.KeepSweeping(t.Context(), charges.Sweeping{Every: 1, After: 1, Limit: 1}, nil), "has no function")
}
