package webhooks

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/signature"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Scheme is a way to sign deliveries. A signature of one scheme never satisfies another.
type Scheme string

// The schemes.
const (
	SchemeVisionScope Scheme = "visionscope" // X-Signature over the body, keyed by the checkout's webhook secret
	SchemeVoraV1      Scheme = "vora-v1"     // X-VonPay-Signature over the body, keyed by the merchant's API key
	SchemeVoraV2      Scheme = "vora-v2"     // x-vonpay-signature over time and body, keyed by a whsec_ secret
)

// A SigningKey is a secret that may have signed a delivery.
type SigningKey struct {
	Secret     sdk.Secret
	Name       string    // for logs: "current", "rotated out 2026-04-20"
	Scheme     Scheme    // the only scheme that it is good for; when empty, whatever its prefix says (vp_sk_, whsec_)
	Mode       sdk.Mode  // when set, an event of the other mode is refused; when empty, the prefix's (vp_sk_test_)
	MerchantID string    // whose it is; when set, an event of another merchant is refused
	NotAfter   time.Time // when it stops counting; zero for never
}

// A KeyHint is what the body of a delivery claims before anything was verified. It is good for finding keys, and for
// nothing else.
type KeyHint struct {
	Scheme     Scheme
	SessionID  string
	MerchantID string
}

// A KeySource finds the keys that may have signed a delivery: all that are valid, old and new, during a rotation.
//
// It returns [ErrUnknownMerchant] for a session or merchant that it does not know, [ErrOffboarded] for a merchant that has
// left and whose events shall be acknowledged and dropped, and any other error when it cannot tell. Safe for concurrent
// use.
type KeySource interface {
	Keys(ctx context.Context, hint KeyHint) ([]SigningKey, error)
}

// A KeySourceFunc is a function that finds keys, for example in a database.
type KeySourceFunc func(ctx context.Context, hint KeyHint) ([]SigningKey, error)

// Keys calls the function.
func (f KeySourceFunc) Keys(ctx context.Context, hint KeyHint) ([]SigningKey, error) {
	return f(ctx, hint)
}

var (
	// ErrUnknownMerchant is the answer of a KeySource that does not know the session or merchant. The delivery is refused
	// exactly like one with a wrong signature, so that nobody can find out who is a customer.
	ErrUnknownMerchant = errors.New("webhooks: no such session or merchant")

	// ErrOffboarded is the answer of a KeySource about a merchant that has left. The delivery is acknowledged and dropped.
	ErrOffboarded = errors.New("webhooks: the merchant has left")
)

// StaticKeys always finds the same keys. It refuses an empty list and an empty secret, which would verify forgeries.
func StaticKeys(keys ...SigningKey) (KeySource, error) {
	if len(keys) == 0 {
		return nil, errors.New("webhooks: no keys were given: nothing could be verified")
	}
	for i, k := range keys {
		if k.Secret.IsZero() {
			return nil, fmt.Errorf("webhooks: key %d (%q) has an empty secret: is its environment variable set?", i, k.Name)
		}
	}
	static := staticKeys(candidates(keys))
	for i := range static {
		static[i].mac = signature.NewKey(static[i].Secret.Reveal())
	}
	return static, nil
}

type staticKeys []candidate

func (s staticKeys) Keys(context.Context, KeyHint) ([]SigningKey, error) {
	keys := make([]SigningKey, len(s))
	for i := range s {
		keys[i] = s[i].SigningKey
	}
	return keys, nil
}

// A candidate is a key and what is known about it.
type candidate struct {
	SigningKey
	kin Scheme         // what its prefix says that it is for
	mac *signature.Key // nil for a key that is used once
}

// noScheme is the kin of credentials that sign no deliveries at all.
const noScheme Scheme = "none"

func candidates(keys []SigningKey) []candidate {
	list := make([]candidate, len(keys))
	for i, k := range keys {
		kin, mode := kinOf(k.Secret.Reveal())
		if k.Mode == "" {
			k.Mode = mode
		}
		list[i] = candidate{SigningKey: k, kin: kin}
	}
	return list
}

// kinOf reads a secret's prefix.
func kinOf(secret string) (Scheme, sdk.Mode) {
	for _, known := range contract.VoraAPIKeys() {
		if !strings.HasPrefix(secret, known.Prefix) {
			continue
		}
		switch known.Kind {
		case "secret":
			return SchemeVoraV1, sdk.Mode(known.Mode)
		case "webhook_secret":
			return SchemeVoraV2, sdk.Mode(known.Mode)
		}
		return noScheme, sdk.Mode(known.Mode)
	}
	for _, known := range contract.VisionScopeAPIKeys() {
		if strings.HasPrefix(secret, known.Prefix) {
			return noScheme, sdk.Mode(known.Mode)
		}
	}
	return "", ""
}

// suits tells whether the key is meant for a scheme. VisionScope's secrets are the merchant's own texts, whose beginning
// says nothing.
func (c *candidate) suits(scheme Scheme) bool {
	switch {
	case c.Scheme != "":
		return c.Scheme == scheme
	case c.kin == "" || scheme == SchemeVisionScope:
		return true
	}
	return c.kin == scheme
}

func (c *candidate) expired(now time.Time) bool { return !c.NotAfter.IsZero() && now.After(c.NotAfter) }

// hasSigned tells whether one of a delivery's signatures is this key's.
func (c *candidate) hasSigned(s *signed, body []byte) bool {
	if c.mac != nil {
		return c.mac.Signed(s.macs[:s.count], body, s.before[:]...)
	}
	return signature.SignedOnce(c.Secret.Reveal(), s.macs[:s.count], body, s.before[:]...)
}
