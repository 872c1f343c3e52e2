package orders_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func TestATransitionSaysWhatAnEventChanged(t *testing.T) {
	t.Parallel()
	refund := func(id string, minor int64) webhooks.Event {
		return voraEvent(t, webhookstest.RefundCreated(webhookstest.Set("refundId", id), webhookstest.Amount(usd(minor))))
	}
	state := orders.State{Expected: usd(1499)}
	for _, step := range []struct {
		event webhooks.Event
		want  orders.Transition
		paid  bool
	}{
		{voraEvent(t, webhookstest.SessionFailed()), orders.Transition{After: sdk.PaymentFailed}, false},
		{voraEvent(t, webhookstest.SessionSucceeded()), orders.Transition{Before: sdk.PaymentFailed, After: sdk.PaymentPaid}, true},
		{voraEvent(t, webhookstest.SessionSucceeded()), orders.Transition{Before: sdk.PaymentPaid, After: sdk.PaymentPaid}, false},
		{refund("re_1", 499), orders.Transition{Before: sdk.PaymentPaid, After: sdk.PaymentPartiallyRefunded, Refunded: usd(499)}, false},
		{refund("re_1", 499), orders.Transition{Before: sdk.PaymentPartiallyRefunded, After: sdk.PaymentPartiallyRefunded}, false},
		{refund("re_2", 1000), orders.Transition{Before: sdk.PaymentPartiallyRefunded, After: sdk.PaymentRefunded, Refunded: usd(1000)}, false},
		{refund("re_3", 1), orders.Transition{Before: sdk.PaymentRefunded, After: sdk.PaymentRefunded, Refunded: usd(1), Problems: []orders.Problem{orders.ProblemRefundExceeds}}, false},
		{voraEvent(t, webhookstest.SessionSucceeded()), orders.Transition{Before: sdk.PaymentRefunded, After: sdk.PaymentRefunded}, false},
	} {
		var transition orders.Transition
		state, transition = orders.Apply(state, step.event)
		require.Equal(t, step.want, transition)
		require.Equal(t, step.paid, transition.BecamePaid())
		require.Equal(t, transition.Before != transition.After || !transition.Refunded.IsZero(), transition.Changed())
	}
}

// A merchant acts on a further refund, and on a new problem, although the status stays.
func TestAChangeThatLeavesTheStatus(t *testing.T) {
	t.Parallel()
	refund := func(id string) webhooks.Event {
		return voraEvent(t, webhookstest.RefundCreated(webhookstest.Set("refundId", id)))
	}
	paid := applied(orders.State{}, []webhooks.Event{voraEvent(t, webhookstest.SessionSucceeded())})
	_, transition := orders.Apply(applied(paid, []webhooks.Event{refund("re_1")}), refund("re_2"))
	require.Equal(t, orders.Transition{Before: sdk.PaymentPartiallyRefunded, After: sdk.PaymentPartiallyRefunded, Refunded: usd(500)}, transition)
	require.True(t, transition.Changed())
	_, transition = orders.Apply(paid, voraEvent(t, webhookstest.SessionSucceeded(webhookstest.Set("amount", "?"))))
	require.Equal(t, orders.Transition{Before: sdk.PaymentPaid, After: sdk.PaymentPaid, Problems: []orders.Problem{orders.ProblemUnreadableEvent}}, transition)
	require.True(t, transition.Changed())
}

// What a refund that waited comes to is said when its payment comes.
func TestAPaymentAfterItsRefund(t *testing.T) {
	t.Parallel()
	waiting, transition := orders.Apply(orders.State{}, voraEvent(t, webhookstest.RefundCreated()))
	require.False(t, transition.Changed())
	_, transition = orders.Apply(waiting, voraEvent(t, webhookstest.SessionSucceeded()))
	require.Equal(t, orders.Transition{After: sdk.PaymentPartiallyRefunded, Refunded: usd(500)}, transition)
	require.True(t, transition.BecamePaid())
}
