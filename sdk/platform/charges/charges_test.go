package charges_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

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

func TestACharge(t *testing.T) {
	t.Parallel()
	atBoth(t, func(t *testing.T, w *world) {
		charge := w.pay()
		require.Equal(t, platform.StatusPending, charge.Status())
		recorder := httptest.NewRecorder()
		charge.Redirect(recorder, httptest.NewRequest(http.MethodPost, "/pay", nil))
		require.Equal(t, http.StatusSeeOther, recorder.Code)
		require.Equal(t, charge.Current().CheckoutURL.Reveal(), recorder.Header().Get("Location"))

		again := w.pay() // a refresh, in another process
		require.Equal(t, charge.Version, again.Version)
		require.Equal(t, charge.Current().PaymentID, again.Current().PaymentID)
		require.Equal(t, charge.Current().CheckoutURL.Reveal(), again.Current().CheckoutURL.Reveal())
		require.Len(t, w.Sessions(), 1)

		w.press(charge, buyer.CardApproved, true)
		paid := w.pay()
		require.Equal(t, platform.StatusApproved, paid.Status())
		require.Len(t, w.Sessions(), 1, "what is paid gets no other page")
		require.Len(t, w.transitions, 1)
		require.True(t, w.transitions[0].BecamePaid())
		recorder = httptest.NewRecorder()
		paid.Redirect(recorder, httptest.NewRequest(http.MethodPost, "/pay", nil))
		require.Equal(t, http.StatusBadGateway, recorder.Code, "nobody pays twice")
	})
}

func TestAnotherAmountIsAnotherCharge(t *testing.T) {
	t.Parallel()
	atBoth(t, func(t *testing.T, w *world) {
		w.pay()
		other := purchase
		other.Amount = money.Minor(1500, "USD")
		_, err := w.book().Pay(t.Context(), tenant, order, other)
		require.ErrorIs(t, err, charges.ErrOtherAmount)
		require.ErrorContains(t, err, "order-789012 of acme is 14.99 USD, and not 15.00 USD (nothing was sent)")
		require.ErrorContains(t, err, "or charge another order")
		require.Equal(t, platform.HandlingFixMapping, platform.HandlingOf(err))
		require.Len(t, w.Sessions(), 1)
	})
}

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

func TestAnExpiredPageIsNotShown(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	w.PauseDeliveries() // the event does not come
	w.pay()
	w.Advance(31 * time.Minute)
	require.Equal(t, platform.StatusExpired, w.pay().Status(), "the gateway was asked")
	second, err := w.book().Retry(t.Context(), tenant, order, purchase)
	require.NoError(t, err)
	require.Equal(t, platform.StatusPending, second.Status())
}

// A day later Vora has forgotten the idempotency key, and another session would be made under it.
func TestAnOldPageIsReadAndNotMadeAgain(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	w.PauseDeliveries()
	first := w.pay()
	w.Advance(25 * time.Hour)
	require.Equal(t, platform.StatusExpired, w.pay().Status())
	require.Len(t, w.Sessions(), 1)
	require.Equal(t, first.Current().PaymentID, w.charge().Current().PaymentID)
}

func TestAPageThatCannotBeReadIsNotShown(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	w.PauseDeliveries()
	w.pay()
	w.Advance(31 * time.Minute)
	require.NoError(t, w.Inject(control.Fault{Route: "GET /v1/sessions", Times: 1, Status: 503}))
	charge, err := w.book().Pay(t.Context(), tenant, order, purchase)
	require.Error(t, err)
	require.Equal(t, platform.StatusUnknown, charge.Status())
	require.Equal(t, platform.StatusExpired, w.pay().Status())
}

// The buyer's new email address makes no other purchase under the same idempotency key.
func TestAnAttemptIsAskedForAsItWasFirst(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	w.failsOnce(control.Fault{ResetAfter: true})
	_, err := w.book().Pay(t.Context(), tenant, order, purchase)
	require.Error(t, err)
	other := purchase
	other.BuyerEmail = "other@example.com"
	charge, err := w.book().Pay(t.Context(), tenant, order, other)
	require.NoError(t, err)
	require.Equal(t, platform.StatusPending, charge.Status())
	require.Len(t, w.Sessions(), 1)
}

