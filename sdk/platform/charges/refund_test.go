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
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
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
	require.Equal(t, platform.StatusApproved, w.charge().Status())
	require.Equal(t, usd(399), w.charge().Refundable())
	require.NoError(t, request("r3", 399))
	_, err = w.Refund(charge.Current().PaymentID, 0)
	require.NoError(t, err)
	w.WaitDeliveries(charge.Current().PaymentID, 5)
	require.Equal(t, platform.StatusRefunded, w.charge().Status())
	require.Equal(t, usd(0), w.charge().Refundable())
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
		require.Equal(t, money.Minor(1499, "USD"), charge.Refundable())
	}
	_, err = w.Refund(w.charge().Current().PaymentID, 500)
	require.NoError(t, err)
	w.WaitDeliveries(w.charge().Current().PaymentID, 2)
	require.Equal(t, charges.RefundUnmatched, w.charge().Refunds[1].Status)
	_, err = w.book().WithdrawRefund(t.Context(), tenant, order, "")
	require.ErrorIs(t, err, charges.ErrNotFound, "what nobody has asked for")
}

// gaveBack has the event of a refund of the current attempt's payment arrive.
func (w *world) gaveBack(id string, amount money.Amount) charges.Charge {
	w.t.Helper()
	charge, _, err := w.book().Take(w.t.Context(), tenant, &webhooks.RefundCreated{EventInfo: webhooks.EventInfo{
		Scheme: webhooks.SchemeVoraV1, SessionID: w.charge().Current().PaymentID, Payment: sdk.PaymentRefunded, Amount: amount, RefundID: id,
	}})
	require.NoError(w.t, err)
	return charge
}

// What was carried out cannot be withdrawn, and is given back.
func TestARefundThatWasMadeCannotBeWithdrawn(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	w.press(w.pay(), buyer.CardApproved, true)
	_, err := w.book().RequestRefund(t.Context(), tenant, order, "r1", money.Minor(500, "USD"))
	require.NoError(t, err)
	made := w.gaveBack("re_1", money.Minor(500, "USD"))
	charge, err := w.book().WithdrawRefund(t.Context(), tenant, order, "r1")
	require.NoError(t, err)
	require.Equal(t, made, charge)
	require.Equal(t, charges.RefundSucceeded, charge.Refunds[0].Status)
}

// A refund in another currency is not the one that was asked for.
func TestARefundInAnotherCurrency(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	w.press(w.pay(), buyer.CardApproved, true)
	_, err := w.book().RequestRefund(t.Context(), tenant, order, "r1", money.Minor(500, "USD"))
	require.NoError(t, err)
	require.Equal(t, []charges.Refund{
		{Reference: "r1", Amount: money.Minor(500, "USD"), Status: charges.RefundAwaitingUpstream},
		{ID: "re_1", Amount: money.Minor(500, "EUR"), Status: charges.RefundUnmatched},
	}, w.gaveBack("re_1", money.Minor(500, "EUR")).Refunds)
}

// Somebody gives back more than is left beside what was asked for: nothing can be asked for then.
func TestMoreIsGivenBackThanWasLeft(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	w.press(w.pay(), buyer.CardApproved, true)
	_, err := w.book().RequestRefund(t.Context(), tenant, order, "r1", money.Minor(500, "USD"))
	require.NoError(t, err)
	charge := w.gaveBack("re_1", money.Minor(1200, "USD"))
	require.Equal(t, money.Minor(0, "USD"), charge.Refundable())
}
