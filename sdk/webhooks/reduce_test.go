package webhooks_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func voraEvent(t *testing.T, body []byte) webhooks.Event {
	t.Helper()
	r := setup(t, voraV1())
	return r.event(t, r.deliveryOf(body))
}

func visionEvent(t *testing.T, body []byte) webhooks.Event {
	t.Helper()
	r := setup(t, visionScope())
	return r.event(t, r.deliveryOf(body))
}

func usd(minor int64) money.Amount { return money.Minor(minor, "USD") }

func TestReduce(t *testing.T) {
	t.Parallel()
	amount, set, unset := webhookstest.Amount, webhookstest.Set, webhookstest.Unset
	succeeded := voraEvent(t, webhookstest.SessionSucceeded(amount(usd(1000))))
	failed, expired := voraEvent(t, webhookstest.SessionFailed()), voraEvent(t, webhookstest.SessionExpired())
	refund := func(id string, minor int64) webhooks.Event {
		return voraEvent(t, webhookstest.RefundCreated(set("refundId", id), amount(usd(minor))))
	}
	later := voraEvent(t, webhookstest.SessionSucceeded(amount(usd(1000)), webhookstest.HappenedAt(signedAt())))
	unnamed := func(stamp string) webhooks.Event {
		return voraEvent(t, webhookstest.RefundCreated(unset("refundId"), set("timestamp", stamp), amount(usd(400))))
	}
	v2 := setup(t, voraV2())
	nothing := v2.event(t, v2.delivery())
	unknown := voraEvent(t, webhookstest.SessionSucceeded(set("event", "session.disputed")))

	tests := []struct {
		name     string
		expected money.Amount
		events   []webhooks.Event
		status   webhooks.OrderStatus
		refunded int64
		problems []webhooks.OrderProblem
	}{
		{"nothing", money.Amount{}, []webhooks.Event{nothing, unknown}, webhooks.OrderPending, 0, nil},
		{"paid", usd(1000), []webhooks.Event{succeeded, nothing}, webhooks.OrderPaid, 0, nil},
		{"paid, told twice", usd(1000), []webhooks.Event{succeeded, later}, webhooks.OrderPaid, 0, nil},
		{"failed", usd(1000), []webhooks.Event{failed, unknown}, webhooks.OrderFailed, 0, nil},
		{"expired", usd(1000), []webhooks.Event{expired}, webhooks.OrderExpired, 0, nil},
		{"a second card", usd(1000), []webhooks.Event{failed, succeeded}, webhooks.OrderPaid, 0, nil},
		{"everything", usd(1000), []webhooks.Event{failed, succeeded, expired}, webhooks.OrderPaid, 0, nil},
		{"failed and expired", usd(1000), []webhooks.Event{failed, expired}, webhooks.OrderFailed, 0, nil},
		{"a refund", usd(1000), []webhooks.Event{succeeded, refund("re_1", 400)}, webhooks.OrderPartiallyRefunded, 400, nil},
		{"two equal refunds", usd(1000), []webhooks.Event{succeeded, refund("re_1", 400), refund("re_2", 400)}, webhooks.OrderPartiallyRefunded, 800, nil},
		{"two equal refunds without ids", usd(1000), []webhooks.Event{succeeded, unnamed("2026-04-21T13:18:14Z"), unnamed("2026-04-21T13:18:15Z")}, webhooks.OrderPartiallyRefunded, 800, nil},
		{"all of it", usd(1000), []webhooks.Event{succeeded, refund("re_1", 400), refund("re_2", 600)}, webhooks.OrderRefunded, 1000, nil},
		{"more than all of it", usd(1000), []webhooks.Event{succeeded, refund("re_1", 400), refund("re_2", 601)}, webhooks.OrderRefunded, 1001, []webhooks.OrderProblem{webhooks.RefundExceeds}},
		{"a refund of nothing known", usd(1000), []webhooks.Event{refund("re_1", 400), failed}, webhooks.OrderFailed, 0, nil},
		{"a refund that is told in two ways", usd(1000), []webhooks.Event{succeeded, refund("re_1", 400), refund("re_1", 500)}, webhooks.OrderPartiallyRefunded, 500, []webhooks.OrderProblem{webhooks.AmountsDisagree}},
		{"a refund in another currency", usd(1000), []webhooks.Event{succeeded, voraEvent(t, webhookstest.RefundCreated(amount(money.Minor(400, "EUR"))))}, webhooks.OrderPaid, 0, []webhooks.OrderProblem{webhooks.RefundCurrency}},
		{"not what was expected", usd(1001), []webhooks.Event{succeeded, expired}, webhooks.OrderPaid, 0, []webhooks.OrderProblem{webhooks.WrongAmount}},
		{"two payments", usd(1000), []webhooks.Event{succeeded, voraEvent(t, webhookstest.SessionSucceeded(amount(usd(999)))), refund("re_1", 1000)}, webhooks.OrderRefunded, 1000, []webhooks.OrderProblem{webhooks.AmountsDisagree, webhooks.RefundExceeds, webhooks.WrongAmount}},
		{"nothing was expected", money.Amount{}, []webhooks.Event{succeeded}, webhooks.OrderPaid, 0, nil},
		{"more than an amount can be", usd(1000), []webhooks.Event{succeeded, refund("re_1", 9_000_000_000_000_000_000), refund("re_2", 9_000_000_000_000_000_000)}, webhooks.OrderRefunded, 9_000_000_000_000_000_000, []webhooks.OrderProblem{webhooks.RefundExceeds}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			start := webhooks.OrderState{Expected: test.expected}
			end := reduced(start, test.events)
			require.Equal(t, test.status, end.Status)
			require.Equal(t, test.refunded, end.Refunded.Minor())
			require.Equal(t, test.problems, end.Problems)
			require.Equal(t, test.status == webhooks.OrderPaid && test.problems == nil, end.MayShip())

			for _, order := range permutations(slices.Clone(test.events)) {
				require.Equal(t, end, reduced(start, order))
			}
			for range 200 { // with duplicates anywhere
				doubled := slices.Concat(test.events, test.events, test.events)
				rand.Shuffle(len(doubled), func(i, j int) { doubled[i], doubled[j] = doubled[j], doubled[i] })
				require.Equal(t, end, reduced(start, doubled))
			}

			kept, err := json.Marshal(end)
			require.NoError(t, err)
			var read webhooks.OrderState
			require.NoError(t, json.Unmarshal(kept, &read))
			require.Equal(t, end, read)
		})
	}
}

