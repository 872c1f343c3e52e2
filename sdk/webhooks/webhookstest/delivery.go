package webhookstest

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/signature"
)

// Vora is a delivery of Vora's webhooks v1, signed with the merchant's whole API key (vp_sk_…).
// (Vora integrator guide, "Webhook signature format".)
func Vora(secret string, body []byte, opts ...Option) *http.Request {
	d := newDelivery(body, opts)
	d.oneSignature("Vora's webhooks v1")
	return d.request(contract.VoraV1SignatureHeader, d.sign(secret, ""), map[string]string{
		contract.VoraV1TimestampHeader: isoTime(d.at),
		"User-Agent":                   contract.VoraV1UserAgent,
	})
}

// VoraV2 is a delivery of Vora's webhooks v2, signed with a subscription's secret (whsec_…) over time and body.
// (Vora webhook verification, section 2.)
func VoraV2(secret string, body []byte, opts ...Option) *http.Request {
	d := newDelivery(body, opts)
	stamp := strconv.FormatInt(d.at.Unix(), 10)
	value := "t=" + stamp + ",v1=" + d.sign(secret, stamp+".")
	for _, other := range d.others {
		value += ",v1=" + d.sign(other, stamp+".")
	}
	return d.request(contract.VoraV2SignatureHeader, value, nil)
}

// VisionScope is a delivery of VisionScope, signed with the secret that its checkout was created with.
// (VisionScope documentation, section 5.)
func VisionScope(secret string, body []byte, opts ...Option) *http.Request {
	d := newDelivery(body, opts)
	d.oneSignature("VisionScope")
	return d.request(contract.VisionScopeSignatureHeader, d.sign(secret, ""), map[string]string{
		contract.VisionScopeTimestampHeader: isoTime(d.at),
		"User-Agent":                        contract.VisionScopeUserAgent,
	})
}

// Redelivery is the same delivery once more, byte for byte, whether or not somebody has read it.
func Redelivery(delivery *http.Request) *http.Request {
	again := delivery.Clone(delivery.Context())
	body, err := delivery.GetBody()
	if err != nil {
		panic("webhookstest: the delivery's body cannot be read again: " + err.Error())
	}
	again.Body = body
	return again
}

// A delivery is what options change.
type delivery struct {
	url      string
	at       time.Time
	signed   []byte
	sent     []byte
	others   []string // secrets of further signatures
	unsigned bool
	upper    bool
	headers  []header
}

type header struct {
	name   string
	values []string
}

func newDelivery(body []byte, opts []Option) *delivery {
	d := &delivery{url: "https://merchant.example.com/webhooks", at: time.Now(), signed: body, sent: body}
	for _, apply := range opts {
		apply(d)
	}
	return d
}

// oneSignature refuses what would silently not be there.
func (d *delivery) oneSignature(sender string) {
	if len(d.others) > 0 {
		panic("webhookstest: deliveries of " + sender + " carry one signature, so that WithSecondSignature is for VoraV2 only")
	}
}

func (d *delivery) sign(secret, prefix string) string {
	hex := signature.Hex(secret, prefix, string(d.signed))
	if d.upper {
		return strings.ToUpper(hex)
	}
	return hex
}

func (d *delivery) request(signatureHeader, value string, rest map[string]string) *http.Request {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, d.url, bytes.NewReader(d.sent))
	if err != nil {
		panic("webhookstest: " + err.Error())
	}
	r.RemoteAddr = "192.0.2.1:1234" // of the block for documentation: routers that limit by address want one
	r.Header.Set("Content-Type", "application/json")
	for name, text := range rest {
		r.Header.Set(name, text)
	}
	if !d.unsigned {
		r.Header.Set(signatureHeader, value)
	}
	for _, h := range d.headers {
		r.Header.Del(h.name)
		for _, text := range h.values {
			r.Header.Add(h.name, text)
		}
	}
	return r
}

// isoTime is the form of the documentation's examples.
func isoTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
