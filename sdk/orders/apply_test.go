package orders_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func voraEvent(t *testing.T, body []byte) webhooks.Event {
	t.Helper()
	return verified(t, webhooks.Vora(keys(t)), webhookstest.Vora("vp_sk_test_orders", body), body)
}

func visionEvent(t *testing.T, body []byte) webhooks.Event {
	t.Helper()
	return verified(t, webhooks.VisionScope(keys(t)), webhookstest.VisionScope("vp_sk_test_orders", body), body)
}

func keys(t *testing.T) webhooks.KeySource {
	t.Helper()
	source, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret("vp_sk_test_orders")})
	require.NoError(t, err)
	return source
}

func verified(t *testing.T, verifier *webhooks.Verifier, delivery *http.Request, body []byte) webhooks.Event {
	t.Helper()
	event, err := verifier.Verify(t.Context(), delivery.Header, body)
	require.NoError(t, err)
	return event
}

func usd(minor int64) money.Amount { return money.Minor(minor, "USD") }

func TestApply(t *testing.T) {
	t.Parallel()
	amount, set, unset := webhookstest.Amount, webhookstest.Set, webhookstest.Unset
	succeeded := voraEvent(t, webhookstest.SessionSucceeded(amount(usd(1000))))
	failed, expired := voraEvent(t, webhookstest.SessionFailed()), voraEvent(t, webhookstest.SessionExpired())
	refund := func(id string, minor int64) webhooks.Event {
		return voraEvent(t, webhookstest.RefundCreated(set("refundId", id), amount(usd(minor))))
	}
	later := voraEvent(t, webhookstest.SessionSucceeded(amount(usd(1000)), webhookstest.HappenedAt(time.Unix(1776777494, 0))))
	unnamed := func(stamp string) webhooks.Event {
		return voraEvent(t, webhookstest.RefundCreated(unset("refundId"), set("timestamp", stamp), amount(usd(400))))
	}
	v2Keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret("whsec_the_orders")})
	require.NoError(t, err)
	v2Body := webhookstest.VoraV2Event("charge.succeeded", nil)
	nothing := verified(t, webhooks.VoraV2(v2Keys), webhookstest.VoraV2("whsec_the_orders", v2Body), v2Body)
	unknown := voraEvent(t, webhookstest.SessionSucceeded(set("event", "session.disputed")))

	unreadable := voraEvent(t, webhookstest.SessionSucceeded(set("amount", "?")))
	free := voraEvent(t, webhookstest.SessionSucceeded(amount(usd(0))))

	tests := []struct {
		name     string
		expected money.Amount
		events   []webhooks.Event
		status   sdk.PaymentStatus
		refunded int64
		problems []orders.Problem
	}{
		{"nothing", money.Amount{}, []webhooks.Event{nothing, unknown}, sdk.PaymentPending, 0, nil},
		{"paid", usd(1000), []webhooks.Event{succeeded, nothing}, sdk.PaymentPaid, 0, nil},
		{"paid, told twice", usd(1000), []webhooks.Event{succeeded, later}, sdk.PaymentPaid, 0, nil},
		{"failed", usd(1000), []webhooks.Event{failed, unknown}, sdk.PaymentFailed, 0, nil},
		{"expired", usd(1000), []webhooks.Event{expired}, sdk.PaymentExpired, 0, nil},
		{"a second card", usd(1000), []webhooks.Event{failed, succeeded}, sdk.PaymentPaid, 0, nil},
		{"everything", usd(1000), []webhooks.Event{failed, succeeded, expired}, sdk.PaymentPaid, 0, nil},
		{"failed and expired", usd(1000), []webhooks.Event{failed, expired}, sdk.PaymentFailed, 0, nil},
		{"a refund", usd(1000), []webhooks.Event{succeeded, refund("re_1", 400)}, sdk.PaymentPartiallyRefunded, 400, nil},
		{"two equal refunds", usd(1000), []webhooks.Event{succeeded, refund("re_1", 400), refund("re_2", 400)}, sdk.PaymentPartiallyRefunded, 800, nil},
		{"two equal refunds without ids", usd(1000), []webhooks.Event{succeeded, unnamed("2026-04-21T13:18:14Z"), unnamed("2026-04-21T13:18:15Z")}, sdk.PaymentPartiallyRefunded, 800, nil},
		{"all of it", usd(1000), []webhooks.Event{succeeded, refund("re_1", 400), refund("re_2", 600)}, sdk.PaymentRefunded, 1000, nil},
		{"more than all of it", usd(1000), []webhooks.Event{succeeded, refund("re_1", 400), refund("re_2", 601)}, sdk.PaymentRefunded, 1001, []orders.Problem{orders.ProblemRefundExceeds}},
		{"a refund of nothing known", usd(1000), []webhooks.Event{refund("re_1", 400), failed}, sdk.PaymentFailed, 0, nil},
		{"a refund that is told in two ways", usd(1000), []webhooks.Event{succeeded, refund("re_1", 400), refund("re_1", 500)}, sdk.PaymentPartiallyRefunded, 500, []orders.Problem{orders.ProblemAmountsDisagree}},
		{"a refund in another currency", usd(1000), []webhooks.Event{succeeded, voraEvent(t, webhookstest.RefundCreated(amount(money.Minor(400, "EUR"))))}, sdk.PaymentPaid, 0, []orders.Problem{orders.ProblemRefundCurrency}},
		{"not what was expected", usd(1001), []webhooks.Event{succeeded, expired}, sdk.PaymentPaid, 0, []orders.Problem{orders.ProblemWrongAmount}},
		{"two payments", usd(1000), []webhooks.Event{succeeded, voraEvent(t, webhookstest.SessionSucceeded(amount(usd(999)))), refund("re_1", 1000)}, sdk.PaymentRefunded, 1000, []orders.Problem{orders.ProblemAmountsDisagree, orders.ProblemRefundExceeds, orders.ProblemWrongAmount}},
		{"two payments in two currencies", usd(1000), []webhooks.Event{succeeded, refund("re_1", 1000), voraEvent(t, webhookstest.SessionSucceeded(amount(money.Minor(1000, "EUR"))))}, sdk.PaymentPaid, 0, []orders.Problem{orders.ProblemAmountsDisagree, orders.ProblemRefundCurrency, orders.ProblemWrongAmount}},
		{"nothing was expected", money.Amount{}, []webhooks.Event{succeeded}, sdk.PaymentPaid, 0, nil},
		{"unreadable", usd(1000), []webhooks.Event{unreadable}, sdk.PaymentPending, 0, []orders.Problem{orders.ProblemUnreadableEvent}},
		{"paid, and unreadable", usd(1000), []webhooks.Event{succeeded, unreadable}, sdk.PaymentPaid, 0, []orders.Problem{orders.ProblemUnreadableEvent}},
		{"a payment of nothing", usd(0), []webhooks.Event{free}, sdk.PaymentPending, 0, []orders.Problem{orders.ProblemAmountNotPositive}},
		{"a payment of less than nothing", money.Amount{}, []webhooks.Event{voraEvent(t, webhookstest.SessionSucceeded(amount(usd(-1)))), failed}, sdk.PaymentFailed, 0, []orders.Problem{orders.ProblemAmountNotPositive}},
		{"a refund of less than nothing", usd(1000), []webhooks.Event{succeeded, refund("re_1", -400)}, sdk.PaymentPaid, 0, []orders.Problem{orders.ProblemAmountNotPositive}},
		{"more than an amount can be", usd(1000), []webhooks.Event{succeeded, refund("re_1", 9_000_000_000_000_000_000), refund("re_2", 9_000_000_000_000_000_000)}, sdk.PaymentRefunded, 9_000_000_000_000_000_000, []orders.Problem{orders.ProblemRefundExceeds}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			start := orders.State{Expected: test.expected}
			end := applied(start, test.events)
			require.Equal(t, test.status, end.Status)
			require.Equal(t, test.refunded, end.Refunded.Minor())
			require.Equal(t, test.problems, end.Problems)
			require.Equal(t, test.status == sdk.PaymentPaid && test.problems == nil, end.MayShip())

			for _, order := range permutations(slices.Clone(test.events)) {
				require.Equal(t, end, applied(start, order))
			}
			for range 200 { // with duplicates anywhere
				doubled := slices.Concat(test.events, test.events, test.events)
				rand.Shuffle(len(doubled), func(i, j int) { doubled[i], doubled[j] = doubled[j], doubled[i] })
				require.Equal(t, end, applied(start, doubled))
				require.LessOrEqual(t, timesPaid(start, doubled), 1, "nothing is sent twice")
			}

			kept, err := json.Marshal(end)
			require.NoError(t, err)
			var read orders.State
			require.NoError(t, json.Unmarshal(kept, &read))
			require.Equal(t, end, read)
		})
	}
}

