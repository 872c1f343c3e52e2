package charges_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
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
	charge, err = w.book().Retry(t.Context(), tenant, order, purchase)
	require.ErrorIs(t, err, charges.ErrOpen, "what is paid gets no other attempt")
	require.Len(t, charge.Attempts, 2)

	_, _, err = w.book().Take(t.Context(), tenant, &webhooks.RefundCreated{EventInfo: webhooks.EventInfo{
		Scheme: webhooks.SchemeVoraV1, SessionID: first.Current().PaymentID, Payment: sdk.PaymentRefunded, Amount: purchase.Amount, RefundID: "re_1",
	}})
	require.NoError(t, err)
	require.Equal(t, platform.StatusRefunded, w.pay().Status(), "nor does what was given back")
	require.Len(t, w.Sessions(), 1)
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
	store := charges.NewMemoryStore()
	gateways := func(context.Context, string) (platform.Gateway, error) { return nil, errors.ErrUnsupported }
	for name, create := range map[string]func() (*charges.Book, error){
		"name":     func() (*charges.Book, error) { return charges.New("", store, gateways) },
		"store":    func() (*charges.Book, error) { return charges.New("crm", nil, gateways) },
		"gateways": func() (*charges.Book, error) { return charges.New("crm", store, nil) },
	} {
		_, err := create()
		require.ErrorContains(t, err, "needs the platform's name, a store, and a function", name)
	}
}

var errKilled = errors.New("the process was killed")
