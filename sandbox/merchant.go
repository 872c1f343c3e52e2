package sandbox

import (
	"fmt"

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

// Merchants lists the merchants with the keys that they have now.
func (s *Sandbox) Merchants() []control.Merchant { return s.ledger.Merchants() }

// wrap says that an error is the sandbox's.
func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("sandbox: %w", err)
}
