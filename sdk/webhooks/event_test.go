package webhooks_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func TestEveryEventOfTheContracts(t *testing.T) {
	t.Parallel()
	happened := time.Date(2026, 4, 21, 13, 18, 14, 650_000_000, time.UTC)
	metadata := map[string]string{"orderId": "order-789012"}
	voraInfo := func(kind string, payment sdk.PaymentStatus, minor int64) webhooks.EventInfo {
		return webhooks.EventInfo{
			Scheme: webhooks.SchemeVoraV1, Type: kind, Payment: payment, SessionID: "vp_cs_test_k3TqJ9xWz2LmN8pR", MerchantID: "mer_acme_vitamins",
			Amount: money.Minor(minor, "USD"), Time: happened, DedupeKey: "vora-v1/mer_acme_vitamins/vp_cs_test_k3TqJ9xWz2LmN8pR/" + kind,
			Mode: sdk.ModeTest, KeyName: "current", SignedAt: signedAt(), ReceivedAt: signedAt(),
		}
	}
	refundInfo := voraInfo("refund.created", sdk.PaymentRefunded, 500)
	refundInfo.DedupeKey += "/re_5Tq81mXc"
	refundInfo.RefundID, refundInfo.Payment = "re_5Tq81mXc", sdk.PaymentRefunded
	visionInfo := func(kind string, payment sdk.PaymentStatus) webhooks.EventInfo {
		return webhooks.EventInfo{
			Scheme: webhooks.SchemeVisionScope, Type: kind, Payment: payment, SessionID: "cs_mo8ly3a8_67d5e72898f11888",
			Amount: money.Minor(1000, "EUR"), Time: happened, DedupeKey: "visionscope//cs_mo8ly3a8_67d5e72898f11888/" + kind,
			KeyName: "current", SignedAt: signedAt(), ReceivedAt: signedAt(),
		}
	}
	const order = "VS-1776767335185-54D482EA"

	tests := []struct {
		scheme scheme
		body   []byte // of the contract's own examples; its example of a session event's status is "succeeded"
		want   webhooks.Event
	}{
		{voraV1(), voraExample(t, "SessionSucceededEvent"), &webhooks.SessionSucceeded{
			EventInfo: voraInfo("session.succeeded", sdk.PaymentPaid, 1499), Status: "succeeded", TransactionID: "txn_9f3Ka71b", Metadata: metadata,
		}},
		{voraV1(), voraExample(t, "SessionFailedEvent"), &webhooks.SessionFailed{
			EventInfo: because(voraInfo("session.failed", sdk.PaymentFailed, 1499), "The card was declined"), Status: "succeeded", FailureCode: "card_declined", Metadata: metadata,
		}},
		{voraV1(), voraExample(t, "SessionExpiredEvent"), &webhooks.SessionExpired{
			EventInfo: voraInfo("session.expired", sdk.PaymentExpired, 1499), Status: "succeeded", Metadata: metadata,
		}},
		{voraV1(), voraExample(t, "RefundCreatedEvent"), &webhooks.RefundCreated{
			EventInfo: refundInfo, Status: "refunded", TransactionID: "txn_9f3Ka71b", Metadata: metadata,
		}},
		{visionScope(), visionScopeExample(t, "PaymentSuccess"), &webhooks.PaymentSucceeded{EventInfo: visionInfo("payment.success", sdk.PaymentPaid), OrderID: order}},
		{visionScope(), visionScopeExample(t, "PaymentFailed"), &webhooks.PaymentFailed{
			EventInfo: because(visionInfo("payment.failed", sdk.PaymentFailed), "Payment declined after 3DS"), OrderID: order,
		}},
		{voraV2(), []byte(`{"id":"evt_2Nk7Qw8LbX","type":"dispute.created","created":1776777494,"livemode":true,"merchant_id":"mer_acme_vitamins","data":{"a": [1,2]}}`), &webhooks.VoraV2Event{
			EventInfo: webhooks.EventInfo{
				Scheme: webhooks.SchemeVoraV2, Type: "dispute.created", EventID: "evt_2Nk7Qw8LbX", MerchantID: "mer_acme_vitamins", Time: signedAt(), Mode: sdk.ModeLive,
				DedupeKey: "vora-v2/mer_acme_vitamins/evt_2Nk7Qw8LbX", KeyName: "current", SignedAt: signedAt(), ReceivedAt: signedAt(),
			},
			ID: "evt_2Nk7Qw8LbX", LiveMode: true, Data: sdk.NewRaw([]byte(`{"a": [1,2]}`)),
		}},
	}
	for _, test := range tests {
		t.Run(string(test.scheme.name)+", "+test.want.Info().Type, func(t *testing.T) {
			t.Parallel()
			r := setup(t, test.scheme, withKeys(keys(t, webhooks.SigningKey{Name: "current", Secret: sdk.NewSecret(test.scheme.secret)})))
			test.want.Info().Raw = sdk.NewRaw(test.body)
			require.Equal(t, test.want, r.event(t, r.deliveryOf(test.body)))
		})
	}
}

