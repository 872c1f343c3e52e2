package webhooks

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Scheme is a way to sign deliveries. A key belongs to the scheme of the receiver that it is given to, so that a
// signature of one scheme never satisfies another.
type Scheme string

// The schemes.
const (
	SchemeVisionScope Scheme = "visionscope" // X-Signature over the body, keyed by the checkout's webhook secret
	SchemeVoraV1      Scheme = "vora-v1"     // X-VonPay-Signature over the body, keyed by the merchant's API key
	SchemeVoraV2      Scheme = "vora-v2"     // x-vonpay-signature over time and body, keyed by a whsec_ secret
)

// A Key is a secret that may have signed a delivery.
type Key struct {
	Secret     sdk.Secret
	Name       string    // for logs: "current", "rotated out 2026-04-20"
	MerchantID string    // whose it is; when set, an event of another merchant is refused
	NotAfter   time.Time // when it stops counting; zero for never
}

// A Hint is what the body of a delivery claims before anything was verified. It is good for finding keys, and for
// nothing else.
type Hint struct {
	Scheme     Scheme
	SessionID  string
	MerchantID string
}

// A KeySource finds the keys that may have signed a delivery: all that are valid, old and new, during a rotation.
//
// It returns [ErrUnknownOwner] for a session or merchant that it does not know, [ErrOffboarded] for a merchant that has
// left and whose events shall be acknowledged and dropped, and any other error when it cannot tell. Safe for concurrent
// use.
type KeySource interface {
	Keys(ctx context.Context, hint Hint) ([]Key, error)
}

// A KeyFunc is a function that finds keys, for example in a database.
type KeyFunc func(ctx context.Context, hint Hint) ([]Key, error)

// Keys calls the function.
func (f KeyFunc) Keys(ctx context.Context, hint Hint) ([]Key, error) { return f(ctx, hint) }

var (
	// ErrUnknownOwner is the answer of a KeySource that does not know the session or merchant. The delivery is refused
	// exactly like one with a wrong signature, so that nobody can find out who is a customer.
	ErrUnknownOwner = errors.New("webhooks: no such session or merchant")

	// ErrOffboarded is the answer of a KeySource about a merchant that has left. The delivery is acknowledged and dropped.
	ErrOffboarded = errors.New("webhooks: the merchant has left")
)

type staticKeys []Key

func (k staticKeys) Keys(context.Context, Hint) ([]Key, error) { return k, nil }

// StaticKeys always finds the same keys. It refuses an empty list and an empty secret, which would verify forgeries.
func StaticKeys(keys ...Key) (KeySource, error) {
	if len(keys) == 0 {
		return nil, errors.New("webhooks: no keys were given: nothing could be verified")
	}
	for i, k := range keys {
		if k.Secret.IsZero() {
			return nil, fmt.Errorf("webhooks: key %d (%q) has an empty secret: is its environment variable set?", i, k.Name)
		}
	}
	return staticKeys(append([]Key(nil), keys...)), nil
}
