package platform

import (
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Reference makes the reference of an attempt to get an order paid: the same platform, order and
// attempt always make the same one, and others another one. It is Vora's idempotency key too.
//
// Keep the attempt when you repeat a purchase whose outcome you do not know, or that failed for a
// passing reason; count it up for a deliberate new page, for example after the last one expired.
// (Vora integrator guide, "Idempotency".)
func Reference(platform, order string, attempt int) string {
	return vora.IdempotencyKey(platform, order, attempt)
}

// ReferenceOf is the reference of the purchase that an event is about; empty when it does not say.
// It is as authentic as the event: whoever can create sessions for a merchant chooses the
// references of that merchant's events.
func ReferenceOf(event webhooks.Event) string {
	from := event.Info().Scheme.Gateway()
	for _, g := range gateways() {
		if from != "" && g.Name() != from {
			continue
		}
		if reference := g.referenceOf(event); reference != "" { // an event that a test has made names no scheme
			return reference
		}
	}
	return ""
}

// withoutReference is the error of a purchase that names no reference: it could not be repeated,
// and its events could not be told apart.
func withoutReference(g Gateway) error {
	return &sdk.Error{
		Operation: string(g.Name()) + ".Purchase", Code: sdk.CodeValidationMissingField,
		Message: "the purchase has no reference: make one with platform.Reference (nothing was sent)",
	}
}