func applied(state orders.State, events []webhooks.Event) orders.State {
	for _, event := range events {
		state, _ = orders.Apply(state, event)
	}
	return state
}

// timesPaid is how often a purchase becomes paid.
func timesPaid(state orders.State, events []webhooks.Event) (times int) {
	for _, event := range events {
		var transition orders.Transition
		if state, transition = orders.Apply(state, event); transition.BecamePaid() {
			times++
		}
	}
	return times
}

// permutations are all orders of a list.
func permutations(list []webhooks.Event) (all [][]webhooks.Event) {
	if len(list) < 2 {
		return [][]webhooks.Event{list}
	}
	for i := range list {
		rest := slices.Delete(slices.Clone(list), i, i+1)
		for _, order := range permutations(rest) {
			all = append(all, append([]webhooks.Event{list[i]}, order...))
		}
	}
	return all
}

func TestApplyIsTheSameForBothGateways(t *testing.T) {
	t.Parallel()
	paid, failed := visionEvent(t, webhookstest.PaymentSucceeded()), visionEvent(t, webhookstest.PaymentFailed())
	start := orders.State{Expected: money.MustParse("10.00", "EUR")}
	require.Equal(t, sdk.PaymentFailed, applied(start, []webhooks.Event{failed}).Status)
	for _, order := range permutations([]webhooks.Event{failed, paid, failed}) {
		require.True(t, applied(start, order).MayShip())
	}
}

