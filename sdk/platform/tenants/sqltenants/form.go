package sqltenants

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/versioned"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
)

// A form is a tenant as it is stored: JSON, with credentials that are sealed.
type form struct {
	Form        int                         `json:"form"`
	ID          string                      `json:"id"`
	Gateway     sdk.Gateway                 `json:"gateway"`
	MerchantID  string                      `json:"merchant_id,omitempty"`
	Credentials map[tenants.Kind]credential `json:"credentials,omitempty"`
	Offboarded  time.Time                   `json:"offboarded,omitzero"`
	Version     int64                       `json:"version"`
}

const firstForm = 1

type credential struct {
	Current  []byte    `json:"current"`
	Previous []byte    `json:"previous,omitempty"`
	Until    time.Time `json:"until,omitzero"`
}

func (s *Store) encode(t tenants.Tenant) ([]byte, error) {
	f := form{firstForm, t.ID, t.Gateway, t.MerchantID, map[tenants.Kind]credential{}, t.Offboarded, t.Version}
	for kind, c := range t.Credentials {
		current, err := s.seal(t.ID, kind, c.Current)
		if err != nil {
			return nil, err
		}
		previous, err := s.seal(t.ID, kind, c.Previous)
		if err != nil {
			return nil, err
		}
		f.Credentials[kind] = credential{current, previous, c.Until}
	}
	return json.Marshal(f)
}

func (s *Store) seal(tenant string, kind tenants.Kind, secret sdk.Secret) ([]byte, error) {
	if secret.IsZero() {
		return nil, nil
	}
	sealed, err := s.cipher.Seal(secret, credentialOf(tenant, kind))
	if err != nil {
		return nil, fmt.Errorf("sqltenants: seal the %s of %s: %w", kind, tenant, err)
	}
	return sealed, nil
}

func read(stored []byte) (f form, err error) {
	if err := json.Unmarshal(stored, &f); err != nil {
		return form{}, fmt.Errorf("sqltenants: what is stored is not a tenant: %w", err)
	}
	if f.Form != firstForm {
		return form{}, fmt.Errorf("sqltenants: the tenant has form %d and this SDK reads form %d: upgrade this program", f.Form, firstForm)
	}
	return f, nil
}

func (s *Store) decode(stored []byte) (tenants.Tenant, error) {
	f, err := read(stored)
	if err != nil {
		return tenants.Tenant{}, err
	}
	t := tenants.Tenant{
		ID: f.ID, Gateway: f.Gateway, MerchantID: f.MerchantID, Credentials: tenants.Credentials{}, Offboarded: f.Offboarded, Version: f.Version,
	}
	for kind, c := range f.Credentials {
		current, err := s.open(t.ID, kind, c.Current)
		if err != nil {
			return tenants.Tenant{}, err
		}
		previous, err := s.open(t.ID, kind, c.Previous)
		if err != nil {
			return tenants.Tenant{}, err
		}
		t.Credentials[kind] = tenants.Credential{Current: current, Previous: previous, Until: c.Until}
	}
	return t, nil
}

func (s *Store) open(tenant string, kind tenants.Kind, sealed []byte) (sdk.Secret, error) {
	if len(sealed) == 0 {
		return sdk.Secret{}, nil
	}
	secret, err := s.cipher.Open(sealed, credentialOf(tenant, kind))
	if err != nil {
		return sdk.Secret{}, fmt.Errorf("sqltenants: the %s of %s: %w", kind, tenant, err)
	}
	return secret, nil
}

// credentialOf is the context that a credential is sealed with.
func credentialOf(tenant string, kind tenants.Kind) string {
	return "credential " + versioned.Names(tenant, string(kind))
}
