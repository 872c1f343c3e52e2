package webhooks

import (
	"github.com/hostedpay/hostedpay-go/internal/fastjson"
	"github.com/hostedpay/hostedpay-go/internal/test/shortcut"
)

// Schemes lists the registered schemes.
func Schemes() (names []Scheme) {
	for _, s := range schemes() {
		names = append(names, s.name)
	}
	return names
}

// DecodeVora is of all that is read of Vora's bodies.
var DecodeVora shortcut.Decode = func(body []byte) (fast, full any, ok bool) {
	f, s, d := &voraEnvelope{}, &voraEnvelope{}, fastjson.New(body)
	f.read(&d)
	f.findPayment()
	if err := fastjson.Slowly(body, s); err != nil {
		return f, err, d.Complete()
	}
	s.findPayment()
	return f, s, d.Complete()
}

// DecodeVisionScope is the same for VisionScope.
var DecodeVisionScope = shortcut.Of((*visionScopeBody).read)

// The names of the fields that the bodies have.
var (
	VoraFields        = voraEnvelopeNames
	VisionScopeFields = visionScopeNames
)
