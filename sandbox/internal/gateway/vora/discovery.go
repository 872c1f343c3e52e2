package vora

import (
	"net/http"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// GetHealth says that the sandbox is up.
func (o operations) GetHealth(w http.ResponseWriter, _ *http.Request, _ gen.GetHealthParams) {
	o.write(w, http.StatusOK, gen.Health{Status: gen.HealthStatusOk, Version: contract.VoraVersion})
}

// GetHealthAtAPI says so at the other documents' path.
func (o operations) GetHealthAtAPI(w http.ResponseWriter, r *http.Request, _ gen.GetHealthAtAPIParams) {
	o.GetHealth(w, r, gen.GetHealthParams{})
}

// GetDiscovery describes the sandbox.
func (o operations) GetDiscovery(w http.ResponseWriter, _ *http.Request, _ gen.GetDiscoveryParams) {
	version, docs := contract.VoraVersion, "https://docs.vonpay.com"
	capabilities := []string{"hosted_checkout", "dry_run", "webhooks_v1"}
	var currencies []string
	for _, c := range money.Currencies() {
		currencies = append(currencies, string(c))
	}
	o.write(w, http.StatusOK, gen.Discovery{
		APIVersion: &version, Docs: &docs, Capabilities: &capabilities, Currencies: &currencies,
		Endpoints: &map[string]any{"createSession": "/v1/sessions", "getSession": "/v1/sessions/{sessionId}", "health": "/v1/health"},
	})
}

// GetDiscoveryAtWellKnown describes it at the other documents' path.
func (o operations) GetDiscoveryAtWellKnown(w http.ResponseWriter, r *http.Request, _ gen.GetDiscoveryAtWellKnownParams) {
	o.GetDiscovery(w, r, gen.GetDiscoveryParams{})
}
