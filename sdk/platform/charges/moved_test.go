package charges_test

import (
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

// The response to the create was lost, and the tenant is at another gateway when the buyer comes
// back. The page that was made there is not the attempt's whose response was lost: a sweep would
// ask the wrong gateway about it, or nobody.
func TestALostResponseOfAFormerGateway(t *testing.T) {
	t.Parallel()
	for name, atVora := range map[string]bool{"vora": true, "visionscope": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t, atVora)
			w.failsOnce(control.Fault{ResetAfter: true})
			_, err := w.book().Pay(t.Context(), tenant, order, purchase)
			require.Error(t, err)

			w.vora = !atVora
			w.Advance(soon)
			charge := w.pay()
			require.Equal(t, platform.StatusPending, charge.Status())
			require.Len(t, charge.Attempts, 2)
			require.Equal(t, w.gateway().Name(), charge.Current().Gateway)
			require.NotEqual(t, charge.Attempts[0].Purchase.Reference, charge.Current().Purchase.Reference)

			w.PauseDeliveries() // the event does not come
			w.Open(charge.Current().CheckoutURL).Pay(buyer.CardApproved)
			if w.vora {
				swept, err := w.book().Sweep(t.Context(), w.Now().Add(time.Minute), 1)
				require.NoError(t, err)
				require.Empty(t, swept.Silent)
				require.Equal(t, platform.StatusApproved, w.charge().Status())
			}
		})
	}
}

// The gateway that the tenant is at now rejects the purchase, or its response is lost too: the
// former gateway's page, which nobody was shown, says nothing about the new attempt's.
func TestALostResponseOfAFormerGatewayAndThen(t *testing.T) {
	t.Parallel()
	for want, fault := range map[platform.Status]control.Fault{platform.StatusPending: {Status: 429}, platform.StatusUnknown: {ResetAfter: true}} {
		t.Run(string(want), func(t *testing.T) {
			t.Parallel()
			w := setup(t, true)
			w.failsOnce(control.Fault{ResetAfter: true})
			_, err := w.book().Pay(t.Context(), tenant, order, purchase)
			require.Error(t, err)
			w.vora = false
			w.failsOnce(fault)
			w.Advance(soon)
			charge, err := w.book().Pay(t.Context(), tenant, order, purchase)
			require.Error(t, err)
			require.Len(t, charge.Attempts, 2)
			require.Equal(t, want, charge.Status())
			require.True(t, charge.Attempts[0].InDoubt)
		})
	}
}

// The payment of an earlier attempt becomes known late, after the tenant has left its gateway. It
// is refunded there, whatever the gateway of the attempt that came later can do.
func TestARefundAtAFormerGateway(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	former := w.pay()
	w.press(former, buyer.CardDeclined, false)
	late := w.paid(former)
	w.vora = false
	_, err := w.book().Retry(t.Context(), tenant, order, purchase)
	require.NoError(t, err)
	require.NoError(t, w.take(t.Context(), late))
	charge := w.charge()
	require.Equal(t, platform.StatusApproved, charge.Status())
	require.Equal(t, sdk.GatewayVisionScope, charge.Current().Gateway)
	request := func(reference string, amount money.Amount) (charges.Charge, error) {
		return w.book().RequestRefund(t.Context(), tenant, order, reference, amount)
	}
	charge, err = request("r1", purchase.Amount)
	require.NoError(t, err)
	require.Len(t, charge.Refunds, 1)

	refunded := webhooks.EventInfo{
		Scheme: webhooks.SchemeVoraV1, SessionID: former.Current().PaymentID, Payment: sdk.PaymentRefunded, Amount: purchase.Amount, RefundID: "re_1",
	}
	require.NoError(t, w.take(t.Context(), &webhooks.RefundCreated{EventInfo: refunded}))
	require.Equal(t, platform.StatusRefunded, w.charge().Status())
	charge, err = request("r1", purchase.Amount)
	require.NoError(t, err, "the same request, which was carried out")
	require.Len(t, charge.Refunds, 1)
	_, err = request("r2", purchase.Amount)
	require.ErrorIs(t, err, charges.ErrNotRefundable, "nothing is left")
}

