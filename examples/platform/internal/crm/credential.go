package crm

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A credentialKind is what a tenant's key or secret is for.
type credentialKind string

const (
	voraKey        credentialKind = "vora-secret-key"     // calls Vora, and signs its webhooks
	voraSession    credentialKind = "vora-session-secret" // signs the return URLs of buyers
	visionScopeKey credentialKind = "visionscope-api-key" // calls VisionScope
)

// credentialKinds are all kinds, as the page lists them.
var credentialKinds = []credentialKind{voraKey, voraSession, visionScopeKey}

// Title is its name for people.
func (k credentialKind) Title() string {
	return map[credentialKind]string{
		voraKey: "Vora secret key", voraSession: "Vora session secret", visionScopeKey: "VisionScope API key",
	}[k]
}

// check rejects what cannot be such a credential, in words that do not repeat it.
func (k credentialKind) check(secret string, options []sdk.ClientOption) (err error) {
	switch k {
	case voraKey:
		_, err = vora.New(secret, options...)
	case visionScopeKey:
		_, err = visionscope.New(secret, options...)
	case voraSession:
		if len(secret) < 10 || secret[:3] != "ss_" {
			err = errors.New("a session secret begins with ss_")
		}
	default:
		err = fmt.Errorf("there is no credential %q", k)
	}
	return err
}

// grace is for how long a rotated credential is accepted beside the new one. (Vora, "API keys".)
const grace = 24 * time.Hour

// A credential is stored sealed.
type credential struct {
	Kind   credentialKind `json:"kind"`
	Sealed []byte         `json:"sealed"`
	Since  time.Time      `json:"since"`
	Until  time.Time      `json:"until,omitzero"` // when it ends; zero for the current one
}

// sealed makes a credential of a tenant.
func sealed(cipher platform.Cipher, tenant string, kind credentialKind, secret sdk.Secret, since time.Time) (credential, error) {
	hidden, err := cipher.Seal(secret, tenant+" "+string(kind))
	return credential{Kind: kind, Sealed: hidden, Since: since}, err
}

func (c credential) open(cipher platform.Cipher, tenant string) (sdk.Secret, error) {
	return cipher.Open(c.Sealed, tenant+" "+string(c.Kind))
}

// Current reports whether it is the one to use.
func (c credential) Current() bool { return c.Until.IsZero() }

// credentials of a tenant, the current ones first.
type credentials []credential

// valid are those of a kind that are accepted.
func (c credentials) valid(kind credentialKind, now time.Time) credentials {
	return slices.DeleteFunc(slices.Clone(c), func(c credential) bool {
		return c.Kind != kind || !c.Current() && !now.Before(c.Until)
	})
}

// rotated are the credentials with a new one: the current one of its kind is accepted for the grace
// that its gateway gives, and what it had replaced no longer.
func (c credentials) rotated(next credential, now time.Time) credentials {
	all := credentials{next}
	for _, old := range c {
		switch {
		case old.Kind != next.Kind:
			all = append(all, old)
		case old.Current():
			old.Until = now.Add(grace)
			all = append(all, old)
		}
	}
	return all
}
