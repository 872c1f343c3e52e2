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
	contradiction := webhookstest.VoraV2Event("charge.succeeded", json.RawMessage(webhookstest.SessionFailed()))
	contradictory := verified(t, webhooks.VoraV2(v2Keys), webhookstest.VoraV2("whsec_the_orders", contradiction), contradiction)
	unknown := voraEvent(t, webhookstest.SessionSucceeded(set("event", "session.disputed")))

	unreadable := voraEvent(t, webhookstest.SessionSucceeded(set("amount", "?")))
	euros := voraEvent(t, webhookstest.SessionSucceeded(amount(money.Minor(1000, "EUR"))))
	refundOf := func(given money.Amount) webhooks.Event {
		return voraEvent(t, webhookstest.RefundCreated(amount(given)))
	}
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
		{"a refund in another currency", usd(1000), []webhooks.Event{succeeded, refundOf(money.Minor(400, "EUR"))}, sdk.PaymentPaid, 0, []orders.Problem{orders.ProblemRefundCurrency}},
		{"not what was expected", usd(1001), []webhooks.Event{succeeded, expired}, sdk.PaymentPaid, 0, []orders.Problem{orders.ProblemWrongAmount}},
		{"two payments", usd(1000), []webhooks.Event{succeeded, voraEvent(t, webhookstest.SessionSucceeded(amount(usd(999)))), refund("re_1", 1000)}, sdk.PaymentRefunded, 1000, []orders.Problem{orders.ProblemAmountsDisagree, orders.ProblemRefundExceeds, orders.ProblemWrongAmount}},
		{"two payments in two currencies", usd(1000), []webhooks.Event{succeeded, refund("re_1", 1000), euros}, sdk.PaymentPaid, 0, []orders.Problem{orders.ProblemAmountsDisagree, orders.ProblemRefundCurrency, orders.ProblemWrongAmount}},
		{"nothing was expected", money.Amount{}, []webhooks.Event{succeeded}, sdk.PaymentPaid, 0, nil},
		{"unreadable", usd(1000), []webhooks.Event{unreadable}, sdk.PaymentPending, 0, []orders.Problem{orders.ProblemUnreadableEvent}},
		{"paid, and an envelope that contradicts itself", usd(1000), []webhooks.Event{succeeded, contradictory}, sdk.PaymentPaid, 0, []orders.Problem{orders.ProblemUnreadableEvent}},
		{"paid, and unreadable", usd(1000), []webhooks.Event{succeeded, unreadable}, sdk.PaymentPaid, 0, []orders.Problem{orders.ProblemUnreadableEvent}},
		{"a payment of nothing", usd(0), []webhooks.Event{free}, sdk.PaymentPending, 0, []orders.Problem{orders.ProblemAmountNotPositive}},
		{"a payment of less than nothing", money.Amount{}, []webhooks.Event{voraEvent(t, webhookstest.SessionSucceeded(amount(usd(-1)))), failed}, sdk.PaymentFailed, 0, []orders.Problem{orders.ProblemAmountNotPositive}},
		{"a refund of less than nothing", usd(1000), []webhooks.Event{succeeded, refund("re_1", -400)}, sdk.PaymentPaid, 0, []orders.Problem{orders.ProblemAmountNotPositive}},
		{"a refund of a part, as an event says", usd(1000), []webhooks.Event{succeeded, &webhooks.RefundCreated{EventInfo: webhooks.EventInfo{
			SessionID: succeeded.Info().SessionID, Payment: sdk.PaymentPartiallyRefunded, Amount: usd(400), RefundID: "re_1",
		}}}, sdk.PaymentPartiallyRefunded, 400, nil},
		{"a refund of nothing", usd(1000), []webhooks.Event{succeeded, refund("re_1", 0)}, sdk.PaymentPaid, 0, []orders.Problem{orders.ProblemAmountNotPositive}},
		{"two payments in two currencies, and a refund in that which counts", usd(1000), []webhooks.Event{succeeded, euros, refundOf(money.Minor(400, "EUR"))}, sdk.PaymentPartiallyRefunded, 400, []orders.Problem{orders.ProblemAmountsDisagree, orders.ProblemWrongAmount}},
		{"two payments in two currencies, and too large a refund in the other", usd(1000), []webhooks.Event{succeeded, euros, refundOf(usd(1001))}, sdk.PaymentPaid, 0, []orders.Problem{orders.ProblemAmountsDisagree, orders.ProblemRefundCurrency, orders.ProblemWrongAmount}},
		{"more than an amount can be, of less than is paid", money.Amount{}, []webhooks.Event{voraEvent(t, webhookstest.SessionSucceeded(amount(usd(9_000_000_000_000_000_000)))), refund("re_1", 5_000_000_000_000_000_000), refund("re_2", 5_000_000_000_000_000_000)}, sdk.PaymentPartiallyRefunded, 5_000_000_000_000_000_000, []orders.Problem{orders.ProblemRefundExceeds}},
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

