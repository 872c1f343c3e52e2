package charges_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
)

// A buyer returns before the event has come, and the charge is asked about.
func TestCheck(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	w.PauseDeliveries()
	_, err := w.book().Check(t.Context(), tenant, order)
	require.ErrorIs(t, err, charges.ErrNotFound)

	charge := w.pay()
	w.Open(charge.Current().CheckoutURL).Pay(buyer.CardApproved)
	require.NoError(t, w.Inject(control.Fault{Route: "GET /v1/sessions", Times: 1, Status: 503}))
	charge, err = w.book().Check(t.Context(), tenant, order)
	require.Error(t, err)
	require.Equal(t, platform.StatusPending, charge.Status())
	charge, err = w.book().Check(t.Context(), tenant, order)
	require.NoError(t, err)
	require.Equal(t, platform.StatusApproved, charge.Status())
	require.True(t, w.charge().State.MayShip())
}

// Only events tell: the charge stays as it is, however often it is asked about.
func TestCheckWhereNobodyCanBeAsked(t *testing.T) {
	t.Parallel()
	w := setup(t, false)
	before := w.pay()
	w.Open(before.Current().CheckoutURL).Pay(buyer.CardApproved)
	after, err := w.book().Check(t.Context(), tenant, order)
	require.NoError(t, err)
	require.Equal(t, before.Version, after.Version)
}

// Nobody asks about a page that was not made, or whose response was lost.
func TestCheckWithoutAPage(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]control.Fault{"not made": {Status: 429}, "lost": {ResetAfter: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t, true)
			w.failsOnce(fault)
			before, err := w.book().Pay(t.Context(), tenant, order, purchase)
			require.Error(t, err)
			after, err := w.book().Check(t.Context(), tenant, order)
			require.NoError(t, err)
			require.Equal(t, before, after)
			swept, err := w.book().Sweep(t.Context(), w.Now().Add(time.Minute), 10)
			require.NoError(t, err)
			require.Len(t, swept.Silent, 1)
		})
	}
}

// What an adapter says about another payment is not about the charge's.
func TestCheckOfAnotherPayment(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	w.pay()
	book := bookAt(t, mistaken{w.gateway()}, w.store, charges.WithClock(w.Now))
	charge, err := book.Check(t.Context(), tenant, order)
	require.ErrorContains(t, err, "responded with another one")
	require.Equal(t, platform.StatusPending, charge.Status())
	require.Equal(t, platform.StatusPending, w.charge().Status())
}

type mistaken struct{ platform.Gateway }

func (mistaken) Retrieve(context.Context, string) (*platform.Payment, error) {
	return &platform.Payment{ID: "another", Status: platform.StatusApproved, Payment: sdk.PaymentPaid, Amount: purchase.Amount}, nil
}
