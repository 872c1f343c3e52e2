package tenants

import (
	"fmt"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/apikey"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Kind says what a credential is for.
type Kind string

// kind says which credentials are of a kind, and whether they sign something.
type kind struct {
	apikey.Accepted
	signs bool
}

func accepted(gateway sdk.Gateway, name, example string) apikey.Accepted {
	return apikey.Accepted{Constructor: "tenants", Gateway: gateway, Kinds: []string{name}, Example: example}
}

// known is what is known of a kind; ok is false for an unknown one.
func (k Kind) known() (known kind, ok bool) {
	for _, s := range strategies() {
		if known, ok = s.kinds[k]; ok {
			return known, true
		}
	}
	return kind{}, false
}

// check rejects a secret that is not one of the kind. The error has no part of the secret.
func (k Kind) check(tenant string, secret sdk.Secret) error {
	known, ok := k.known()
	if !ok {
		return fmt.Errorf("tenants: %s has a credential of the unknown kind %q", tenant, k)
	}
	if _, err := known.Check(secret.Reveal()); err != nil {
		return fmt.Errorf("tenants: the %s of %s: %w", k, tenant, err)
	}
	if problem := apikey.SigningProblem(secret.Reveal()); known.signs && problem != "" {
		return fmt.Errorf("tenants: the %s of %s %s", k, tenant, problem)
	}
	return nil
}

// belongs rejects a kind that a tenant's gateway does not have: nobody would use the credential.
func (k Kind) belongs(t Tenant) error {
	known, ok := k.known()
	switch {
	case !ok:
		return fmt.Errorf("tenants: %s has no credential of the unknown kind %q", t.ID, k)
	case known.Gateway != t.Gateway:
		return fmt.Errorf("tenants: %s is at %s, which has no %s", t.ID, t.Gateway, k)
	}
	return nil
}

// Credentials are a tenant's, by kind.
type Credentials map[Kind]Credential

// A Credential is a secret of a gateway, and the one that it has replaced.
type Credential struct {
	Current  sdk.Secret
	Previous sdk.Secret // empty when there is none
	Until    time.Time  // until when the previous one is accepted
}

// Grace is for how long both credentials are accepted after a rotation: 24 hours, as at the
// gateway.
const Grace = contract.VoraKeyGrace

// Valid are the secrets that are accepted at a time, the current one first.
func (c Credential) Valid(now time.Time) (valid []sdk.Secret) {
	if !c.Current.IsZero() {
		valid = append(valid, c.Current)
	}
	if !c.Previous.IsZero() && now.Before(c.Until) {
		valid = append(valid, c.Previous)
	}
	return valid
}

// rotated is the credential with another current secret. The one of a tenant that goes live is not
// accepted any more: whoever pays with a test card would be shipped to.
func (c Credential) rotated(next sdk.Secret, now time.Time) Credential {
	if c.Current.IsZero() || modeOf(c.Current) == sdk.ModeTest && modeOf(next) == sdk.ModeLive {
		return Credential{Current: next}
	}
	return Credential{Current: next, Previous: c.Current, Until: now.Add(Grace)}
}

// modeOf is what a secret's prefix says; empty when that says nothing.
func modeOf(secret sdk.Secret) sdk.Mode {
	known, _, _ := apikey.Identify(secret.Reveal())
	return sdk.Mode(known.Mode)
}
