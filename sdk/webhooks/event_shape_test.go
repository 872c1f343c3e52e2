package webhooks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// The gateway's newest samples receive the flat body of webhooks v1 under the header of v2.
func TestTheFlatBodyUnderTheHeaderOfV2(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		body    []byte
		want    webhooks.Event
		payment sdk.PaymentStatus
		minor   int64
		key     string
	}{
		{webhookstest.SessionSucceeded(), &webhooks.SessionSucceeded{}, sdk.PaymentPaid, 1499, "session.succeeded"},
		{webhookstest.SessionFailed(), &webhooks.SessionFailed{}, sdk.PaymentFailed, 1499, "session.failed"},
		{webhookstest.SessionExpired(), &webhooks.SessionExpired{}, sdk.PaymentExpired, 1499, "session.expired"},
		{webhookstest.RefundCreated(), &webhooks.RefundCreated{}, sdk.PaymentRefunded, 500, "refund.created/re_5Tq81mXc"},
		{webhookstest.SessionSucceeded(webhookstest.Set("data", map[string]int{"newer": 1})), &webhooks.SessionSucceeded{}, sdk.PaymentPaid, 1499, "session.succeeded"},
		{webhookstest.SessionSucceeded(webhookstest.Unset("event"), webhookstest.Set("type", "session.succeeded")), &webhooks.SessionSucceeded{}, sdk.PaymentPaid, 1499, "session.succeeded"},
	} {
		for name, spelling := range spellings(t, test.body) {
			r := setup(t, voraV2())
			event := r.event(t, r.deliveryOf(spelling))
			require.IsType(t, test.want, event, name)
			info := event.Info()
			require.NoError(t, info.Problem)
			require.Equal(t, webhooks.SchemeVoraV2, info.Scheme)
			require.Equal(t, test.payment, info.Payment)
			require.Equal(t, money.Minor(test.minor, "USD"), info.Amount)
			require.Equal(t, "vp_cs_test_k3TqJ9xWz2LmN8pR", info.SessionID)
			require.Equal(t, "mer_acme_vitamins", info.MerchantID)
			require.Equal(t, "vora-v1/mer_acme_vitamins/vp_cs_test_k3TqJ9xWz2LmN8pR/"+test.key, info.DedupeKey)
			require.Empty(t, info.EventID)
		}
	}
}

// spellings are the same JSON as the shortcut reads it, and as only encoding/json does.
func spellings(t *testing.T, body []byte) map[string][]byte {
	t.Helper()
	var indented bytes.Buffer
	require.NoError(t, json.Indent(&indented, body, "", "  "))
	return map[string][]byte{
		"compact": body, "indented": indented.Bytes(),
		"with an object": append(bytes.TrimSuffix(bytes.Clone(body), []byte("}")), `,"newer":{"a":[1]}}`...),
		"escaped":        bytes.Replace(body, []byte("vp_cs"), []byte(`\u0076p_cs`), 1),
	}
}

func TestAFlatBodyHasItsEventID(t *testing.T) {
	t.Parallel()
	for _, s := range []scheme{voraV1(), voraV2()} {
		r := setup(t, s)
		for _, name := range []string{"id", "event_id"} {
			event := r.event(t, r.deliveryOf(webhookstest.SessionSucceeded(webhookstest.Set(name, "evt_1"))))
			require.IsType(t, &webhooks.SessionSucceeded{}, event)
			require.Equal(t, "evt_1", event.Info().EventID)
			require.Equal(t, r.event(t, r.deliveryOf(webhookstest.SessionSucceeded())).Info().DedupeKey, event.Info().DedupeKey, "a redelivery may have another ID, or none")
		}
		refund := func(id string) string {
			return r.event(t, r.deliveryOf(webhookstest.RefundCreated(webhookstest.Unset("refundId"), webhookstest.Set("id", id)))).Info().DedupeKey
		}
		first, redelivered := refund("evt_1"), refund("evt_1")
		require.Equal(t, first, redelivered)
		require.NotEqual(t, refund("evt_1"), refund("evt_2"), "two refunds in one second")
	}
	r := setup(t, voraV2())
	require.Equal(t, "evt_2Nk7Qw8LbX", r.event(t, r.delivery()).Info().EventID)
}

