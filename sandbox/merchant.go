package sandbox

// A Merchant is an account at both gateways. Its keys are made up and work nowhere else.
type Merchant struct {
	ID   string `json:"id"`
	Name string `json:"name"`

	// Vora.
	SecretKey      string `json:"secretKey"`      // vp_sk_test_…; also signs webhooks v1
	PublishableKey string `json:"publishableKey"` // vp_pk_test_…
	SessionSecret  string `json:"sessionSecret"`  // ss_test_…; signs return URLs
	WebhookSecret  string `json:"webhookSecret"`  // whsec_…; signs webhooks v2

	// VisionScope.
	APIKey string `json:"apiKey"` // vsk_…
}

// The sample merchants.
var (
	Acme       = sample("acme_vitamins", "Acme Vitamins")
	Brightline = sample("brightline_saas", "Brightline SaaS")
	Cobalt     = sample("cobalt_coaching", "Cobalt Coaching")
)

func sample(id, name string) Merchant {
	return Merchant{
		ID:             "mer_" + id,
		Name:           name,
		SecretKey:      "vp_sk_test_" + id,
		PublishableKey: "vp_pk_test_" + id,
		SessionSecret:  "ss_test_" + id,
		WebhookSecret:  "whsec_test_" + id,
		APIKey:         "vsk_live_" + id,
	}
}
