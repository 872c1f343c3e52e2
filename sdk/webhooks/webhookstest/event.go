package webhookstest

// SessionSucceeded is the body of Vora's session.succeeded, of webhooks v1: 14.99 USD for mer_acme_vitamins.
func SessionSucceeded(changes ...Field) []byte {
	return voraV1("session.succeeded", 1499, changes,
		field("status", "succeeded"), field("metadata", sampleMetadata()), field("transactionId", "txn_9f3Ka71b"))
}

// SessionFailed is the body of Vora's session.failed, of webhooks v1: a declined card.
func SessionFailed(changes ...Field) []byte {
	return voraV1("session.failed", 1499, changes,
		field("status", "failed"), field("metadata", sampleMetadata()),
		field("failureCode", "card_declined"), field("error", "The card was declined"))
}

// SessionExpired is the body of Vora's session.expired, of webhooks v1.
func SessionExpired(changes ...Field) []byte {
	return voraV1("session.expired", 1499, changes, field("status", "expired"), field("metadata", sampleMetadata()))
}

// RefundCreated is the body of Vora's refund.created, of webhooks v1: 5.00 USD, a part of the payment. A test with several
// refunds gives each a refundId of its own with [Set].
func RefundCreated(changes ...Field) []byte {
	return voraV1("refund.created", 500, changes,
		field("status", "refunded"), field("metadata", sampleMetadata()),
		field("refundId", "re_5Tq81mXc"), field("transactionId", "txn_9f3Ka71b"))
}

// VoraV2Event is the body of an event of Vora's webhooks v2, for example of kind "charge.succeeded". What data holds depends on
// the kind; nil is an empty object.
func VoraV2Event(kind string, data any, changes ...Field) []byte {
	if data == nil {
		data = map[string]any{}
	}
	return encode(voraV2Names, changes,
		field("id", "evt_2Nk7Qw8LbX"), field("type", kind), field("created", 1776777494), field("livemode", false),
		field("merchant_id", "mer_acme_vitamins"), field("data", data))
}

// PaymentSucceeded is the body of VisionScope's payment.success: 10.00 EUR. (VisionScope documentation, section 5.2.)
func PaymentSucceeded(changes ...Field) []byte {
	return visionScope("payment.success", "paid", changes, field("paid_at", sampleTime))
}

// PaymentFailed is the body of VisionScope's payment.failed. (VisionScope documentation, section 5.2.)
func PaymentFailed(changes ...Field) []byte {
	return visionScope("payment.failed", "failed", changes,
		field("reason", "Payment declined after 3DS"), field("failed_at", sampleTime))
}

const sampleTime = "2026-04-21T13:18:14.650Z"

func sampleMetadata() map[string]string { return map[string]string{"orderId": "order-789012"} }

func voraV1(event string, minor int64, changes []Field, own ...member) []byte {
	return encode(voraV1Names, changes, append([]member{
		field("event", event), field("sessionId", "vp_cs_test_k3TqJ9xWz2LmN8pR"), field("merchantId", "mer_acme_vitamins"),
		field("amount", minor), field("currency", "USD"), field("timestamp", sampleTime),
	}, own...)...)
}

func visionScope(event, status string, changes []Field, own ...member) []byte {
	return encode(visionScopeNames, changes, append([]member{
		field("event", event), field("session_id", "cs_mo8ly3a8_67d5e72898f11888"), field("status", status),
		field("amount", 10), field("currency", "EUR"), field("order_id", "VS-1776767335185-54D482EA"),
	}, own...)...)
}
