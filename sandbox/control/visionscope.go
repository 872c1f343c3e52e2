package control

import "github.com/hostedpay/hostedpay-go/sdk"

// A VisionScopeAccount is a merchant's account at VisionScope. Webhook URL and signing secret come
// with each checkout.
type VisionScopeAccount struct {
	APIKey string `json:"apiKey"` // vsk_…
}

func sampleVisionScopeAccount(id string) VisionScopeAccount {
	return VisionScopeAccount{APIKey: "vsk_live_" + id}
}

func (a VisionScopeAccount) credentials() []Credential {
	return []Credential{{sdk.GatewayVisionScope, "VisionScope API key", a.APIKey}}
}
