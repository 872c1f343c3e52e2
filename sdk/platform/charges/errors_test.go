package charges_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func TestErrorsNameTheCharge(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	_, err := w.book().Check(t.Context(), tenant, order)
	require.ErrorIs(t, err, charges.ErrNotFound)
	require.ErrorContains(t, err, `of the order "order-789012" of acme: Pay begins one`)
	event := &webhooks.SessionSucceeded{EventInfo: webhooks.EventInfo{Scheme: webhooks.SchemeVoraV1, SessionID: "vp_cs_test_1"}}
	_, _, err = w.book().Take(t.Context(), tenant, event)
	require.ErrorIs(t, err, charges.ErrNotFound)
	require.ErrorContains(t, err, `of the payment "vp_cs_test_1", with the reference "", of acme`)
	_, err = w.book().Sweep(t.Context(), w.Now(), 0)
	require.ErrorContains(t, err, "asks about nothing")
}

// The gateway of a tenant cannot be found, perhaps because a database is down: every call says so,
// and the charge stays as it is.
func TestNobodyFindsTheGateway(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	before := w.pay()
	w.Advance(time.Minute)
	down := errors.New("the tenants are not there")
	book, err := charges.New("crm", w.store, func(context.Context, string) (platform.Gateway, error) { return nil, down }, charges.WithClock(w.Now))
	require.NoError(t, err)
	_, err = book.Pay(t.Context(), tenant, order, purchase)
	require.ErrorIs(t, err, down)
	_, err = book.Retry(t.Context(), tenant, order, purchase)
	require.ErrorIs(t, err, down)
	charge, err := book.Check(t.Context(), tenant, order)
	require.ErrorIs(t, err, down)
	require.Equal(t, before, charge)
	swept, err := book.Sweep(t.Context(), w.Now(), 10)
	require.ErrorIs(t, err, down)
	require.Empty(t, swept)
	require.Equal(t, before.State, w.charge().State)
}

// A store that fails in the middle of a call is said, and nothing is found in what was not loaded.
func TestAStoreThatFails(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	before := w.pay()
	book := func(steps int) *charges.Book {
		book, err := charges.New("crm", dying{Store: w.store, left: &steps}, func(context.Context, string) (platform.Gateway, error) { return w.gateway(), nil })
		require.NoError(t, err)
		return book
	}
	charge, err := book(1).Check(t.Context(), tenant, order)
	require.ErrorIs(t, err, errKilled)
	require.Zero(t, charge)
	charge, err = book(2).Check(t.Context(), tenant, order)
	require.ErrorIs(t, err, errKilled)
	require.Equal(t, before, charge, "as far as it is known")
	swept, err := book(1).Sweep(t.Context(), w.Now().Add(time.Minute), 10)
	require.ErrorIs(t, err, errKilled)
	require.Empty(t, swept)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = w.book().Sweep(ended, w.Now().Add(time.Minute), 10)
	require.ErrorIs(t, err, context.Canceled)
}
