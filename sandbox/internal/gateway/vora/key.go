package vora

import (
	"net/http"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// A keyKind is what an API key is good for.
type keyKind int

const (
	keyUnknown keyKind = iota
	keySecret
	keyExpired // a secret key whose grace after a rotation is over
	keyPublishable
)

// lookUp finds the merchant of an API key, and what the key is good for.
func (g *Gateway) lookUp(key string) (m control.Merchant, kind keyKind) {
	now := g.Executor.Now()
	m, _ = g.Ledger.FindMerchant(func(m *control.Merchant) bool {
		switch key {
		case m.Vora.SecretKey:
			kind = keySecret
		case m.Vora.PublishableKey:
			kind = keyPublishable
		}
		for _, retired := range m.Vora.RetiredKeys {
			switch {
			case retired.SecretKey != key:
			case now.Before(retired.Until):
				kind = keySecret
			default:
				kind = keyExpired
			}
		}
		return kind != keyUnknown
	})
	return m, kind
}

// MerchantOf is the ID of the merchant whose API key came with a request.
func (g *Gateway) MerchantOf(r *http.Request) string {
	key := bearer(r)
	if key == "" {
		return ""
	}
	m, _ := g.lookUp(key)
	return m.ID
}

// RotateKey gives a merchant a new secret key. The old one is valid for another 24 hours; rotating
// again ends the oldest at once. (Vora, "API keys".)
func (g *Gateway) RotateKey(merchantID string) (newKey string, err error) {
	newKey = KeyPrefix + g.ids.key.Base32(26)
	until := g.Executor.Now().UTC().Add(contract.VoraKeyGrace)
	err = g.Ledger.UpdateMerchant(merchantID, func(m *control.Merchant) {
		m.Vora.RetiredKeys = []control.RetiredKey{{SecretKey: m.Vora.SecretKey, Until: until}}
		m.Vora.SecretKey = newKey
	})
	if err != nil {
		return "", err
	}
	return newKey, nil
}

// RevokeKeys ends a merchant's retired keys at once.
func (g *Gateway) RevokeKeys(merchantID string) error {
	return g.Ledger.UpdateMerchant(merchantID, func(m *control.Merchant) { m.Vora.RetiredKeys = nil })
}