// The shape is the body's, whatever the header is.
func TestTheEnvelopeUnderTheHeaderOfV1(t *testing.T) {
	t.Parallel()
	r := setup(t, voraV1())
	event := r.event(t, r.deliveryOf(webhookstest.VoraV2Event("charge.succeeded", json.RawMessage(webhookstest.SessionSucceeded()))))
	require.IsType(t, &webhooks.VoraV2Event{}, event)
	require.Equal(t, sdk.PaymentPaid, event.Info().Payment)
	require.Equal(t, "vora-v2/mer_acme_vitamins/evt_2Nk7Qw8LbX", event.Info().DedupeKey)
	unnamed := r.event(t, r.deliveryOf(webhookstest.VoraV2Event("charge.succeeded", json.RawMessage(webhookstest.SessionSucceeded()), webhookstest.Unset("merchant_id"))))
	require.NoError(t, unnamed.Info().Problem, "only the data says whose it is")
	require.Equal(t, "mer_acme_vitamins", unnamed.Info().MerchantID)
	require.Equal(t, sdk.PaymentPaid, unnamed.Info().Payment)
	bare := r.event(t, r.deliveryOf(webhookstest.VoraV2Event("payout.paid", nil, webhookstest.Unset("data"))))
	require.IsType(t, &webhooks.VoraV2Event{}, bare, "a type without a session")
	live := r.rejection(t, r.deliveryOf(webhookstest.VoraV2Event("charge.succeeded", nil, webhookstest.Set("livemode", true))))
	require.Equal(t, webhooks.ReasonWrongMode, live.Reason, "a test key has signed it")
}

func TestAKeySourceIsToldWhatAFlatBodyClaims(t *testing.T) {
	t.Parallel()
	flat, envelope := webhookstest.SessionSucceeded(), webhookstest.VoraV2Event("charge.succeeded", json.RawMessage(webhookstest.SessionSucceeded()))
	for name, body := range map[string][]byte{"flat": flat, "envelope": envelope} {
		hints := &recordedHints{keys: []webhooks.SigningKey{{Secret: sdk.NewSecret(voraV2().secret), MerchantID: "mer_acme_vitamins"}}}
		r := setup(t, voraV2(), withKeys(hints))
		requireResponse(t, r.deliver(t, r.deliveryOf(body)), http.StatusOK, received)
		require.Equal(t, []webhooks.KeyHint{{Scheme: webhooks.SchemeVoraV2, SessionID: "vp_cs_test_k3TqJ9xWz2LmN8pR", MerchantID: "mer_acme_vitamins", Path: "/webhooks"}}, hints.seen, name)

		hints.keys[0].MerchantID = "mer_cobalt_coaching"
		require.Equal(t, webhooks.ReasonWrongMerchant, r.rejection(t, r.deliveryOf(body)).Reason, name)
	}
}

// A recordedHints is a key source that keeps what it was asked.
type recordedHints struct {
	keys []webhooks.SigningKey
	seen []webhooks.KeyHint
}

func (r *recordedHints) Keys(_ context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
	r.seen = append(r.seen, hint)
	return r.keys, nil
}

func TestTheModeOfAFlatBody(t *testing.T) {
	t.Parallel()
	r := setup(t, voraV2(), withKeys(keys(t, webhooks.SigningKey{Secret: sdk.NewSecret(voraV2().secret), Mode: sdk.ModeTest})))
	require.Equal(t, sdk.ModeTest, r.event(t, r.deliveryOf(webhookstest.SessionSucceeded())).Info().Mode)
	require.Equal(t, sdk.ModeTest, r.event(t, r.deliveryOf(webhookstest.SessionSucceeded(webhookstest.Set("livemode", "true")))).Info().Mode, "not a boolean")
	require.Equal(t, webhooks.ReasonWrongMode, r.rejection(t, r.deliveryOf(webhookstest.SessionSucceeded(webhookstest.Set("livemode", true)))).Reason)

	r = setup(t, voraV2())
	require.Equal(t, sdk.ModeLive, r.event(t, r.deliveryOf(webhookstest.SessionSucceeded(webhookstest.Set("livemode", true)))).Info().Mode)
	require.Empty(t, r.event(t, r.deliveryOf(webhookstest.SessionSucceeded())).Info().Mode)
	require.Empty(t, r.event(t, r.deliveryOf(webhookstest.VoraV2Event("payout.paid", nil, webhookstest.Set("livemode", "true")))).Info().Mode, "not a boolean: nobody says that it is a test")
}

