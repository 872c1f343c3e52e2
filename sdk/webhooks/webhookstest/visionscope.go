package webhookstest

import (
	"net/http"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// VisionScope is a delivery of VisionScope, signed with the secret that its checkout was created
// with. (VisionScope documentation, section 5.)
func VisionScope(secret string, body []byte, opts ...Option) *http.Request {
	d := newDelivery(body, opts)
	d.oneSignature(visionScope.sender)
	return d.request(contract.VisionScopeSignatureHeader, d.sign(secret, ""), map[string]string{
		contract.VisionScopeTimestampHeader: isoTime(d.at),
		"User-Agent":                        contract.VisionScopeUserAgent,
	})
}

var visionScope = shape{sender: "VisionScope", session: "session_id", amount: "amount", times: []string{"paid_at", "failed_at"}, majorUnits: true}

// PaymentSucceeded is the body of VisionScope's payment.success: 10.00 EUR. (VisionScope
// documentation, section 5.2.)
func PaymentSucceeded(changes ...Field) []byte {
	return visionScopeEvent("payment.success", "paid", changes, field{"paid_at", sampleTime})
}

// PaymentFailed is the body of VisionScope's payment.failed. (VisionScope documentation, section
// 5.2.)
func PaymentFailed(changes ...Field) []byte {
	return visionScopeEvent("payment.failed", "failed", changes,
		field{"reason", "Payment declined after 3DS"}, field{"failed_at", sampleTime})
}

func visionScopeEvent(event, status string, changes []Field, own ...field) []byte {
	return visionScope.encode(changes, append([]field{
		{"event", event}, {"session_id", "cs_mo8ly3a8_67d5e72898f11888"}, {"status", status},
		{"amount", 10}, {"currency", "EUR"}, {"order_id", "VS-1776767335185-54D482EA"},
	}, own...)...)
}