func TestEventsAboutNothingChangeNothing(t *testing.T) {
	t.Parallel()
	mine := applied(orders.State{}, []webhooks.Event{voraEvent(t, webhookstest.SessionSucceeded())})
	require.Equal(t, "vp_cs_test_k3TqJ9xWz2LmN8pR", mine.Sessions[0].ID)
	for _, event := range []webhooks.Event{nil, voraEvent(t, webhookstest.SessionSucceeded(webhookstest.Unset("sessionId")))} {
		same, transition := orders.Apply(mine, event)
		require.Equal(t, mine, same)
		require.False(t, transition.Changed())
	}
	same, transition := orders.ApplyRead(mine, orders.Read{SessionID: "vp_cs_test_2"})
	require.Equal(t, mine, same)
	require.False(t, transition.Changed())
}

// Two checkouts of one order were open at once, or the response to the first create was lost.
func TestSeveralSessionsOfOneOrder(t *testing.T) {
	t.Parallel()
	of := webhookstest.SessionID
	a, b := voraEvent(t, webhookstest.SessionSucceeded(of("a"))), voraEvent(t, webhookstest.SessionSucceeded(of("b")))
	vision := visionEvent(t, webhookstest.PaymentSucceeded(of("c"), webhookstest.Amount(usd(1499))))
	refundOf := func(id string) webhooks.Event {
		return voraEvent(t, webhookstest.RefundCreated(of(id), webhookstest.Amount(usd(1499)), webhookstest.Set("refundId", "re_"+id)))
	}
	failed, expired := voraEvent(t, webhookstest.SessionFailed(of("a"))), voraEvent(t, webhookstest.SessionExpired(of("a")))
	part := voraEvent(t, webhookstest.RefundCreated(of("b"), webhookstest.Amount(usd(500))))
	expiredOfB := voraEvent(t, webhookstest.SessionExpired(of("b")))
	less := func(id string) webhooks.Event {
		return voraEvent(t, webhookstest.SessionSucceeded(of(id), webhookstest.Amount(usd(1000))))
	}
	euros := voraEvent(t, webhookstest.SessionSucceeded(of("b"), webhookstest.Amount(money.Minor(1499, "EUR"))))
	twice := []orders.Problem{orders.ProblemPaidTwice}
	for name, test := range map[string]struct {
		events         []webhooks.Event
		status         sdk.PaymentStatus
		paid, refunded int64
		problems       []orders.Problem
	}{
		"one failed, one paid":              {[]webhooks.Event{failed, b}, sdk.PaymentPaid, 1499, 0, nil},
		"one expired, one paid":             {[]webhooks.Event{expired, b}, sdk.PaymentPaid, 1499, 0, nil},
		"both paid":                         {[]webhooks.Event{a, b}, sdk.PaymentPaid, 2998, 0, twice},
		"both paid, at two gateways":        {[]webhooks.Event{a, vision}, sdk.PaymentPaid, 2998, 0, twice},
		"all three paid":                    {[]webhooks.Event{a, b, vision}, sdk.PaymentPaid, 4497, 0, twice},
		"both paid, one given back":         {[]webhooks.Event{a, b, refundOf("a")}, sdk.PaymentPaid, 2998, 1499, twice},
		"both paid, both given back":        {[]webhooks.Event{a, b, refundOf("a"), refundOf("b")}, sdk.PaymentRefunded, 2998, 2998, twice},
		"one given back, the other in part": {[]webhooks.Event{a, b, refundOf("a"), part}, sdk.PaymentPartiallyRefunded, 2998, 1999, twice},
		"one failed, one expired":           {[]webhooks.Event{failed, expiredOfB}, sdk.PaymentFailed, 0, 0, nil},
		"both paid, neither as expected":    {[]webhooks.Event{less("a"), less("b")}, sdk.PaymentPaid, 2000, 0, []orders.Problem{orders.ProblemPaidTwice, orders.ProblemWrongAmount}},
		"both paid, in two currencies":      {[]webhooks.Event{a, euros}, sdk.PaymentPaid, 1499, 0, []orders.Problem{orders.ProblemPaidTwice, orders.ProblemWrongAmount}},
		"a refund of what was never paid":   {[]webhooks.Event{a, refundOf("b")}, sdk.PaymentPaid, 1499, 0, nil},
	} {
		for _, order := range permutations(test.events) {
			start := orders.State{Expected: usd(1499)}
			end := applied(start, order)
			require.Equal(t, test.status, end.Status, name)
			require.Equal(t, test.paid, end.Paid.Minor(), name)
			require.Equal(t, test.refunded, end.Refunded.Minor(), name)
			require.Equal(t, test.problems, end.Problems, name)
			require.Equal(t, end, applied(start, slices.Concat(order, order)), "%s: once more", name)
			require.LessOrEqual(t, timesPaid(start, slices.Concat(order, order)), 1, "%s: nothing is sent twice", name)
			kept, err := json.Marshal(end)
			require.NoError(t, err)
			var read orders.State
			require.NoError(t, json.Unmarshal(kept, &read))
			require.Equal(t, end, read)
		}
	}
	state, _ := orders.Apply(orders.State{}, a)
	_, transition := orders.Apply(state, b)
	require.Equal(t, twice, transition.Problems, "the second payment is seen when it comes")
	require.False(t, transition.BecamePaid())
}