func TestAnEnvelopeSaysWhatBecameOfThePayment(t *testing.T) {
	t.Parallel()
	plain := map[string]any{"sessionId": "vp_cs_test_2", "amount": 700, "currency": "USD"}
	for _, test := range []struct {
		kind    string
		data    any
		payment sdk.PaymentStatus
		minor   int64
	}{
		{"charge.succeeded", json.RawMessage(webhookstest.SessionSucceeded()), sdk.PaymentPaid, 1499},
		{"charge.failed", json.RawMessage(webhookstest.SessionFailed()), sdk.PaymentFailed, 1499},
		{"payment_intent.cancelled", json.RawMessage(webhookstest.SessionExpired()), sdk.PaymentExpired, 1499},
		{"charge.refunded", json.RawMessage(webhookstest.RefundCreated()), sdk.PaymentRefunded, 500},
		{"charge.succeeded", plain, sdk.PaymentPaid, 700},
		{"payment_intent.succeeded", plain, sdk.PaymentPaid, 700},
		{"payment_intent.failed", plain, sdk.PaymentFailed, 700},
		{"payment_intent.cancelled", plain, sdk.PaymentExpired, 700},
		{"charge.refunded", plain, sdk.PaymentRefunded, 700},
		{"dispute.created", plain, sdk.PaymentPending, 0},
		{"charge.newer", plain, sdk.PaymentPending, 0},
		{"session.succeeded", plain, sdk.PaymentPaid, 700},
		{"refund.created", plain, sdk.PaymentRefunded, 700},
		{"payment_intent.succeeded", map[string]any{"session_id": "vp_cs_test_2", "transaction_id": "txn_1", "amount": 700, "currency": "USD"}, sdk.PaymentPaid, 700},
		{"dispute.created", nil, sdk.PaymentPending, 0},
		{"application.approved", nil, sdk.PaymentPending, 0},
	} {
		r := setup(t, voraV2())
		event := r.event(t, r.deliveryOf(webhookstest.VoraV2Event(test.kind, test.data)))
		require.IsType(t, &webhooks.VoraV2Event{}, event)
		info := event.Info()
		require.NoError(t, info.Problem, test.kind)
		require.Equal(t, test.payment, info.Payment, test.kind)
		require.Equal(t, test.minor, info.Amount.Minor(), test.kind)
		if test.minor == 700 {
			require.Equal(t, "vp_cs_test_2", info.SessionID, test.kind)
		}
		require.Equal(t, test.kind, info.Type)
		require.Equal(t, "mer_acme_vitamins", info.MerchantID)
		require.Equal(t, "vora-v2/mer_acme_vitamins/evt_2Nk7Qw8LbX", info.DedupeKey)
		if test.minor == 500 {
			require.Equal(t, "re_5Tq81mXc", info.RefundID)
		}
	}
}

