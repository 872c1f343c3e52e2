package sandbox

import (
	"fmt"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
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

// RotateKey gives a merchant a new Vora secret key. The old one is valid for another 24 hours; rotating again ends the
// oldest at once. Webhooks are signed with the new key from now on. (Vora, "API keys".)
func (s *Sandbox) RotateKey(merchantID string) (newKey string, err error) {
	newKey, err = s.accounts().RotateKey(merchantID)
	return newKey, wrap(err)
}

// RevokeKeys ends a merchant's old keys at once.
func (s *Sandbox) RevokeKeys(merchantID string) error {
	return wrap(s.accounts().RevokeKeys(merchantID))
}

// SetWebhookURL registers where a merchant's Vora events go, on this machine; empty for nowhere.
func (s *Sandbox) SetWebhookURL(merchantID, address string) error {
	return wrap(s.accounts().SetWebhookURL(merchantID, address))
}

// accounts is the gateway at which merchants have rotating keys and a webhook URL.
func (s *Sandbox) accounts() gateway.AccountHolder {
	for _, g := range s.gateways {
		if a, ok := g.(gateway.AccountHolder); ok {
			return a
		}
	}
	return nil
}

// wrap says that an error is the sandbox's.
func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("sandbox: %w", err)
}
