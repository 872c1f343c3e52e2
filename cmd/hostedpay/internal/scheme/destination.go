package scheme

import (
	"bytes"
	"net/http"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// A Destination is where deliveries go, and how they are signed.
type Destination struct {
	Scheme *Scheme
	URL    string
	Secret sdk.Secret
	Tamper bool // change the body after signing
}

// Request is one delivery, signed now.
func (d Destination) Request(body []byte) *http.Request {
	opts := []webhookstest.Option{webhookstest.To(d.URL)}
	if d.Tamper {
		opts = append(opts, webhookstest.WithBodyAfterSigning(tampered(body)))
	}
	return d.Scheme.sign(d.Secret.Reveal(), body, opts...)
}

// tampered is a body with another last letter or digit.
func tampered(body []byte) []byte {
	changed := bytes.Clone(body)
	at := bytes.LastIndexFunc(body, func(c rune) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' })
	changed[max(at, 0)] ^= 1
	return changed
}
