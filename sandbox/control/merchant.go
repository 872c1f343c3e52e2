package control

import (
	"slices"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Merchant has an account at every gateway. Its keys are made up and work nowhere else.
type Merchant struct {
	ID          string             `json:"id"`
	Name        string             `json:"name"`
	Vora        VoraAccount        `json:"vora"`
	VisionScope VisionScopeAccount `json:"visionscope"`
}

// A Credential is one of a merchant's keys and secrets, with the name to show beside it.
type Credential struct {
	Gateway sdk.Gateway
	Label   string // "Vora secret key"
	Value   string
}

// Credentials lists the keys and secrets that the merchant has now, gateway by gateway.
func (m Merchant) Credentials() []Credential {
	all := slices.Concat(m.Vora.credentials(), m.VisionScope.credentials())
	return slices.DeleteFunc(all, func(c Credential) bool { return c.Value == "" })
}

// WebhookParams is the body of POST merchants/{id}/webhook.
type WebhookParams struct {
	URL string `json:"url"` // on this machine; empty for none
}

// A RotatedKey is the response to POST merchants/{id}/rotate.
type RotatedKey struct {
	SecretKey string `json:"secretKey"`
}
