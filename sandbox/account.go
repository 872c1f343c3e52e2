package sandbox

import (
	"fmt"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// An account is a merchant as it is now: keys can be rotated and addresses registered. Guarded by Sandbox.mu.
type account struct {
	Merchant
	webhookURL string
	webhookV2  string // the subscription's secret; empty for webhooks v1
	retired    []retiredKey
}

// A retiredKey is a secret key that was rotated out and is valid until its grace ends.
type retiredKey struct {
	key   string
	until time.Time
}

func (s *Sandbox) accountOf(merchantID string) (*account, error) {
	i := slices.IndexFunc(s.accounts, func(a *account) bool { return a.ID == merchantID })
	if i < 0 {
		return nil, fmt.Errorf("sandbox: there is no merchant %q", merchantID)
	}
	return s.accounts[i], nil
}

// Merchants lists the merchants with the keys that they have now.
func (s *Sandbox) Merchants() []Merchant {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Merchant
	for _, a := range s.accounts {
		out = append(out, a.Merchant)
	}
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
	a.retired = []retiredKey{{a.SecretKey, s.clock.Now().Add(contract.VoraKeyGrace)}}
	a.SecretKey = keyPrefix + s.ids.key()
	s.changed()
	return a.SecretKey, nil
}

// RevokeKeys ends a merchant's old keys at once.
func (s *Sandbox) RevokeKeys(merchantID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.accountOf(merchantID)
	if err == nil {
		a.retired = nil
		s.changed()
	}
	return err
}

// SetWebhookURL registers where a merchant's Vora events go; empty for nowhere.
func (s *Sandbox) SetWebhookURL(merchantID, address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.accountOf(merchantID)
	if err == nil {
		a.webhookURL = address
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

// secretKey tells whose a secret key is, and whether it still counts.
func (s *Sandbox) secretKey(key string) (Merchant, keyState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	for _, a := range s.accounts {
		if a.SecretKey == key {
			return a.Merchant, keyActive
		}
		for _, r := range a.retired {
			switch {
			case r.key == key && now.Before(r.until):
				return a.Merchant, keyActive
			case r.key == key:
				return a.Merchant, keyExpired
			}
		}
	}
	return Merchant{}, keyUnknown
}

// merchantBy finds a merchant by a credential that cannot be rotated.
func (s *Sandbox) merchantBy(matches func(Merchant) bool) (Merchant, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		if matches(a.Merchant) {
			return a.Merchant, true
		}
	}
	return Merchant{}, false
}
