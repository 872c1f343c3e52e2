package webhookstest

import (
	"net/http"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// Vora is a delivery of Vora's webhooks v1, signed with the merchant's whole API key (vp_sk_…).
// (Vora integrator guide, "Webhook signature format".)
func Vora(secret string, body []byte, opts ...Option) *http.Request {
	d := newDelivery(body, opts)
	d.oneSignature(voraV1.sender)
	return d.request(contract.VoraV1SignatureHeader, d.sign(secret, ""), map[string]string{
		contract.VoraV1TimestampHeader: isoTime(d.at),
		"User-Agent":                   contract.VoraV1UserAgent,
	})
}

var voraV1 = shape{sender: "Vora's webhooks v1", session: "sessionId", merchant: "merchantId", amount: "amount", times: []string{"timestamp"}}

// voraV1Bodies are the events of webhooks v1: the amount, and the fields that not every event has.
var voraV1Bodies = map[string]struct { // read only
	minor int64
	own   []field
}{
	"session.succeeded": {1499, []field{{"status", "succeeded"}, {"metadata", sampleMetadata}, {"transactionId", "txn_9f3Ka71b"}}},
	"session.failed": {1499, []field{
		{"status", "failed"}, {"metadata", sampleMetadata}, {"failureCode", "card_declined"}, {"error", "The card was declined"},
	}},
	"session.expired": {1499, []field{{"status", "expired"}, {"metadata", sampleMetadata}}},
	"refund.created": {500, []field{
		{"status", "refunded"}, {"metadata", sampleMetadata}, {"refundId", "re_5Tq81mXc"}, {"transactionId", "txn_9f3Ka71b"},
	}},
}

// SessionSucceeded is the body of Vora's session.succeeded, of webhooks v1: 14.99 USD for
// mer_acme_vitamins.
func SessionSucceeded(changes ...Field) []byte { return voraV1Event("session.succeeded", changes) }

// SessionFailed is the body of Vora's session.failed, of webhooks v1: a declined card.
func SessionFailed(changes ...Field) []byte { return voraV1Event("session.failed", changes) }

// SessionExpired is the body of Vora's session.expired, of webhooks v1.
func SessionExpired(changes ...Field) []byte { return voraV1Event("session.expired", changes) }

// RefundCreated is the body of Vora's refund.created, of webhooks v1: 5.00 USD, a part of the
// payment. A test with several refunds gives each a refundId of its own with [Set].
func RefundCreated(changes ...Field) []byte { return voraV1Event("refund.created", changes) }

var sampleMetadata = map[string]string{"orderId": "order-789012"} // read only

func voraV1Event(event string, changes []Field) []byte {
	body := voraV1Bodies[event]
	return voraV1.encode(changes, append([]field{
		{"event", event}, {"sessionId", "vp_cs_test_k3TqJ9xWz2LmN8pR"}, {"merchantId", "mer_acme_vitamins"},
		{"amount", body.minor}, {"currency", "USD"}, {"timestamp", sampleTime},
	}, body.own...)...)
}