func because(info webhooks.EventInfo, reason string) webhooks.EventInfo {
	info.Reason = reason
	return info
}

func TestAStatusThatIsMissingFollowsFromTheEvent(t *testing.T) {
	t.Parallel()
	r := setup(t, voraV1())
	for _, odd := range []webhookstest.Field{webhookstest.Unset("status"), webhookstest.Set("status", nil), webhookstest.Set("status", 7)} {
		require.Equal(t, "succeeded", r.event(t, r.deliveryOf(webhookstest.SessionSucceeded(odd))).(*webhooks.SessionSucceeded).Status)
		require.Equal(t, "failed", r.event(t, r.deliveryOf(webhookstest.SessionFailed(odd))).(*webhooks.SessionFailed).Status)
		require.Equal(t, "expired", r.event(t, r.deliveryOf(webhookstest.SessionExpired(odd))).(*webhooks.SessionExpired).Status)
		require.Equal(t, "refunded", r.event(t, r.deliveryOf(webhookstest.RefundCreated(odd))).(*webhooks.RefundCreated).Status)
	}
	told := r.event(t, r.deliveryOf(webhookstest.SessionSucceeded(webhookstest.Set("status", "settled"))))
	require.Equal(t, "settled", told.(*webhooks.SessionSucceeded).Status)
}

func TestAnOddMemberCostsNoEvent(t *testing.T) {
	t.Parallel()
	r := setup(t, voraV1())
	event := r.event(t, r.deliveryOf(webhookstest.SessionSucceeded(
		webhookstest.Set("metadata", map[string]any{"orderId": "order-1", "count": 3}),
		webhookstest.Set("transactionId", 12), webhookstest.Set("timestamp", "yesterday"), webhookstest.Set("newer", []int{1}))))
	succeeded, ok := event.(*webhooks.SessionSucceeded)
	require.True(t, ok, "%T", event)
	require.Equal(t, money.Minor(1499, "USD"), succeeded.Amount)
	require.Equal(t, "order-1", succeeded.Metadata["orderId"])
	require.Empty(t, succeeded.TransactionID)
	require.True(t, succeeded.Time.IsZero())
}

func TestTimes(t *testing.T) {
	t.Parallel()
	r := setup(t, voraV2())
	for _, test := range []struct {
		created any
		want    time.Time
	}{
		{1776777494, signedAt()},
		{"2026-04-21T13:18:14Z", signedAt()},
		{"2026-04-21T15:18:14+02:00", signedAt()},
		{nil, time.Time{}},
		{"soon", time.Time{}},
		{1.5, time.Time{}},
		{map[string]int{}, time.Time{}},
	} {
		event := r.event(t, r.deliveryOf(webhookstest.VoraV2Event("payout.paid", nil, webhookstest.Set("created", test.created))))
		require.IsType(t, &webhooks.VoraV2Event{}, event)
		require.True(t, test.want.Equal(event.Info().Time), "%v is %s", test.created, event.Info().Time)
	}
}

func TestEventV2TakesTheOtherNameOfItsID(t *testing.T) {
	t.Parallel()
	r := setup(t, voraV2())
	id := r.event(t, r.deliveryOf(webhookstest.VoraV2Event("charge.failed", nil)))
	eventID := r.event(t, r.deliveryOf(webhookstest.VoraV2Event("charge.failed", nil, webhookstest.Unset("id"), webhookstest.Set("event_id", "evt_2Nk7Qw8LbX"))))
	require.Equal(t, "evt_2Nk7Qw8LbX", eventID.(*webhooks.VoraV2Event).ID)
	require.Equal(t, id.Info().DedupeKey, eventID.Info().DedupeKey)
}