// What contradicts itself, or does not say what it is about, is never a payment, and never passes
// in silence.
func TestAnEnvelopeThatContradictsItself(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]any{
		"nothing":            nil,
		"two sessions":       json.RawMessage(webhookstest.SessionSucceeded(webhookstest.Set("session_id", "vp_cs_test_2"))),
		"another event":      json.RawMessage(webhookstest.SessionFailed()),
		"another merchant":   json.RawMessage(webhookstest.SessionSucceeded(webhookstest.MerchantID("mer_cobalt_coaching"))),
		"no amount":          json.RawMessage(webhookstest.SessionSucceeded(webhookstest.Unset("amount"))),
		"a string as amount": json.RawMessage(webhookstest.SessionSucceeded(webhookstest.Set("amount", "1499"))),
		"no currency":        json.RawMessage(webhookstest.SessionSucceeded(webhookstest.Unset("currency"))),
		"no session":         json.RawMessage(webhookstest.SessionSucceeded(webhookstest.Unset("sessionId"))),
		"a list":             []int{1},
	} {
		r := setup(t, voraV2())
		event := r.event(t, r.deliveryOf(webhookstest.VoraV2Event("charge.succeeded", data)))
		require.Error(t, event.Info().Problem, name)
		require.Equal(t, sdk.PaymentPending, event.Info().Payment, name)
	}
	r := setup(t, voraV2())
	refund := r.event(t, r.deliveryOf(webhookstest.VoraV2Event("charge.refunded", json.RawMessage(webhookstest.SessionSucceeded()))))
	require.ErrorContains(t, refund.Info().Problem, "another event", "a refund of what was paid")
	require.Equal(t, sdk.PaymentPending, refund.Info().Payment)

	first := webhookstest.VoraV2Event("charge.succeeded", json.RawMessage(webhookstest.SessionSucceeded()))
	for name, body := range spellings(t, append(bytes.TrimSuffix(first, []byte("}")), `,"data":{"sessionId":"vp_cs_test_2"}}`...)) {
		event := r.event(t, r.deliveryOf(body))
		require.ErrorContains(t, event.Info().Problem, "cannot be read in data", name)
		require.Equal(t, "vp_cs_test_2", event.Info().SessionID, "%s: of two fields with one name the second counts", name)
	}
}

// Nobody ships what its own status calls failed. A failure whose status is ahead of it is one: the
// session was paid since.
func TestAStatusThatContradictsItsEvent(t *testing.T) {
	t.Parallel()
	status := func(status string) webhookstest.Field { return webhookstest.Set("status", status) }
	envelope := func(kind string, data []byte) []byte { return webhookstest.VoraV2Event(kind, json.RawMessage(data)) }
	for _, test := range []struct {
		scheme  scheme
		body    []byte
		payment sdk.PaymentStatus // pending for a contradiction
	}{
		{voraV1(), webhookstest.SessionSucceeded(status("failed")), sdk.PaymentPending},
		{voraV1(), webhookstest.SessionSucceeded(status("expired")), sdk.PaymentPending},
		{voraV2(), webhookstest.RefundCreated(status("failed")), sdk.PaymentPending},
		{voraV2(), envelope("charge.succeeded", webhookstest.SessionSucceeded(status("failed"))), sdk.PaymentPending},
		{visionScope(), webhookstest.PaymentSucceeded(status("failed")), sdk.PaymentPending},

		{voraV1(), webhookstest.SessionSucceeded(status("refunded")), sdk.PaymentPaid},
		{voraV1(), webhookstest.SessionSucceeded(status("newer")), sdk.PaymentPaid},
		{voraV1(), webhookstest.RefundCreated(status("succeeded")), sdk.PaymentRefunded},
		{voraV1(), webhookstest.SessionFailed(status("succeeded")), sdk.PaymentFailed},
		{voraV1(), webhookstest.SessionExpired(status("failed")), sdk.PaymentExpired},
		{voraV2(), envelope("charge.failed", webhookstest.SessionFailed(status("succeeded"))), sdk.PaymentFailed},
		{visionScope(), webhookstest.PaymentFailed(status("paid")), sdk.PaymentFailed},
	} {
		r := setup(t, test.scheme)
		info := r.event(t, r.deliveryOf(test.body)).Info()
		require.Equal(t, test.payment, info.Payment, "%s", test.body)
		require.Equal(t, test.payment == sdk.PaymentPending, info.Problem != nil, "%s", test.body)
	}
}

