package tenants

import (
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Verifier accepts the events of all tenants and both gateways, so that one handler of package
// webhooks serves them at one address. [Of] says whose event it is. Without [WithRoutes] it accepts
// Vora's only.
//
// A merchant whom nobody knows looks like one with a wrong signature. A delivery costs a look-up in
// the store when its tenant was not in the cache, or is older than [WithMaxAge]; merchants that the
// store does not know are looked up 100 times a second, after a burst of 1,000.
func (d *Directory) Verifier(opts ...webhooks.VerifierOption) *webhooks.Verifier {
	var verifiers []*webhooks.Verifier
	for _, known := range strategies() {
		verifiers = append(verifiers, known.verifiers(d, opts)...)
	}
	return webhooks.Any(verifiers...)
}

// Of is the tenant of an event that a [Directory.Verifier] has verified: the one whose key has
// signed it.
func Of(event webhooks.Event) string {
	info := event.Info()
	if at := strategyOf(info.Scheme.Gateway()); at != nil {
		return at.tenantOf(info)
	}
	return info.Reference
}
