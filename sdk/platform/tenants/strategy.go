package tenants

import (
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// strategies are all there are, each in the file of its gateway. Nothing else of this package names
// a gateway or switches on it.
func strategies() []*strategy { return []*strategy{&atVora, &atVisionScope} }

// A strategy is all that differs between the gateways of tenants.
type strategy struct {
	gateway sdk.Gateway

	apiKey         Kind          // of the credential that authenticates calls
	kinds          map[Kind]kind // of all credentials
	namesMerchants bool          // events are found by [Tenant.MerchantID], which is needed therefore

	// client puts a client with a tenant's API key behind the interface.
	client func(d *Directory, t Tenant, apiKey string, opts []sdk.ClientOption) (platform.Gateway, error)

	// verifiers accept the events of all tenants; none when the directory lacks what they need.
	verifiers func(d *Directory, opts []webhooks.VerifierOption) []*webhooks.Verifier

	// tenantOf is the tenant whose key has signed an event.
	tenantOf func(*webhooks.EventInfo) string
}

// strategyOf is the strategy of a gateway; nil for an unknown one.
func strategyOf(gateway sdk.Gateway) *strategy {
	for _, known := range strategies() {
		if known.gateway == gateway {
			return known
		}
	}
	return nil
}

// theGateways are the names of all gateways, for errors.
func theGateways() string {
	var names []string
	for _, known := range strategies() {
		names = append(names, string(known.gateway))
	}
	return strings.Join(names, " or ")
}