func TestATypeOfAnEnvelopeInAFlatBody(t *testing.T) {
	t.Parallel()
	for _, s := range []scheme{voraV1(), voraV2()} {
		r := setup(t, s)
		for _, name := range []string{"event", "type"} {
			event := r.event(t, r.deliveryOf(webhookstest.SessionSucceeded(webhookstest.Unset("event"), webhookstest.Set(name, "charge.succeeded"))))
			require.IsType(t, &webhooks.UnknownEvent{}, event)
			require.ErrorContains(t, event.Info().Problem, "no data", name)
			require.Equal(t, sdk.PaymentPending, event.Info().Payment)
		}
	}
}

func TestAmountsAreIntegersHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	for _, s := range []scheme{voraV1(), voraV2()} {
		r := setup(t, s)
		for _, amount := range []string{"1499", "1499.0", "1499.00", "1.499e3", "1.499E+03", "14990e-1"} {
			event := r.event(t, r.deliveryOf(webhookstest.SessionSucceeded(webhookstest.Set("amount", json.RawMessage(amount)))))
			require.IsType(t, &webhooks.SessionSucceeded{}, event, amount)
			require.Equal(t, money.Minor(1499, "USD"), event.Info().Amount, amount)
		}
	}
	r := setup(t, voraV2())
	data := webhookstest.SessionSucceeded(webhookstest.Set("amount", json.RawMessage("1.499e3")))
	require.Equal(t, int64(1499), r.event(t, r.deliveryOf(webhookstest.VoraV2Event("charge.succeeded", json.RawMessage(data)))).Info().Amount.Minor())
	for _, created := range []string{"1776777494", "1776777494.0", "1.776777494e9"} {
		event := r.event(t, r.deliveryOf(webhookstest.VoraV2Event("payout.paid", nil, webhookstest.Set("created", json.RawMessage(created)))))
		require.True(t, signedAt().Equal(event.Info().Time), created)
	}
}

// isoTimes are one moment in the forms that encoders write.
func isoTimes() []string {
	return []string{
		"2026-04-21T13:18:14Z", "2026-04-21T13:18:14+0000", "2026-04-21T06:18:14-07", "2026-04-21T06:18:14-0700", "2026-04-21T13:18:14", "20260421T131814Z", "20260421T131814+0000",
		"2026-04-21t13:18:14z", "2026-04-21T13:18:14,000Z", "2026-04-21 13:18:14Z",
	}
}

func TestTimesInEveryForm(t *testing.T) {
	t.Parallel()
	v1, v2, vision := setup(t, voraV1()), setup(t, voraV2()), setup(t, visionScope())
	requireTime := func(want time.Time, written string) {
		for _, event := range []webhooks.Event{
			v1.event(t, v1.deliveryOf(webhookstest.SessionSucceeded(webhookstest.Set("timestamp", written)))),
			v2.event(t, v2.deliveryOf(webhookstest.SessionSucceeded(webhookstest.Set("timestamp", written)))),
			v2.event(t, v2.deliveryOf(webhookstest.VoraV2Event("payout.paid", nil, webhookstest.Set("created", written)))),
			vision.event(t, vision.deliveryOf(webhookstest.PaymentSucceeded(webhookstest.Set("paid_at", written)))),
			vision.event(t, vision.deliveryOf(webhookstest.PaymentFailed(webhookstest.Set("failed_at", written)))),
		} {
			require.True(t, want.Equal(event.Info().Time), "%T: %s is read as %s", event, written, event.Info().Time)
		}
		require.True(t, want.Equal(v1.event(t, v1.delivery(webhookstest.WithHeader("X-VonPay-Timestamp", written))).Info().SignedAt), written)
		require.True(t, want.Equal(vision.event(t, vision.delivery(webhookstest.WithHeader("X-Timestamp", written))).Info().SignedAt), written)
	}
	for _, written := range isoTimes() {
		requireTime(signedAt(), written)
	}
	requireTime(signedAt().Truncate(time.Minute), "2026-04-21T13:18Z")
	requireTime(signedAt().Truncate(time.Minute).Add(59*time.Second), "2026-04-21T13:18:60Z")
	unix := strconv.FormatInt(signedAt().Unix(), 10)
	require.Equal(t, webhooks.ReasonMalformedSignature, v1.rejection(t, v1.delivery(webhookstest.WithHeader("X-VonPay-Timestamp", unix))).Reason)
}
