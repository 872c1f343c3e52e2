package tenants

import (
	"fmt"
	"maps"
	"time"
	"unicode/utf8"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Tenant is a merchant of a platform. It is a plain value; what a [Directory] or a [Store]
// returns is a copy.
type Tenant struct {
	ID          string      // the platform's name for the tenant: in references and URLs, so that it never changes
	Gateway     sdk.Gateway // which takes the tenant's payments
	MerchantID  string      // Vora's, which its events name; no other tenant has it. Empty where there is none
	Credentials Credentials
	Offboarded  time.Time // since when the tenant has left; zero for one that has not
	Version     int64     // how often it was stored
}

// HasLeft reports whether the tenant was offboarded.
func (t Tenant) HasLeft() bool { return !t.Offboarded.IsZero() }

// clone shares nothing that a program could change.
func (t Tenant) clone() Tenant {
	t.Credentials = maps.Clone(t.Credentials)
	return t
}

// check rejects a tenant that could take no payment, or whose events could not find it.
func (t Tenant) check() error {
	at := strategyOf(t.Gateway)
	switch {
	case t.ID == "" || !utf8.ValidString(t.ID):
		return fmt.Errorf("tenants: a tenant needs an ID in UTF-8, and has %q", t.ID)
	case at == nil:
		return fmt.Errorf("tenants: %s has the gateway %q, and it must be %s", t.ID, t.Gateway, theGateways())
	case at.namesMerchants && t.MerchantID == "":
		return fmt.Errorf("tenants: %s has no merchant ID, by which its events are found", t.ID)
	case t.Credentials[at.apiKey].Current.IsZero():
		return fmt.Errorf("tenants: %s has no %s", t.ID, at.apiKey)
	}
	for kind, credential := range t.Credentials {
		if err := kind.check(t.ID, credential.Current); err != nil {
			return err
		}
		if err := kind.belongs(t); err != nil {
			return err
		}
	}
	return nil
}
