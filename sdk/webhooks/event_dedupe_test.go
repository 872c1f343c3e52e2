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

func TestEventsWithTheSameKey(t *testing.T) {
	t.Parallel()
	set, unset := webhookstest.Set, webhookstest.Unset
	tests := []struct {
		name   string
		scheme scheme
		one    []byte
		other  []byte
	}{
		{"other time", voraV1(), webhookstest.SessionSucceeded(), webhookstest.SessionSucceeded(webhookstest.HappenedAt(signedAt().Add(time.Minute)))},
		{"other metadata", voraV1(), webhookstest.SessionSucceeded(), webhookstest.SessionSucceeded(unset("metadata"))},
		{"refund with other time", voraV1(), webhookstest.RefundCreated(), webhookstest.RefundCreated(webhookstest.HappenedAt(signedAt().Add(time.Minute)))},
		{"refund without an id", voraV1(), webhookstest.RefundCreated(unset("refundId")), webhookstest.RefundCreated(unset("refundId"), unset("metadata"))},
		{"amount written otherwise", visionScope(), webhookstest.PaymentSucceeded(), webhookstest.PaymentSucceeded(webhookstest.Amount(money.Minor(1000, "EUR")))},
		{"other data", voraV2(), webhookstest.VoraV2Event("charge.refunded", nil), webhookstest.VoraV2Event("charge.refunded", []int{1})},
		{"unknown event", voraV1(), webhookstest.SessionSucceeded(set("event", "new")), webhookstest.SessionSucceeded(set("event", "new"))},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := setup(t, test.scheme)
			requireResponse(t, r.deliver(t, r.deliveryOf(test.one)), http.StatusOK, received)

			r.now = r.now.Add(25 * time.Second) // the redelivery is signed anew
			requireResponse(t, r.deliver(t, r.deliveryOf(test.other)), http.StatusOK, duplicate)
			require.Len(t, r.events, 1)
		})
	}
}

func TestEventsWithKeysOfTheirOwn(t *testing.T) {
	t.Parallel()
	set, unset, session, merchant := webhookstest.Set, webhookstest.Unset, webhookstest.SessionID, webhookstest.MerchantID
	paid, refund := webhookstest.SessionSucceeded, webhookstest.RefundCreated
	unnamed := unset("refundId")

	for _, test := range []struct {
		scheme scheme
		bodies [][]byte
	}{
		{voraV1(), [][]byte{
			paid(),
			webhookstest.SessionFailed(),
			webhookstest.SessionExpired(),
			paid(session("vp_cs_test_2")),
			paid(merchant("mer_cobalt_coaching")),
			// Two equal partial refunds within one second are two refunds.
			refund(), refund(set("refundId", "re_2")), refund(set("refundId", "RE_2")),
			refund(unnamed), refund(unnamed, set("transactionId", "txn_2")), refund(unnamed, set("timestamp", "2026-04-21T13:18:15.650Z")),
			refund(unnamed, unset("transactionId")),
			refund(unnamed, set("transactionId", "a.b"), set("timestamp", "c")), refund(unnamed, set("transactionId", "a"), set("timestamp", "b.c")),
			refund(set("refundId", "txn_9f3Ka71b/2026-04-21T13:18:14.650Z")),
			// Nothing that stands between the parts of a key can be smuggled in.
			paid(merchant("a"), session("b/c")), paid(merchant("a/b"), session("c")), paid(merchant("a"), session("b%2Fc")), paid(merchant("a%2Fb"), session("c")),
			paid(merchant("a"), session("b%252Fc")), paid(session("vp_cs_test_k3TqJ9xWz2LmN8pR/session.succeeded")),
			refund(set("refundId", "%")), refund(set("refundId", "%25")), refund(set("refundId", "/")), refund(set("refundId", "%2F")), refund(set("refundId", "..")),
			// Who knows what tells events of a kind apart that nobody knows?
			paid(set("event", "session.noted")), paid(set("event", "session.noted"), set("note", 2)),
			paid(set("amount", "?")), paid(set("amount", "??")),
		}},
		{visionScope(), [][]byte{
			webhookstest.PaymentSucceeded(),
			webhookstest.PaymentFailed(),
			webhookstest.PaymentSucceeded(session("cs_2")),
			webhookstest.PaymentSucceeded(session("cs/2")), webhookstest.PaymentSucceeded(session("cs%2F2")),
			webhookstest.PaymentSucceeded(set("amount", 10.001)), webhookstest.PaymentSucceeded(set("amount", 10.002)),
			webhookstest.PaymentSucceeded(set("event", "payment.noted")), webhookstest.PaymentSucceeded(set("event", "payment.noted"), set("note", 2)),
		}},
		{voraV2(), [][]byte{
			webhookstest.VoraV2Event("charge.succeeded", nil),
			webhookstest.VoraV2Event("charge.succeeded", nil, set("id", "evt_2")),
			webhookstest.VoraV2Event("charge.succeeded", nil, set("id", "evt/2")), webhookstest.VoraV2Event("charge.succeeded", nil, set("id", "evt%2F2")),
			webhookstest.VoraV2Event("charge.succeeded", nil, unset("id")), webhookstest.VoraV2Event("charge.failed", nil, unset("id")),
		}},
	} {
		t.Run(string(test.scheme.name), func(t *testing.T) {
			t.Parallel()
			r := setup(t, test.scheme)
			whose := map[string]string{}
			for _, body := range test.bodies {
				key := r.event(t, r.deliveryOf(body)).Info().DedupeKey
				require.Empty(t, whose[key], "%s has the key of another event: %s", body, key)
				whose[key] = string(body)
				requireResponse(t, r.deliver(t, r.deliveryOf(body)), http.StatusOK, received)
			}
			require.Len(t, r.events, len(test.bodies))
		})
	}
}

