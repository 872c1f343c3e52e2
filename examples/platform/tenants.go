package main

import (
	"github.com/hostedpay/hostedpay-go/examples/platform/internal/crm"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// samples are the sandbox's merchants as tenants, with the credentials that they have when a
// sandbox begins.
func samples() []crm.Tenant {
	return []crm.Tenant{
		sample("acme", sandbox.Acme), sample("brightline", sandbox.Brightline), sample("cobalt", sandbox.Cobalt),
	}
}

func sample(id string, m control.Merchant) crm.Tenant {
	return crm.Tenant{
		ID: id, Name: m.Name, MerchantID: m.ID,
		VoraKey: sdk.NewSecret(m.Vora.SecretKey), VoraSessionSecret: sdk.NewSecret(m.Vora.SessionSecret),
		VisionScopeKey: sdk.NewSecret(m.VisionScope.APIKey),
	}
}