// Both shapes of webhooks v2 feed the state of an order.
func TestEventsOfWebhooksV2(t *testing.T) {
	t.Parallel()
	source, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret("whsec_the_orders")})
	require.NoError(t, err)
	v2 := func(body []byte) webhooks.Event {
		return verified(t, webhooks.VoraV2(source), webhookstest.VoraV2("whsec_the_orders", body), body)
	}
	envelope := func(kind string, v1 []byte) webhooks.Event {
		return v2(webhookstest.VoraV2Event(kind, json.RawMessage(v1), webhookstest.Set("id", "evt_"+kind)))
	}
	for name, events := range map[string][]webhooks.Event{
		"flat":      {v2(webhookstest.SessionFailed()), v2(webhookstest.SessionSucceeded()), v2(webhookstest.RefundCreated())},
		"envelopes": {envelope("charge.failed", webhookstest.SessionFailed()), envelope("charge.succeeded", webhookstest.SessionSucceeded()), envelope("charge.refunded", webhookstest.RefundCreated())},
		"both":      {v2(webhookstest.SessionSucceeded()), envelope("charge.succeeded", webhookstest.SessionSucceeded()), v2(webhookstest.RefundCreated()), envelope("charge.refunded", webhookstest.RefundCreated())},
	} {
		start := orders.State{Expected: usd(1499)}
		for _, order := range permutations(events) {
			end := applied(start, order)
			require.Equal(t, sdk.PaymentPartiallyRefunded, end.Status, name)
			require.Equal(t, usd(500), end.Refunded)
			require.Empty(t, end.Problems)
			require.Equal(t, 1, timesPaid(start, order))
		}
	}
	drift := envelope("charge.succeeded", webhookstest.SessionSucceeded(webhookstest.Set("amount", "1499")))
	require.Equal(t, []orders.Problem{orders.ProblemUnreadableEvent}, applied(orders.State{}, []webhooks.Event{drift}).Problems)
}

func TestApplyLeavesItsArgumentAlone(t *testing.T) {
	t.Parallel()
	refund := func(id string) webhooks.Event {
		return voraEvent(t, webhookstest.RefundCreated(webhookstest.Set("refundId", id)))
	}
	one := applied(orders.State{}, []webhooks.Event{voraEvent(t, webhookstest.SessionSucceeded()), refund("b"), refund("d"), refund("f")})
	var ids []string
	for _, refund := range one.Sessions[0].Refunds {
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

	paid := func(amount money.Amount) webhooks.Event {
		return voraEvent(t, webhookstest.SessionSucceeded(webhookstest.Amount(amount)))
	}
	one = applied(orders.State{}, []webhooks.Event{
		paid(usd(1499)), paid(usd(1500)), voraEvent(t, webhookstest.RefundCreated(webhookstest.Amount(money.Minor(500, "EUR")))),
		voraEvent(t, webhookstest.SessionSucceeded(webhookstest.Set("amount", "?"))),
	})
	problems := []orders.Problem{orders.ProblemAmountsDisagree, orders.ProblemRefundCurrency, orders.ProblemUnreadableEvent}
	require.Equal(t, problems, one.Sessions[0].Problems)
	orders.Apply(one, paid(money.Minor(1499, "EUR"))) // which takes the problem of the currency away
	require.Equal(t, problems, one.Sessions[0].Problems)
}