// Both gateways could use the same id, and one store may serve both.
func TestSchemesShareNoKey(t *testing.T) {
	t.Parallel()
	whose := map[string]scheme{}
	for _, s := range schemes() {
		r := setup(t, s)
		key := r.event(t, r.deliveryOf([]byte(`{"event":"?"}`))).Info().DedupeKey
		require.NotContains(t, whose, key)
		whose[key] = s
	}
}

// Every store can hold every key, and long ones are still told apart.
func TestLongIdentitiesHaveShortKeys(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 5000)
	r := setup(t, voraV1())
	whose := map[string]string{}
	for _, session := range []string{long, long + "y", "y" + long, "a\x00b", "a\x00", "a%00b"} { // some databases hold no NUL
		for _, body := range [][]byte{
			webhookstest.SessionSucceeded(webhookstest.SessionID(session)), webhookstest.SessionFailed(webhookstest.SessionID(session)),
			webhookstest.RefundCreated(webhookstest.SessionID(session)), webhookstest.RefundCreated(webhookstest.Set("refundId", session)),
		} {
			key := r.event(t, r.deliveryOf(body)).Info().DedupeKey
			require.LessOrEqual(t, len(key), 512)
			require.NotContains(t, key, "\x00")
			require.True(t, strings.HasPrefix(key, "vora-v1/"))
			require.Empty(t, whose[key])
			whose[key] = session
			require.Equal(t, key, r.event(t, r.deliveryOf(body)).Info().DedupeKey)
		}
	}
}

// A merchant who knows another one's session or event, and signs it with a key of its own, keeps
// none of the other's events away.
func TestMerchantsShareNoKey(t *testing.T) {
	t.Parallel()
	const secret = "0123456789abcdef0123456789abcdef"
	keyOf := func(scheme func(webhooks.KeySource, ...webhooks.VerifierOption) *webhooks.Verifier, secret, merchant string, delivery *http.Request, body []byte) string {
		keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(secret), MerchantID: merchant})
		require.NoError(t, err)
		event, err := scheme(keys).Verify(t.Context(), delivery.Header, body)
		require.NoError(t, err)
		require.Equal(t, merchant, event.Info().MerchantID)
		return event.Info().DedupeKey
	}
	checkouts, envelopes := map[string]bool{}, map[string]bool{}
	for _, merchant := range []string{"mer_a", "mer_b"} {
		paid := webhookstest.PaymentSucceeded()
		checkouts[keyOf(webhooks.VisionScope, secret, merchant, webhookstest.VisionScope(secret, paid), paid)] = true
		charged := webhookstest.VoraV2Event("charge.succeeded", nil, webhookstest.Set("id", "evt_1"), webhookstest.Set("merchant_id", merchant))
		envelopes[keyOf(webhooks.VoraV2, "whsec_"+secret, merchant, webhookstest.VoraV2("whsec_"+secret, charged), charged)] = true
	}
	require.Len(t, checkouts, 2)
	require.Len(t, envelopes, 2)
}