// A charge that could not be had has a status too.
func TestTheZeroChargeIsUnknown(t *testing.T) {
	t.Parallel()
	require.Equal(t, platform.StatusUnknown, charges.Charge{}.Status())
	require.False(t, charges.Charge{}.Current().Made())
	recorder := httptest.NewRecorder()
	charges.Charge{}.Redirect(recorder, httptest.NewRequest(http.MethodPost, "/pay", nil))
	require.Equal(t, http.StatusBadGateway, recorder.Code)
}

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
	require.ErrorIs(t, request("r1", 400), sdk.CodeIdempotencyKeyCollision)
	require.NoError(t, request("r2", 500))
	require.ErrorIs(t, request("r3", 500), charges.ErrNotRefundable)
	require.Equal(t, usd(499), w.charge().Refundable())
	require.ErrorIs(t, request("r3", 0), charges.ErrNotRefundable)
	require.ErrorIs(t, request("r3", -1), charges.ErrNotRefundable)

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
	_, err := w.Refund(charge.Current().PaymentID, 0)
	require.NoError(t, err)
	w.WaitDeliveries(charge.Current().PaymentID, 5)
	require.Equal(t, platform.StatusRefunded, w.charge().Status())
	for _, delivery := range w.Deliveries() {
		require.NoError(t, w.Resend(delivery.ID))
	}
	w.WaitDeliveries(charge.Current().PaymentID, 5)
	require.Len(t, w.charge().Refunds, 4, "each event counts once")
}

// What no event said, a sweep asks.
func TestSweep(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	w.PauseDeliveries()
	charge := w.pay()
	w.Open(charge.Current().CheckoutURL).Pay(buyer.CardApproved)
	found, err := w.book().Sweep(t.Context(), w.Now(), 10)
	require.NoError(t, err)
	require.Empty(t, found, "the charge is as old as that")
	require.Equal(t, platform.StatusPending, w.charge().Status())
	found, err = w.book().Sweep(t.Context(), w.Now().Add(time.Second), 10)
	require.NoError(t, err)
	require.Empty(t, found.Silent)
	require.Equal(t, []charges.Charge{w.charge()}, found.Changed)
	require.Equal(t, platform.StatusApproved, w.charge().Status())
	require.True(t, w.charge().State.MayShip())

	w = setup(t, false)
	w.pay()
	found, err = w.book().Sweep(t.Context(), w.Now().Add(time.Second), 10)
	require.NoError(t, err)
	require.Empty(t, found.Changed)
	require.Len(t, found.Silent, 1, "VisionScope cannot be asked")
	require.Equal(t, order, found.Silent[0].Order)
}

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

func TestErrorsAreSaidAndKeepTheAttempt(t *testing.T) {
	t.Parallel()
	atBoth(t, func(t *testing.T, w *world) {
		w.failsOnce(control.Fault{Status: 429})
		charge, err := w.book().Pay(t.Context(), tenant, order, purchase)
		require.Error(t, err)
		require.Equal(t, platform.StatusPending, charge.Status(), "nothing was made")
		require.Empty(t, charge.Current().CheckoutURL.Reveal())
		require.Len(t, charge.Attempts, 1)
		next := w.pay() // at once
		require.Equal(t, platform.StatusPending, next.Status())
		require.Equal(t, charge.Current().Purchase.Reference, next.Current().Purchase.Reference)
		require.Len(t, next.Attempts, 1)
	})
}

// What was asked for wrongly, and not made, is asked for again in another way.
func TestARejectedPurchaseCanBeCorrected(t *testing.T) {
	t.Parallel()
	atBoth(t, func(t *testing.T, w *world) {
		wrong := purchase
		wrong.Amount = money.Minor(0, "USD")
		charge, err := w.book().Pay(t.Context(), tenant, order, wrong)
		require.Equal(t, platform.HandlingFixMapping, platform.HandlingOf(err))
		require.Equal(t, platform.StatusPending, charge.Status())
		charge = w.pay()
		require.Equal(t, purchase.Amount, charge.Amount)
		w.press(charge, buyer.CardApproved, true)
		require.True(t, w.charge().State.MayShip())
		require.Empty(t, w.charge().State.Problems)
	})
}

// An earlier attempt is paid late, while the next one could not be made: the order is paid as it
// was charged, and nobody changes that.
func TestWhatIsPaidKeepsItsAmount(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	first := w.pay()
	w.press(first, buyer.CardDeclined, false)
	w.failsOnce(control.Fault{Status: 429})
	_, err := w.book().Retry(t.Context(), tenant, order, purchase)
	require.Error(t, err)
	_, _, err = w.book().Take(t.Context(), tenant, &webhooks.SessionSucceeded{EventInfo: webhooks.EventInfo{
		Scheme: webhooks.SchemeVoraV1, SessionID: first.Current().PaymentID, Payment: sdk.PaymentPaid, Amount: purchase.Amount,
	}})
	require.NoError(t, err)
	other := purchase
	other.Amount = money.Minor(1, "USD")
	charge, err := w.book().Pay(t.Context(), tenant, order, other)
	require.ErrorIs(t, err, charges.ErrOtherAmount)
	require.Equal(t, purchase.Amount, charge.Amount)
	require.Equal(t, platform.StatusApproved, charge.Status())
}