func TestEventsOfOtherSessionsChangeNothing(t *testing.T) {
	t.Parallel()
	mine := applied(orders.State{}, []webhooks.Event{voraEvent(t, webhookstest.SessionSucceeded())})
	require.Equal(t, "vp_cs_test_k3TqJ9xWz2LmN8pR", mine.SessionID)
	for _, event := range []webhooks.Event{nil, voraEvent(t, webhookstest.RefundCreated(webhookstest.SessionID("vp_cs_test_2")))} {
		same, transition := orders.Apply(mine, event)
		require.Equal(t, mine, same)
		require.False(t, transition.Changed())
	}
}

func TestApplyLeavesItsArgumentAlone(t *testing.T) {
	t.Parallel()
	refund := func(id string) webhooks.Event {
		return voraEvent(t, webhookstest.RefundCreated(webhookstest.Set("refundId", id)))
	}
	one := applied(orders.State{}, []webhooks.Event{voraEvent(t, webhookstest.SessionSucceeded()), refund("b"), refund("d"), refund("f")})
	var ids []string
	for _, refund := range one.Refunds {
		require.Equal(t, usd(500), refund.Amount)
		ids = append(ids, refund.ID)
	}
	require.Equal(t, []string{"b", "d", "f"}, ids)
	before, err := json.Marshal(one)
	require.NoError(t, err)
	for _, id := range []string{"a", "c", "e", "g"} {
		orders.Apply(one, refund(id))
	}
	after, err := json.Marshal(one)
	require.NoError(t, err)
	require.JSONEq(t, string(before), string(after))
}

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
