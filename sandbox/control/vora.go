package control

import (
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A VoraAccount is a merchant's account at Vora.
type VoraAccount struct {
	// SecretKey, vp_sk_test_…, also signs webhooks v1.
	SecretKey string `json:"secretKey"`
	// PublishableKey is vp_pk_test_….
	PublishableKey string `json:"publishableKey"`
	// SessionSecret, ss_test_…, signs return URLs.
	SessionSecret string `json:"sessionSecret"`
	// WebhookSecret, whsec_…, signs webhooks v2.
	WebhookSecret string `json:"webhookSecret,omitempty"`
	// WebhookURL is where the account's events go, on this machine; empty for nowhere.
	WebhookURL string `json:"webhookUrl,omitempty"`
	// DivertedURLs are where events go again when diversions end: the registered URL first.
	DivertedURLs []string `json:"divertedUrls,omitempty"`
	// WebhooksV2 sends events as webhooks v2 instead of v1.
	WebhooksV2 bool `json:"webhooksV2,omitempty"`
	// FlatWebhooksV2 gives webhooks v2 the bodies of v1.
	FlatWebhooksV2 bool         `json:"flatWebhooksV2,omitempty"`
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