func reduced(state webhooks.OrderState, events []webhooks.Event) webhooks.OrderState {
	for _, event := range events {
		state = webhooks.Reduce(state, event)
	}
	return state
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

func TestReduceIsTheSameForBothGateways(t *testing.T) {
	t.Parallel()
	paid, failed := visionEvent(t, webhookstest.PaymentSucceeded()), visionEvent(t, webhookstest.PaymentFailed())
	start := webhooks.OrderState{Expected: money.MustParse("10.00", "EUR")}
	require.Equal(t, webhooks.OrderFailed, webhooks.Reduce(start, failed).Status)
	for _, order := range permutations([]webhooks.Event{failed, paid, failed}) {
		require.True(t, reduced(start, order).MayShip())
	}
}

func TestReduceMindsItsOwnSession(t *testing.T) {
	t.Parallel()
	mine := webhooks.Reduce(webhooks.OrderState{}, voraEvent(t, webhookstest.SessionSucceeded()))
	require.Equal(t, "vp_cs_test_k3TqJ9xWz2LmN8pR", mine.SessionID)
	require.Equal(t, mine, webhooks.Reduce(mine, voraEvent(t, webhookstest.RefundCreated(webhookstest.SessionID("vp_cs_test_2")))))
	require.Equal(t, mine, webhooks.Reduce(mine, nil))
}

func TestReduceLeavesItsArgumentAlone(t *testing.T) {
	t.Parallel()
	refund := func(id string) webhooks.Event {
		return voraEvent(t, webhookstest.RefundCreated(webhookstest.Set("refundId", id)))
	}
	one := reduced(webhooks.OrderState{}, []webhooks.Event{voraEvent(t, webhookstest.SessionSucceeded()), refund("b"), refund("d"), refund("f")})
	before, err := json.Marshal(one)
	require.NoError(t, err)
	for _, id := range []string{"a", "c", "e", "g"} {
		webhooks.Reduce(one, refund(id))
	}
	after, err := json.Marshal(one)
	require.NoError(t, err)
	require.JSONEq(t, string(before), string(after))
}
