package webhooks_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// An authentic payment that cannot be read must not be acknowledged in silence.
func TestDriftIsLogged(t *testing.T) {
	t.Parallel()
	set, unset := webhookstest.Set, webhookstest.Unset
	for _, test := range []struct {
		name   string
		scheme scheme
		body   []byte
		drift  bool
		log    []string
	}{
		{"amount is an object", voraV1(), webhookstest.SessionSucceeded(set("amount", map[string]any{"value": 1499})), true, []string{"type=session.succeeded", "session_id=vp_cs_test_k3TqJ9xWz2LmN8pR", "amount"}},
		{"amount was renamed", voraV1(), webhookstest.RefundCreated(unset("amount"), set("amountMinor", 500)), true, []string{"type=refund.created"}},
		{"session was renamed", voraV2(), webhookstest.SessionSucceeded(unset("sessionId"), set("session", "vp_cs_1")), true, []string{"type=session.succeeded", "sessionId"}},
		{"data's amount", voraV2(), webhookstest.VoraV2Event("charge.succeeded", json.RawMessage(webhookstest.SessionSucceeded(set("amount", "1499")))), true, []string{"type=charge.succeeded", "session_id=vp_cs_test_k3TqJ9xWz2LmN8pR"}},
		{"amount is a word", visionScope(), webhookstest.PaymentSucceeded(set("amount", "ten")), true, []string{"type=payment.success", "session_id=cs_mo8ly3a8_67d5e72898f11888"}},
		{"session is missing", visionScope(), webhookstest.PaymentSucceeded(unset("session_id")), true, []string{"type=payment.success"}},
		{"no event at all", visionScope(), []byte(`{"session_id":"cs_1"}`), true, []string{"session_id=cs_1"}},
		{"not JSON", voraV1(), []byte(`{"event"`), true, nil},

		{"new", voraV1(), webhookstest.SessionSucceeded(set("event", "session.disputed")), false, nil},
		{"new, and in another shape", voraV1(), webhookstest.SessionSucceeded(set("event", "session.disputed"), set("metadata", 7), unset("amount")), false, nil},
		{"new", visionScope(), webhookstest.PaymentSucceeded(set("event", "payment.reversed"), set("amount", "ten"), set("reason", 7)), false, nil},
		{"new", voraV2(), webhookstest.VoraV2Event("charge.newer", map[string]any{"amount": "ten"}), false, nil},
		{"not about a payment", voraV2(), webhookstest.VoraV2Event("payout.paid", map[string]any{"amount": "ten"}), false, nil},
		{"a field that does not matter", voraV1(), webhookstest.SessionSucceeded(set("metadata", 7), set("timestamp", "soon")), false, nil},
	} {
		t.Run(string(test.scheme.name)+", "+test.name, func(t *testing.T) {
			t.Parallel()
			r := setup(t, test.scheme)
			requireResponse(t, r.deliver(t, r.deliveryOf(test.body)), http.StatusOK, received)
			require.Len(t, r.events, 1)
			require.Equal(t, test.drift, r.events[0].Info().Problem != nil)
			if test.drift {
				require.Contains(t, r.log.String(), "level=WARN")
				require.Contains(t, r.log.String(), "cannot be read")
			} else {
				require.NotContains(t, r.log.String(), "level=WARN")
			}
			for _, part := range test.log {
				require.Contains(t, r.log.String(), part)
			}

			r = setup(t, test.scheme, withOptions(webhooks.WithUnreadableRejected()))
			if !test.drift {
				requireResponse(t, r.deliver(t, r.deliveryOf(test.body)), http.StatusOK, received)
				return
			}
			requireResponse(t, r.deliver(t, r.deliveryOf(test.body)), http.StatusInternalServerError, `{"error":"the event could not be read"}`)
			require.Empty(t, r.events)
			require.Contains(t, r.log.String(), "level=WARN")
		})
	}
}
