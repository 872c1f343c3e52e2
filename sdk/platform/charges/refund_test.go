package charges_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
)

func TestRefunds(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	charge := w.pay()
	usd := func(minor int64) money.Amount { return money.Minor(minor, "USD") }
	request := func(reference string, minor int64) error {
		_, err := w.book().RequestRefund(t.Context(), tenant, order, reference, usd(minor))
		return err
	}
	require.ErrorIs(t, request("r0", 500), charges.ErrNotRefundable, "nothing is paid")
	require.Zero(t, w.charge().Refundable())
	w.press(charge, buyer.CardApproved, true)
	require.NoError(t, request("r1", 500))
	require.NoError(t, request("r1", 500), "the same request")
	require.ErrorContains(t, request("r1", 400), `the refund "r1" of 5.00 USD is kept already`)
	require.ErrorContains(t, request("r1", 400), "Give each refund a reference of its own.")
	require.ErrorIs(t, request("r1", 400), sdk.CodeIdempotencyKeyCollision)
	require.NoError(t, request("r2", 500))
	require.ErrorIs(t, request("r3", 500), charges.ErrNotRefundable)
	require.Equal(t, usd(499), w.charge().Refundable())
	require.ErrorIs(t, request("r3", 0), charges.ErrNotRefundable)
	require.ErrorIs(t, request("r3", -1), charges.ErrNotRefundable)
	_, err := w.book().RequestRefund(t.Context(), tenant, order, "r3", money.Minor(400, "EUR"))
	require.ErrorIs(t, err, charges.ErrNotRefundable, "of another currency")

	var made []string
	for i, minor := range []int64{500, 100, 500} {
		id, err := w.Refund(charge.Current().PaymentID, minor)
		require.NoError(t, err)
		w.WaitDeliveries(charge.Current().PaymentID, i+2)
		made = append(made, id)
	}
	require.Equal(t, []charges.Refund{
		{Reference: "r1", ID: made[0], Amount: usd(500), Status: charges.RefundSucceeded},
		{Reference: "r2", ID: made[2], Amount: usd(500), Status: charges.RefundSucceeded},
		{ID: made[1], Amount: usd(100), Status: charges.RefundUnmatched},
	}, w.charge().Refunds)
	require.Equal(t, platform.StatusApproved, w.charge().Status(), "3.99 is left")
	require.NoError(t, request("r3", 399))
	_, err = w.Refund(charge.Current().PaymentID, 0)
	require.NoError(t, err)
	w.WaitDeliveries(charge.Current().PaymentID, 5)
	require.Equal(t, platform.StatusRefunded, w.charge().Status())
	for _, delivery := range w.Deliveries() {
		require.NoError(t, w.Resend(delivery.ID))
	}
	w.WaitDeliveries(charge.Current().PaymentID, 5)
	require.Len(t, w.charge().Refunds, 4, "each event counts once")
}

// Nobody can give money back at VisionScope, and no event would end the request.
func TestARefundThatNobodyCanMake(t *testing.T) {
	t.Parallel()
	w := setup(t, false)
	w.press(w.pay(), buyer.CardApproved, true)
	_, err := w.book().RequestRefund(t.Context(), tenant, order, "r1", money.Minor(500, "USD"))
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorContains(t, err, "visionscope has no call to refund (unsupported). The gateway has neither a call nor an event")
	require.Empty(t, w.charge().Refunds)
}

func TestWithdrawnRefunds(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	w.press(w.pay(), buyer.CardApproved, true)
	_, err := w.book().RequestRefund(t.Context(), tenant, order, "", money.Minor(500, "USD"))
	require.ErrorContains(t, err, "needs a reference")
	_, err = w.book().RequestRefund(t.Context(), tenant, order, "r1", money.Minor(500, "USD"))
	require.NoError(t, err)
	_, err = w.book().WithdrawRefund(t.Context(), tenant, order, "r2")
	require.ErrorIs(t, err, charges.ErrNotFound)
	for range 2 {
		charge, err := w.book().WithdrawRefund(t.Context(), tenant, order, "r1")
		require.NoError(t, err)
		require.Equal(t, charges.RefundWithdrawn, charge.Refunds[0].Status)
	}
	_, err = w.Refund(w.charge().Current().PaymentID, 500)
	require.NoError(t, err)
	w.WaitDeliveries(w.charge().Current().PaymentID, 2)
	require.Equal(t, charges.RefundUnmatched, w.charge().Refunds[1].Status)
	_, err = w.book().WithdrawRefund(t.Context(), tenant, order, "")
	require.ErrorIs(t, err, charges.ErrNotFound, "what nobody has asked for")
}
