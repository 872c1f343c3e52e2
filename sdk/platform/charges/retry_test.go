package charges_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
)

// Only a deliberate new attempt has another page, and there is none while the last one can be paid.
func TestRetry(t *testing.T) {
	t.Parallel()
	atBoth(t, func(t *testing.T, w *world) {
		_, err := w.book().Retry(t.Context(), tenant, order, purchase)
		require.ErrorIs(t, err, charges.ErrNotFound)
		first := w.pay()
		_, err = w.book().Retry(t.Context(), tenant, order, purchase)
		require.ErrorIs(t, err, charges.ErrOpen)

		w.press(first, buyer.CardDeclined, false)
		require.Equal(t, platform.StatusDeclined, w.pay().Status())
		second, err := w.book().Retry(t.Context(), tenant, order, purchase)
		require.NoError(t, err)
		require.Equal(t, platform.StatusPending, second.Status())
		require.Len(t, second.Attempts, 2)
		require.NotEqual(t, first.Current().Purchase.Reference, second.Current().Purchase.Reference)
		require.NotEqual(t, first.Current().PaymentID, second.Current().PaymentID)
		w.press(second, buyer.CardApproved, true)
		require.Equal(t, platform.StatusApproved, w.charge().Status())
		_, err = w.book().Retry(t.Context(), tenant, order, purchase)
		require.ErrorIs(t, err, charges.ErrOpen)
	})
}

// A retry that cannot be is none: the charge stays as it is.
func TestARetryThatIsRejectedChangesNothing(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	w.press(w.pay(), buyer.CardDeclined, false)
	other := purchase
	other.Amount = money.Minor(1500, "USD")
	charge, err := w.book().Retry(t.Context(), tenant, order, other)
	require.ErrorIs(t, err, charges.ErrOtherAmount)
	require.Equal(t, platform.StatusDeclined, charge.Status())
	require.Len(t, w.charge().Attempts, 1)
	_, err = w.book().Retry(t.Context(), tenant, order, purchase)
	require.NoError(t, err)
	charge, err = w.book().Retry(t.Context(), tenant, order, purchase) // a double click
	require.ErrorIs(t, err, charges.ErrOpen)
	require.Equal(t, platform.StatusPending, charge.Status())
}

// A retry whose page the gateway has not made is tried again like any other.
func TestARetryThatMadeNothing(t *testing.T) {
	t.Parallel()
	atBoth(t, func(t *testing.T, w *world) {
		w.press(w.pay(), buyer.CardDeclined, false)
		w.failsOnce(control.Fault{Status: 429})
		_, err := w.book().Retry(t.Context(), tenant, order, purchase)
		require.Error(t, err)
		charge, err := w.book().Retry(t.Context(), tenant, order, purchase)
		require.NoError(t, err)
		require.Equal(t, platform.StatusPending, charge.Status())
		require.NotEmpty(t, charge.Current().CheckoutURL.Reveal())
		require.Len(t, w.Sessions(), 2)
	})
}