// Two tenants with one merchant, and an order of the same name at each.
func TestOrdersOfTwoTenantsAreTwo(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	a, err := w.book().Pay(t.Context(), "a", "b/c", purchase)
	require.NoError(t, err)
	b, err := w.book().Pay(t.Context(), "a/b", "c", purchase)
	require.NoError(t, err)
	require.NotEqual(t, a.Current().Purchase.Reference, b.Current().Purchase.Reference)
	require.NotEqual(t, a.Current().PaymentID, b.Current().PaymentID)
	require.Len(t, w.Sessions(), 2)
}

func TestNamesAreChecked(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	for _, names := range [][2]string{{"", "1"}, {"acme", ""}, {"caf\xe9", "1"}, {"acme", "caf\xe9"}} {
		_, err := w.book().Pay(t.Context(), names[0], names[1], purchase)
		require.Error(t, err, names)
	}
	require.Empty(t, w.Sessions())
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
	charge, transition, err := w.book().Take(t.Context(), tenant, &webhooks.UnknownEvent{EventInfo: webhooks.EventInfo{
		Scheme: webhooks.SchemeVisionScope, Type: "payment.success", SessionID: "cs_1", Reference: w.charge().Current().Purchase.Reference, Problem: errors.New("amount cannot be read"),
	}})
	require.NoError(t, err)
	require.Equal(t, []orders.Problem{orders.ProblemUnreadableEvent}, transition.Problems)
	require.Equal(t, []orders.Problem{orders.ProblemUnreadableEvent}, charge.State.Problems)
}

// What nobody can be asked about keeps no other charge from being asked about.
func TestSweepsAskAboutAllInTurn(t *testing.T) {
	t.Parallel()
	w := setup(t, false)
	for _, abandoned := range []string{"1", "2", "3"} {
		_, err := w.book().Pay(t.Context(), tenant, abandoned, purchase)
		require.NoError(t, err)
	}
	w.Advance(time.Minute)
	w.vora = true
	w.PauseDeliveries()
	charge := w.pay()
	w.Open(charge.Current().CheckoutURL).Pay(buyer.CardApproved)
	for range 2 {
		w.Advance(time.Hour)
		_, err := w.book().Sweep(t.Context(), w.Now(), 3)
		require.NoError(t, err)
	}
	require.Equal(t, platform.StatusApproved, w.charge().Status())
}

// One payment that cannot be read keeps no other from being read.
func TestASweepReadsWhatItCan(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	w.press(w.pay(), buyer.CardDeclined, false)
	w.PauseDeliveries()
	second, err := w.book().Retry(t.Context(), tenant, order, purchase)
	require.NoError(t, err)
	w.Open(second.Current().CheckoutURL).Pay(buyer.CardApproved)
	require.NoError(t, w.Inject(control.Fault{Route: "GET /v1/sessions", Times: 1, Status: 404}))
	w.Advance(time.Minute)
	_, err = w.book().Sweep(t.Context(), w.Now(), 10)
	require.ErrorContains(t, err, "HTTP 404")
	require.Equal(t, platform.StatusApproved, w.charge().Status())
}

// Nobody can give money back at VisionScope, and no event would end the request.
func TestARefundThatNobodyCanMake(t *testing.T) {
	t.Parallel()
	w := setup(t, false)
	w.press(w.pay(), buyer.CardApproved, true)
	_, err := w.book().RequestRefund(t.Context(), tenant, order, "r1", money.Minor(500, "USD"))
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorContains(t, err, "neither a call nor an event")
	require.Empty(t, w.charge().Refunds)
}

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
}

// Nothing of a charge that is printed is a page's address; its JSON does not have it either.
func TestNoPageIsPrinted(t *testing.T) {
	t.Parallel()
	charge := setup(t, true).pay()
	encoded, err := json.Marshal(charge)
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprintf("%+v %s", charge, encoded), charge.Current().CheckoutURL.Reveal())
}

func TestNewRejects(t *testing.T) {
	t.Parallel()
	_, err := charges.New("", charges.NewMemoryStore(), nil)
	require.ErrorContains(t, err, "needs the platform's name")
}

var errKilled = errors.New("the process was killed")

// A dying store is a process that is killed at a step: that step, and all that follow, do not
// happen, or happen and are not heard of.
type dying struct {
	charges.Store
	left *int // steps to live
	late bool // the last step happens
}

func (d dying) step(do func() error) error {
	*d.left--
	switch {
	case *d.left > 0:
		return do()
	case *d.left == 0 && d.late:
		_ = do()
	}
	return errKilled
}

func (d dying) Load(ctx context.Context, tenant, order string) (c charges.Charge, err error) {
	err = d.step(func() error { c, err = d.Store.Load(ctx, tenant, order); return err })
	return c, err
}

