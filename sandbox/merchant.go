package sandbox

import (
	"fmt"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// The sample merchants.
var (
	Acme       = control.SampleMerchant("acme_vitamins", "Acme Vitamins")
	Brightline = control.SampleMerchant("brightline_saas", "Brightline SaaS")
	Cobalt     = control.SampleMerchant("cobalt_coaching", "Cobalt Coaching")
)

// Merchants lists the merchants with the keys that they have now.
func (s *Sandbox) Merchants() []control.Merchant { return s.ledger.Merchants() }

// wrap says that an error is the sandbox's.
func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("sandbox: %w", err)
}
