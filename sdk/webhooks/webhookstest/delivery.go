package webhookstest

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/signature"
)

// Redelivery is the same delivery once more, byte for byte, whether or not it has been read.
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

// oneSignature panics when a second signature was asked for, which would silently be missing.
func (d *delivery) oneSignature(sender string) {
	if len(d.others) > 0 {
		panic("webhookstest: deliveries of " + sender + " carry one signature: WithSecondSignature is for schemes that send several")
	}
}

func (d *delivery) sign(secret, prefix string) string {
	var hex string
	unenforced(func() { hex = signature.Hex(secret, prefix, string(d.signed)) })
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
	for name, value := range rest {
		r.Header.Set(name, value)
	}
	if !d.unsigned {
		r.Header.Set(signatureHeader, value)
	}
	for _, h := range d.headers {
		r.Header.Del(h.name)
		for _, value := range h.values {
			r.Header.Add(h.name, value)
		}
	}
	return r
}

// isoTime is the form of the documentation's examples.
func isoTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
