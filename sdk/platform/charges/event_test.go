package charges_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// The event of a payment whose response was lost finds its charge by its reference.
func TestAnEventWithoutAStoredPayment(t *testing.T) {
	t.Parallel()
	atBoth(t, func(t *testing.T, w *world) {
		w.failsOnce(control.Fault{ResetAfter: true})
		charge, err := w.book().Pay(t.Context(), tenant, order, purchase)
		require.Equal(t, platform.HandlingResume, platform.HandlingOf(err))
		require.Equal(t, platform.StatusUnknown, charge.Status())
		session := w.Sessions()[0]
		w.Open(sdk.NewSecret(session.CheckoutURL)).Pay(buyer.CardApproved)
		require.Equal(t, control.DeliveryAccepted, w.WaitDelivery(session.ID, w.event(true)).State)
		require.Equal(t, platform.StatusApproved, w.charge().Status())
		require.Equal(t, platform.StatusApproved, w.pay().Status(), "and nobody is asked to pay again")
		require.Len(t, w.Sessions(), 1)
	})
}

// No tenant's event reaches another's charge, whatever it names.
func TestAnEventOfAnotherTenant(t *testing.T) {
	t.Parallel()
	atBoth(t, func(t *testing.T, w *world) {
		event := w.paid(w.pay())
		_, _, err := w.book().Take(t.Context(), "brightline", event)
		require.ErrorIs(t, err, charges.ErrNotFound)
		require.Equal(t, platform.StatusPending, w.charge().Status())
		_, transition, err := w.book().Take(t.Context(), tenant, event)
		require.NoError(t, err)
		require.True(t, transition.BecamePaid())
	})
}

// Two payments of one order are reported, and so is one of another amount.
func TestASecondPaymentIsReported(t *testing.T) {
	t.Parallel()
	w := setup(t, false)
	charge := w.pay()
	paid := func(session string) *webhooks.PaymentSucceeded {
		return &webhooks.PaymentSucceeded{EventInfo: webhooks.EventInfo{
			Scheme: webhooks.SchemeVisionScope, SessionID: session, Reference: charge.Current().Purchase.Reference, Payment: sdk.PaymentPaid, Amount: charge.Amount,
		}}
	}
	_, _, err := w.book().Take(t.Context(), tenant, paid(charge.Current().PaymentID))
	require.NoError(t, err)
	_, transition, err := w.book().Take(t.Context(), tenant, paid("cs_of_a_response_that_was_lost"))
	require.NoError(t, err)
	require.Equal(t, []orders.Problem{orders.ProblemPaidTwice}, transition.Problems)
	require.Equal(t, platform.StatusApproved, w.charge().Status())
	require.Equal(t, charge.Current().PaymentID, w.charge().Current().PaymentID)
}

// What was paid is not what the order costs: it does not ship, whatever the gateway's page said.
func TestAnotherAmountIsReported(t *testing.T) {
	t.Parallel()
	for _, amount := range []money.Amount{money.Minor(1498, "USD"), money.Minor(1499, "EUR")} {
		w := setup(t, false)
		paid := w.pay()
		paid.Amount = amount
		charge, _, err := w.book().Take(t.Context(), tenant, w.paid(paid))
		require.NoError(t, err)
		require.Equal(t, platform.StatusApproved, charge.Status())
		require.Equal(t, []orders.Problem{orders.ProblemWrongAmount}, charge.State.Problems)
		require.False(t, charge.State.MayShip())
	}
}

// Once an event has named the payment of a lost response, what does not name the reference finds
// it.
func TestAnEventNamesThePaymentOfALostResponse(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	w.failsOnce(control.Fault{ResetAfter: true})
	_, err := w.book().Pay(t.Context(), tenant, order, purchase)
	require.Error(t, err)
	session := w.Sessions()[0].ID
	reference := w.charge().Current().Purchase.Reference
	info := func(payment sdk.PaymentStatus, minor int64) webhooks.EventInfo {
		return webhooks.EventInfo{Scheme: webhooks.SchemeVoraV1, SessionID: session, Payment: payment, Amount: money.Minor(minor, "USD"), RefundID: "re_1"}
	}
	_, _, err = w.book().Take(t.Context(), tenant, &webhooks.SessionSucceeded{EventInfo: info(sdk.PaymentPaid, 1499), Metadata: map[string]string{"hostedpay_reference": reference}})
	require.NoError(t, err)
	charge, _, err := w.book().Take(t.Context(), tenant, &webhooks.RefundCreated{EventInfo: info(sdk.PaymentRefunded, 500)})
	require.NoError(t, err)
	require.Len(t, charge.Refunds, 1)
}

// The response to a retry was lost, and the attempt before is paid late: that payment is not the
// retry's, about which the gateway is still to be asked.
func TestAnEventOfTheAttemptBeforeALostResponse(t *testing.T) {
	t.Parallel()
	atBoth(t, func(t *testing.T, w *world) {
		first := w.pay()
		w.press(first, buyer.CardDeclined, false)
		w.failsOnce(control.Fault{ResetAfter: true})
		_, err := w.book().Retry(t.Context(), tenant, order, purchase)
		require.Equal(t, platform.HandlingResume, platform.HandlingOf(err))
		charge, transition, err := w.book().Take(t.Context(), tenant, w.paid(first))
		require.NoError(t, err)
		require.True(t, transition.BecamePaid())
		require.Len(t, charge.Attempts, 2)
		require.Equal(t, first.Current().PaymentID, charge.Attempts[0].PaymentID)
		require.Empty(t, charge.Current().PaymentID)
		require.True(t, charge.Current().InDoubt)
	})
}

// An event that cannot be read is a problem of its order, also when the response was lost.
func TestAnUnreadableEventIsReported(t *testing.T) {
	t.Parallel()
	w := setup(t, false)
	w.failsOnce(control.Fault{ResetAfter: true})
	_, err := w.book().Pay(t.Context(), tenant, order, purchase)
	require.Error(t, err)
	info := webhooks.EventInfo{Scheme: webhooks.SchemeVisionScope, Type: "payment.success", Reference: w.charge().Current().Purchase.Reference, Problem: errors.New("sessionId is missing")}
	charge, _, err := w.book().Take(t.Context(), tenant, &webhooks.UnknownEvent{EventInfo: info})
	require.NoError(t, err)
	require.Equal(t, platform.StatusUnknown, charge.Status(), "it names no payment, and the page is still in doubt")
	info.SessionID, info.Problem = "cs_1", errors.New("amount cannot be read")
	charge, transition, err := w.book().Take(t.Context(), tenant, &webhooks.UnknownEvent{EventInfo: info})
	require.NoError(t, err)
	require.Equal(t, []orders.Problem{orders.ProblemUnreadableEvent}, transition.Problems)
	require.Equal(t, []orders.Problem{orders.ProblemUnreadableEvent}, charge.State.Problems)
}
