package sandbox

import (
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// The sample merchants.
var (
	Acme       = sample("acme_vitamins", "Acme Vitamins")
	Brightline = sample("brightline_saas", "Brightline SaaS")
	Cobalt     = sample("cobalt_coaching", "Cobalt Coaching")
)

func sample(id, name string) control.Merchant {
	return control.Merchant{
		ID:   "mer_" + id,
		Name: name,
		Vora: control.VoraAccount{
			SecretKey:      "vp_sk_test_" + id,
			PublishableKey: "vp_pk_test_" + id,
			SessionSecret:  "ss_test_" + id,
			WebhookSecret:  "whsec_test_" + id,
		},
		VisionScope: control.VisionScopeAccount{APIKey: "vsk_live_" + id},
	}
}
