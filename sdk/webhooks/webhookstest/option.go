package webhookstest

import "time"

// An Option changes a delivery.
type Option func(*delivery)

// To sets the delivery's address. The default is https://merchant.example.com/webhooks.
func To(url string) Option { return func(d *delivery) { d.url = url } }

// At sets when the delivery was signed. The default is now. Only Vora's webhooks v2 sign the time;
// the others send it.
func At(t time.Time) Option { return func(d *delivery) { d.at = t } }

// WithBodyAfterSigning sends another body than the one that was signed.
func WithBodyAfterSigning(body []byte) Option { return func(d *delivery) { d.sent = body } }

// WithoutSignature leaves the signature's header out.
func WithoutSignature() Option { return func(d *delivery) { d.unsigned = true } }

// WithUpperHex writes signatures in upper case.
func WithUpperHex() Option { return func(d *delivery) { d.upper = true } }

// WithSecondSignature adds the signature of another secret, as Vora's webhooks v2 do while a secret
// is being replaced. Given twice, there are three signatures, which is more than the gateway ever
// sends.
func WithSecondSignature(secret string) Option {
	return func(d *delivery) { d.others = append(d.others, secret) }
}

// WithHeader makes a header have these values and no others, after everything else: none removes
// the header, two make it come twice.
func WithHeader(name string, values ...string) Option {
	return func(d *delivery) { d.headers = append(d.headers, header{name, values}) }
}
