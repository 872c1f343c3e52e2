package control

import (
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A VoraAccount is a merchant's account at Vora.
type VoraAccount struct {
	SecretKey      string       `json:"secretKey"`               // vp_sk_test_…; also signs webhooks v1
	PublishableKey string       `json:"publishableKey"`          // vp_pk_test_…
	SessionSecret  string       `json:"sessionSecret"`           // ss_test_…; signs return URLs
	WebhookSecret  string       `json:"webhookSecret,omitempty"` // whsec_…; signs webhooks v2
	WebhookURL     string       `json:"webhookUrl,omitempty"`    // of the account's events, on this machine; empty for none
	WebhooksV2     bool         `json:"webhooksV2,omitempty"`    // events are sent as webhooks v2 instead of v1
	RetiredKeys    []RetiredKey `json:"retiredKeys,omitempty"`
}

// A RetiredKey is a secret key that was rotated out.
type RetiredKey struct {
	SecretKey string    `json:"secretKey"`
	Until     time.Time `json:"until"` // when it stops working
}

func sampleVoraAccount(id string) VoraAccount {
	return VoraAccount{
		SecretKey: "vp_sk_test_" + id, PublishableKey: "vp_pk_test_" + id,
		SessionSecret: "ss_test_" + id, WebhookSecret: "whsec_test_" + id,
	}
}

func (a VoraAccount) credentials() []Credential {
	return []Credential{
		{sdk.GatewayVora, "Vora secret key", a.SecretKey},
		{sdk.GatewayVora, "Vora publishable key", a.PublishableKey},
		{sdk.GatewayVora, "Vora session secret", a.SessionSecret},
		{sdk.GatewayVora, "Vora webhook secret", a.WebhookSecret},
	}
}
