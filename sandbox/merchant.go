package sandbox

// A Merchant is an account at both gateways. Its keys are made up and work nowhere else.
type Merchant struct {
	ID   string
	Name string

	// Vora.
	SecretKey      string // vp_sk_test_…; also signs webhooks
	PublishableKey string // vp_pk_test_…
	SessionSecret  string // ss_test_…; signs return URLs

	// VisionScope.
	APIKey string // vsk_…
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
		APIKey:         "vsk_live_" + id,
	}
}
