package sandbox

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// An account is a merchant as it is now: keys can be rotated and webhook URLs registered. What changes, the secret key
// and what follows it, is guarded by Sandbox.mu.
type account struct{ control.Merchant }

func (s *Sandbox) accountOf(merchantID string) (*account, error) {
	i := slices.IndexFunc(s.accounts, func(a *account) bool { return a.ID == merchantID })
	if i < 0 {
		there := each(s.accounts, func(a *account) string { return a.ID })
		return nil, fmt.Errorf("sandbox: there is no merchant %q; there are %s", merchantID, strings.Join(there, ", "))
	}
	return s.accounts[i], nil
}

// Merchants lists the merchants with the keys that they have now.
func (s *Sandbox) Merchants() []control.Merchant {
	s.mu.Lock()
	defer s.mu.Unlock()
	return each(s.accounts, (*account).copy)
}

func (a *account) copy() control.Merchant {
	out := a.Merchant
	out.Vora.RetiredKeys = slices.Clone(a.Vora.RetiredKeys)
	return out
}

// RotateKey gives a merchant a new Vora secret key. The old one is valid for another 24 hours; rotating again ends the
// oldest at once. Webhooks are signed with the new key from now on. (Vora, "API keys".)
func (s *Sandbox) RotateKey(merchantID string) (newKey string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.accountOf(merchantID)
	if err != nil {
		return "", err
	}
	a.Vora.RetiredKeys = []control.RetiredKey{{SecretKey: a.Vora.SecretKey, Until: s.clock.Now().UTC().Add(contract.VoraKeyGrace)}}
	a.Vora.SecretKey = keyPrefix + s.ids.key()
	s.changed()
	return a.Vora.SecretKey, nil
}

// RevokeKeys ends a merchant's old keys at once.
func (s *Sandbox) RevokeKeys(merchantID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.accountOf(merchantID)
	if err == nil {
		a.Vora.RetiredKeys = nil
		s.changed()
	}
	return err
}

// SetWebhookURL registers where a merchant's Vora events go, on this machine; empty for nowhere.
func (s *Sandbox) SetWebhookURL(merchantID, address string) error {
	if problem := undeliverable(address); problem != "" && address != "" {
		return fmt.Errorf("sandbox: %q cannot be registered: %s", address, problem)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.accountOf(merchantID)
	if err == nil {
		a.Vora.WebhookURL = address
		s.changed()
	}
	return err
}

// A keyState is what a Vora secret key is good for.
type keyState int

const (
	keyUnknown keyState = iota
	keyActive
	keyExpired
)

// secretKey tells whose a secret key is, and whether it still counts. Called with Sandbox.mu held.
func (s *Sandbox) secretKey(key string) (*account, keyState) {
	now := s.clock.Now()
	for _, a := range s.accounts {
		if a.Vora.SecretKey == key {
			return a, keyActive
		}
		for _, r := range a.Vora.RetiredKeys {
			switch {
			case r.SecretKey == key && now.Before(r.Until):
				return a, keyActive
			case r.SecretKey == key:
				return a, keyExpired
			}
		}
	}
	return nil, keyUnknown
}

// senderOf is the id of the merchant whose key came with a request, of whatever gateway and however old. Called with Sandbox.mu
// held.
func (s *Sandbox) senderOf(r *http.Request) string {
	key := cmp.Or(bearer(r), r.Header.Get("X-API-Key"))
	if key == "" {
		return ""
	}
	a, state := s.secretKey(key)
	if state == keyUnknown {
		a = s.accountBy(func(m *control.Merchant) bool { return m.Vora.PublishableKey == key || m.VisionScope.APIKey == key })
	}
	if a == nil {
		return ""
	}
	return a.ID
}

// accountBy finds an account by a credential that cannot be rotated; nil when it is nobody's.
func (s *Sandbox) accountBy(matches func(*control.Merchant) bool) *account {
	for _, a := range s.accounts {
		if matches(&a.Merchant) {
			return a
		}
	}
	return nil
}
