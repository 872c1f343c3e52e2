package orders_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func TestWhatAReadSaid(t *testing.T) {
	t.Parallel()
	const id = "vp_cs_test_k3TqJ9xWz2LmN8pR"
	read := func(state orders.State, session string, status sdk.PaymentStatus) (orders.State, orders.Transition) {
		return orders.ApplyRead(state, orders.Read{SessionID: session, Status: status, Amount: usd(1499)})
	}
	start := orders.State{Expected: usd(1499)}
	succeeded := voraEvent(t, webhookstest.SessionSucceeded())
	refund := func(refund string, minor int64) webhooks.Event {
		return voraEvent(t, webhookstest.RefundCreated(webhookstest.Set("refundId", refund), webhookstest.Amount(usd(minor))))
	}

	paid, transition := read(start, id, sdk.PaymentPaid)
	require.True(t, transition.BecamePaid() && paid.MayShip())
	same, transition := orders.Apply(paid, succeeded)
	require.Equal(t, paid, same)
	require.False(t, transition.BecamePaid(), "the event and the read are of one payment")
	_, transition = orders.Apply(paid, voraEvent(t, webhookstest.SessionSucceeded(webhookstest.SessionID("vp_cs_test_2"))))
	require.Equal(t, []orders.Problem{orders.ProblemPaidTwice}, transition.Problems, "the first payment was known by a read only")
	_, transition = read(applied(start, []webhooks.Event{succeeded}), "vp_cs_test_2", sdk.PaymentPaid)
	require.Equal(t, []orders.Problem{orders.ProblemPaidTwice}, transition.Problems)

	late, transition := read(paid, id, sdk.PaymentExpired)
	require.Equal(t, paid, late)
	require.False(t, transition.Changed())
	failed, _ := read(start, id, sdk.PaymentFailed)
	require.Equal(t, sdk.PaymentFailed, failed.Status)
	expired, _ := read(start, id, sdk.PaymentExpired)
	require.Equal(t, sdk.PaymentExpired, expired.Status)

	// A read of a refunded session names no refunds, and their events may come before or after it.
	refunds := []webhooks.Event{succeeded, refund("re_1", 500), refund("re_2", 999)}
	after, _ := read(applied(start, refunds), id, sdk.PaymentRefunded)
	require.Equal(t, usd(1499), after.Refunded)
	require.Equal(t, sdk.PaymentRefunded, after.Status)
	require.Empty(t, after.Problems)
	for at := range len(refunds) + 1 {
		state, _ := read(applied(start, refunds[:at]), id, sdk.PaymentRefunded)
		require.Equal(t, sdk.PaymentRefunded, state.Status)
		require.False(t, state.MayShip())
		require.Equal(t, after, applied(state, refunds[at:]), "%d events before the read", at)
	}
	part, _ := read(start, id, sdk.PaymentPartiallyRefunded)
	require.Equal(t, sdk.PaymentPartiallyRefunded, part.Status)
	require.False(t, part.MayShip())

	for _, minor := range []int64{0, -1} {
		state, _ := orders.ApplyRead(orders.State{}, orders.Read{SessionID: id, Status: sdk.PaymentPaid, Amount: usd(minor)})
		require.Equal(t, sdk.PaymentPending, state.Status)
		require.Equal(t, []orders.Problem{orders.ProblemAmountNotPositive}, state.Problems)
	}
}

// Reads are made side by side, and may be entered in another order than the gateway responded in.
func TestARefundThatWasReadStays(t *testing.T) {
	t.Parallel()
	read := func(state orders.State, status sdk.PaymentStatus) orders.State {
		state, _ = orders.ApplyRead(state, orders.Read{SessionID: "vp_cs_test_k3TqJ9xWz2LmN8pR", Status: status, Amount: usd(1499)})
		return state
	}
	for _, statuses := range [][]sdk.PaymentStatus{
		{sdk.PaymentPaid, sdk.PaymentPartiallyRefunded, sdk.PaymentRefunded},
		{sdk.PaymentRefunded, sdk.PaymentPartiallyRefunded, sdk.PaymentPaid},
	} {
		var state orders.State
		for _, status := range statuses {
			state = read(state, status)
		}
		require.Equal(t, sdk.PaymentRefunded, state.Status)
		require.Equal(t, usd(1499), state.Refunded)
	}

	more := voraEvent(t, webhookstest.RefundCreated(webhookstest.Amount(usd(1500))))
	for _, state := range []orders.State{
		read(applied(orders.State{}, []webhooks.Event{more}), sdk.PaymentRefunded),
		applied(read(orders.State{}, sdk.PaymentRefunded), []webhooks.Event{more}),
	} {
		require.Equal(t, usd(1500), state.Refunded, "more than the read said")
		require.Equal(t, []orders.Problem{orders.ProblemRefundExceeds}, state.Problems)
	}
}