func (d dying) Save(ctx context.Context, charge charges.Charge) error {
	return d.step(func() error { return d.Store.Save(ctx, charge) })
}

type dyingGateway struct {
	platform.Gateway
	dying
}

func (g dyingGateway) Purchase(ctx context.Context, p platform.Purchase) (payment *platform.Payment, err error) {
	err = g.step(func() error { payment, err = g.Gateway.Purchase(ctx, p); return err })
	return payment, err
}

// A process that is killed between any two steps of a charge, and another one that goes on: one
// page is shown, every session that is paid is known, and Vora has one session.
func TestKilledBetweenAnyTwoSteps(t *testing.T) {
	t.Parallel()
	for name, atVora := range map[string]bool{"vora": true, "visionscope": false} {
		for _, late := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, late %t", name, late), func(t *testing.T) {
				t.Parallel()
				killed := 0
				for steps := 1; ; steps++ {
					w := setup(t, atVora)
					left := steps
					d := dying{Store: w.store, left: &left, late: late}
					book, err := charges.New("crm", d, func(context.Context, string) (platform.Gateway, error) {
						return dyingGateway{w.gateway(), d}, nil
					}, charges.WithClock(w.Now))
					require.NoError(t, err)
					shown := map[string]bool{}
					show := func(charge charges.Charge, err error) {
						if err == nil && charge.Status() == platform.StatusPending {
							shown[charge.Current().CheckoutURL.Reveal()] = true
						}
					}
					charge, err := book.Pay(t.Context(), tenant, order, purchase)
					show(charge, err)
					if errors.Is(err, errKilled) {
						killed++
					}
					w.Advance(soon)
					charge, err = w.book().Pay(t.Context(), tenant, order, purchase)
					require.NoError(t, err)
					show(charge, err)
					require.Len(t, shown, 1, "killed at step %d", steps)
					require.Len(t, charge.Attempts, 1)
					if atVora {
						require.Len(t, w.Sessions(), 1, "killed at step %d", steps)
					}
					w.press(charge, buyer.CardApproved, true)
					require.Equal(t, platform.StatusApproved, w.charge().Status(), "killed at step %d", steps)
					if left > 0 {
						break // it lived
					}
				}
				require.GreaterOrEqual(t, killed, 4, "load, save, ask, load, save")
			})
		}
	}
}

// A scripted gateway makes its pages as a test says.
type scripted struct {
	platform.Gateway
	purchase func(platform.Purchase) (*platform.Payment, error)
}

func (g scripted) Purchase(_ context.Context, p platform.Purchase) (*platform.Payment, error) {
	return g.purchase(p)
}

// While the gateway makes the page, its event says that it was declined there, and another tab
// begins the next attempt, whose page cannot be made. The buyer who waits gets that attempt's page.
func TestPayGoesOnWithAnAttemptThatWasBegunMeanwhile(t *testing.T) {
	t.Parallel()
	var book *charges.Book
	var references []string
	down := &sdk.Error{Code: sdk.CodeProviderUnavailable}
	gateway := scripted{platform.NewVora(nil), func(p platform.Purchase) (*platform.Payment, error) {
		references = append(references, p.Reference)
		switch n := len(references); n {
		case 1:
			_, _, err := book.Take(t.Context(), tenant, &webhooks.SessionFailed{
				EventInfo: webhooks.EventInfo{Scheme: webhooks.SchemeVoraV1, SessionID: "session-1", Payment: sdk.PaymentFailed},
				Metadata:  map[string]string{"hostedpay_reference": p.Reference},
			})
			require.NoError(t, err)
			_, err = book.Retry(t.Context(), tenant, order, purchase)
			require.ErrorIs(t, err, down)
		case 2:
			return nil, down
		}
		id := fmt.Sprintf("session-%d", len(references))
		return &platform.Payment{ID: id, Status: platform.StatusPending, Amount: p.Amount, CheckoutURL: sdk.NewSecret("https://pay.example.com/" + id)}, nil
	}}
	book, err := charges.New("crm", charges.NewMemoryStore(), func(context.Context, string) (platform.Gateway, error) { return gateway, nil })
	require.NoError(t, err)
	charge, err := book.Pay(t.Context(), tenant, order, purchase)
	require.NoError(t, err)
	require.Equal(t, platform.StatusPending, charge.Status())
	require.Equal(t, "https://pay.example.com/session-3", charge.Current().CheckoutURL.Reveal())
	require.Len(t, charge.Attempts, 2)
	require.Equal(t, "session-1", charge.Attempts[0].PaymentID)
	require.Equal(t, references[1], references[2], "the next attempt, and not one after it")
}