// Both attempts were paid, at two gateways. A refund belongs to the payment of which the most is
// left, and not to that which was the largest.
func TestARefundWhereTheMostIsLeft(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	former := w.pay()
	w.press(former, buyer.CardDeclined, false)
	info := webhooks.EventInfo{Scheme: webhooks.SchemeVoraV1, SessionID: former.Current().PaymentID, Payment: sdk.PaymentPaid, Amount: money.Minor(2000, "USD")}
	require.NoError(t, w.take(t.Context(), &webhooks.SessionSucceeded{EventInfo: info}))
	info.Payment, info.Amount, info.RefundID = sdk.PaymentRefunded, money.Minor(1000, "USD"), "re_1"
	require.NoError(t, w.take(t.Context(), &webhooks.RefundCreated{EventInfo: info}))

	w.vora = false
	charge := w.charge()
	charge.Attempts = append(charge.Attempts, charges.Attempt{Gateway: sdk.GatewayVisionScope, PaymentID: "cs_1", Purchase: platform.Purchase{Reference: "the other"}})
	charge.Version++
	require.NoError(t, w.store.Save(t.Context(), charge))
	require.NoError(t, w.take(t.Context(), w.paid(charge)))
	_, err := w.book().RequestRefund(t.Context(), tenant, order, "r1", money.Minor(500, "USD"))
	require.ErrorContains(t, err, "visionscope has no call to refund")
}

// Nobody can be asked any more what has become of the page, and nobody can pay on it.
func TestAnExpiredPageOfAFormerGatewayIsNotShown(t *testing.T) {
	t.Parallel()
	w := setup(t, true)
	w.PauseDeliveries()
	w.pay()
	w.vora = false
	w.Advance(31 * time.Minute)
	charge := w.pay()
	require.Equal(t, platform.StatusUnknown, charge.Status())
	require.Empty(t, charge.Current().CheckoutURL.Reveal())
	_, err := w.book().Retry(t.Context(), tenant, order, purchase)
	require.ErrorIs(t, err, charges.ErrOpen, "the buyer may have paid in time")
}

// Two processes ask at once, because their clocks differ. The gateway rejects what the first one
// asks for, while it still works on what the second one asks for: a page may be there, so that the
// order keeps its amount.
func TestARejectionSaysNothingOfAnotherProcess(t *testing.T) {
	t.Parallel()
	store, now := charges.NewMemoryStore(), time.Now()
	book := func(ahead time.Duration, ask func(platform.Purchase) (*platform.Payment, error)) *charges.Book {
		gateway := scripted{platform.NewVora(nil), ask}
		book := bookAt(t, gateway, store, charges.WithClock(func() time.Time { return now.Add(ahead) }))
		return book
	}
	asked, rejected, made := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	second := book(2*time.Minute, func(p platform.Purchase) (*platform.Payment, error) {
		close(asked)
		<-rejected
		return &platform.Payment{ID: "session", Status: platform.StatusPending, Amount: p.Amount, CheckoutURL: sdk.NewSecret("https://pay.example.com/session")}, nil
	})
	busy := &sdk.Error{Code: sdk.CodeProviderUnavailable}
	first := book(0, func(platform.Purchase) (*platform.Payment, error) {
		go func() {
			_, err := second.Pay(t.Context(), tenant, order, purchase)
			made <- err
		}()
		<-asked
		return nil, busy
	})
	charge, err := first.Pay(t.Context(), tenant, order, purchase)
	require.ErrorIs(t, err, busy)
	require.Equal(t, platform.StatusUnknown, charge.Status())
	more := purchase
	more.Amount = money.Minor(2999, "USD")
	_, err = first.Pay(t.Context(), tenant, order, more)
	require.ErrorIs(t, err, charges.ErrOtherAmount)

	close(rejected)
	require.NoError(t, <-made)
	charge, err = store.Load(t.Context(), tenant, order)
	require.NoError(t, err)
	require.Equal(t, purchase.Amount, charge.Amount)
	require.Equal(t, "session", charge.Current().PaymentID)
}

// As above, but the second process's response was lost before the gateway rejects what the first
// one asks for: nobody asks any more, and a page may be there.
func TestARejectionAfterAnotherProcessLostItsResponse(t *testing.T) {
	t.Parallel()
	store, now, busy := charges.NewMemoryStore(), time.Now(), &sdk.Error{Code: sdk.CodeProviderUnavailable}
	book := func(ahead time.Duration, ask func() (*platform.Payment, error)) *charges.Book {
		gateway := scripted{platform.NewVora(nil), func(platform.Purchase) (*platform.Payment, error) { return ask() }}
		book := bookAt(t, gateway, store, charges.WithClock(func() time.Time { return now.Add(ahead) }))
		return book
	}
	second := book(2*time.Minute, func() (*platform.Payment, error) {
		return &platform.Payment{Status: platform.StatusUnknown, Cause: errKilled}, nil
	})
	first := book(0, func() (*platform.Payment, error) {
		_, err := second.Pay(t.Context(), tenant, order, purchase)
		require.ErrorIs(t, err, errKilled)
		return nil, busy
	})
	charge, err := first.Pay(t.Context(), tenant, order, purchase)
	require.ErrorIs(t, err, busy)
	require.Equal(t, platform.StatusUnknown, charge.Status())
	require.True(t, charge.Current().InDoubt)
}
