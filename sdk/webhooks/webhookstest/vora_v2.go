package webhookstest

import (
	"net/http"
	"strconv"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// VoraV2 is a delivery of Vora's webhooks v2, signed with a subscription's secret (whsec_…) over
// time and body. (Vora webhook verification, section 2.)
func VoraV2(secret string, body []byte, opts ...Option) *http.Request {
	d := newDelivery(body, opts)
	stamp := strconv.FormatInt(d.at.Unix(), 10)
	value := "t=" + stamp + ",v1=" + d.sign(secret, stamp+".")
	for _, other := range d.others {
		value += ",v1=" + d.sign(other, stamp+".")
	}
	return d.request(contract.VoraV2SignatureHeader, value, nil)
}

var voraV2 = shape{sender: "Vora's webhooks v2", merchant: "merchant_id", times: []string{"created"}, unixTime: true}

// VoraV2Event is the body of an event of Vora's webhooks v2, for example of kind
// "charge.succeeded". What data holds depends on the kind; nil is an empty object.
func VoraV2Event(kind string, data any, changes ...Field) []byte {
	if data == nil {
		data = map[string]any{}
	}
	return voraV2.encode(changes,
		field{"id", "evt_2Nk7Qw8LbX"}, field{"type", kind}, field{"created", 1776777494}, field{"livemode", false},
		field{"merchant_id", "mer_acme_vitamins"}, field{"data", data})
}