func TestVisionScopeAmountsAreExact(t *testing.T) {
	t.Parallel()
	r := setup(t, visionScope())
	body := func(amount, currency string) []byte {
		return []byte(`{"amount":` + amount + `,"event":"payment.success","session_id":"cs_1","currency":"` + currency + `"}`)
	}
	for _, test := range []struct {
		amount, currency string
		minor            int64
	}{
		{"10", "EUR", 1000},
		{"10.0", "EUR", 1000},
		{"10.00", "EUR", 1000},
		{"10.000", "EUR", 1000},
		{"1e1", "EUR", 1000},
		{"0.29", "EUR", 29}, // 28.999… as a float
		{"1000", "JPY", 1000},
		{"1.25", "KWD", 1250},
		{"90071992547409.93", "EUR", 9007199254740993}, // which no float holds
	} {
		event := r.event(t, r.deliveryOf(body(test.amount, test.currency)))
		require.IsType(t, &webhooks.PaymentSucceeded{}, event)
		require.Equal(t, money.Minor(test.minor, money.Currency(test.currency)), event.Info().Amount, test.amount)
	}
	for _, amount := range []string{"10.001", "1e-3", "1e400", `"ten"`, "null", "true", "{}"} {
		event := r.event(t, r.deliveryOf(body(amount, "EUR")))
		unknown, ok := event.(*webhooks.UnknownEvent)
		require.True(t, ok, "%s is a %T", amount, event)
		require.ErrorContains(t, unknown.Problem, "amount")
		require.Equal(t, "payment.success", unknown.Type, "what can be read is told")
		require.Equal(t, "cs_1", unknown.SessionID)
	}
	require.IsType(t, &webhooks.UnknownEvent{}, r.event(t, r.deliveryOf(body("10.00", "ZZZ"))), "nobody knows the decimals of ZZZ")
}

// An event whose amount reads as 0 would be shipped for nothing, or looked for in vain.
func TestEventsThatCannotBeReadAreKept(t *testing.T) {
	t.Parallel()
	set, unset := webhookstest.Set, webhookstest.Unset
	paid := webhookstest.SessionSucceeded
	tests := []struct {
		name   string
		scheme scheme
		body   []byte
	}{
		{"amount is missing", voraV1(), paid(unset("amount"))},
		{"amount is null", voraV1(), paid(set("amount", nil))},
		{"amount is a string", voraV1(), paid(set("amount", "1499"))},
		{"amount has decimals", voraV1(), paid(set("amount", 14.99))},
		{"amount does not fit", voraV1(), paid(set("amount", 1e300))},
		{"currency is missing", voraV1(), paid(unset("currency"))},
		{"session is missing", voraV1(), paid(unset("sessionId"))},
		{"session is a number", voraV1(), paid(set("sessionId", 7))},
		{"merchant is missing", voraV1(), paid(unset("merchantId"))},
		{"checkout is missing", visionScope(), webhookstest.PaymentFailed(unset("session_id"))},
		{"amount is missing", visionScope(), webhookstest.PaymentFailed(unset("amount"))},
		{"id is missing", voraV2(), webhookstest.VoraV2Event("payout.paid", nil, unset("id"))},
		{"type is missing", voraV2(), webhookstest.VoraV2Event("", nil)},
		{"truncated", voraV1(), paid()[:40]},
		{"a list", voraV2(), []byte(`[1,2]`)},
		{"null", visionScope(), []byte(`null`)},
		{"nothing", voraV1(), nil},
		{"not text", voraV2(), []byte{0, 0xff}},
	}
	for _, test := range tests {
		t.Run(string(test.scheme.name)+", "+test.name, func(t *testing.T) {
			t.Parallel()
			r := setup(t, test.scheme)
			delivery := r.deliveryOf(test.body)
			unknown, ok := r.event(t, webhookstest.Redelivery(delivery)).(*webhooks.UnknownEvent)
			require.True(t, ok)
			if test.name != "null" { // which is the empty event, and read without a problem
				require.Error(t, unknown.Problem)
			}
			require.Equal(t, string(test.body), string(unknown.Raw.Bytes()))
			require.NotEmpty(t, unknown.DedupeKey)
			if strings.HasPrefix(test.name, "amount") {
				require.Zero(t, unknown.Amount, "nor is it 0 of a currency")
			}

			requireResponse(t, r.deliver(t, delivery), http.StatusOK, received)
			require.Len(t, r.events, 1, "the function decides what becomes of it")
		})
	}
}

func TestUnknownEventsAreAcknowledged(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		scheme scheme
		body   []byte
	}{
		{voraV1(), webhookstest.SessionSucceeded(webhookstest.Set("event", "session.disputed"))},
		{visionScope(), webhookstest.PaymentSucceeded(webhookstest.Set("event", "payment.reversed"))},
	} {
		r := setup(t, test.scheme)
		requireResponse(t, r.deliver(t, r.deliveryOf(test.body)), http.StatusOK, received)
		require.Len(t, r.events, 1)
		unknown, ok := r.events[0].(*webhooks.UnknownEvent)
		require.True(t, ok)
		require.NoError(t, unknown.Problem)
		require.NotEmpty(t, unknown.Type)
		require.NotEmpty(t, unknown.SessionID)
		require.NotZero(t, unknown.Amount)
	}
	r := setup(t, voraV2())
	require.IsType(t, &webhooks.VoraV2Event{}, r.event(t, r.deliveryOf(webhookstest.VoraV2Event("charge.newer", nil))))
}
