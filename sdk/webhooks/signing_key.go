package webhooks

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/apikey"
	"github.com/hostedpay/hostedpay-go/internal/signature"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A SigningKey is a secret that may have signed a delivery: a merchant's API key, a subscription's
// signing secret or a checkout's webhook secret, depending on the scheme.
type SigningKey struct {
	Secret     sdk.Secret
	Name       string    // for logs: "current", "rotated out 2026-04-20"
	Scheme     Scheme    // the only scheme that it is good for; when empty, whatever its prefix says (vp_sk_, whsec_)
	Mode       sdk.Mode  // when set, an event of the other mode is rejected; when empty, the prefix's (vp_sk_test_)
	MerchantID string    // whose it is; when set, an event of another merchant is rejected
	Reference  string    // what it belongs to, such as the number of an order; events that it signed carry it
	NotAfter   time.Time // when it expires; zero for never
}

// A KeyHint is what a delivery claims before anything was verified. It is good for finding signing
// keys, and for nothing else.
type KeyHint struct {
	Scheme     Scheme
	SessionID  string
	MerchantID string

	// Path and RawQuery are of the URL that a [Handler] got the delivery at, both as they were
	// sent: "/webhooks/visionscope" and "order=789012". [Verifier.Verify] knows no URL.
	Path     string
	RawQuery string
}

// Query is the URL's query, without what cannot be read of it.
func (h KeyHint) Query() url.Values {
	query, _ := url.ParseQuery(h.RawQuery)
	return query
}

// A KeySource finds the signing keys that may have signed a delivery: all that are valid, old and
// new, during a rotation.
//
// It returns [ErrUnknownMerchant] for a session or merchant that it does not know, [ErrOffboarded]
// together with the keys that are still known for a merchant that has left, and any other error
// when it cannot tell. A key that [StaticKeys] would reject verifies nothing. A [Handler] asks with
// the values of the request's context. Safe for concurrent use.
type KeySource interface {
	Keys(ctx context.Context, hint KeyHint) ([]SigningKey, error)
}

// A KeySourceFunc is a function that finds signing keys, for example in a database.
type KeySourceFunc func(ctx context.Context, hint KeyHint) ([]SigningKey, error)

// Keys calls the function.
func (f KeySourceFunc) Keys(ctx context.Context, hint KeyHint) ([]SigningKey, error) {
	return f(ctx, hint)
}

var (
	// ErrUnknownMerchant is returned by a KeySource that does not know the session, the merchant or
	// what the URL names. The delivery is rejected exactly like one with a wrong signature, so that
	// nobody can find out which merchants there are. It is remembered for half a second and for the
	// same KeyHint, so that a flood of forgeries does not become a flood of look-ups. A source that
	// goes by more than the hint, such as a header that a middleware read, returns no keys instead.
	ErrUnknownMerchant = errors.New("webhooks: unknown session or merchant")

	// ErrOffboarded is returned by a KeySource for a merchant that has left. With the keys that are
	// still known, deliveries are verified as ever, since a refund may come late, and
	// [EventInfo.Offboarded] says that the merchant has left. Without keys a delivery is rejected
	// exactly like one with a wrong signature, so that nobody can find out who was a customer.
	ErrOffboarded = errors.New("webhooks: the merchant has left")
)

// StaticKeys is a source that always finds the same keys. An empty list is an error, and so is a
// secret that is empty, which would verify forgeries, shorter than 14 bytes, or that has anything
// around it that configuration leaves there: white space, quotes, "Bearer ".
func StaticKeys(keys ...SigningKey) (KeySource, error) {
	if len(keys) == 0 {
		return nil, errors.New("webhooks: StaticKeys was given no keys: nothing could be verified")
	}
	for i, k := range keys {
		if problem := apikey.SigningProblem(k.Secret.Reveal()); problem != "" {
			return nil, fmt.Errorf("webhooks: signing key %d (%q) %s", i, k.Name, problem)
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

// A candidate is a signing key and what is known about it.
type candidate struct {
	SigningKey
	signs   Scheme         // what its prefix says that it signs; empty when the prefix says nothing
	mac     *signature.Key // nil for a key that is used once
	problem string         // why it cannot verify anything
}

func candidates(keys []SigningKey) []candidate {
	list := make([]candidate, len(keys))
	for i, k := range keys {
		known := credentialOf(k.Secret.Reveal())
		if k.Mode == "" {
			k.Mode = known.mode
		}
		list[i] = candidate{SigningKey: k, signs: known.signs, problem: apikey.SigningProblem(k.Secret.Reveal())}
	}
	return list
}

// suits reports whether the key is meant for a scheme. Where secrets are the merchant's own
// strings, their prefix says nothing.
func (c *candidate) suits(s *scheme) bool {
	switch {
	case c.Scheme != "":
		return c.Scheme == s.name
	case c.signs == "" || s.signingKind == "":
		return true
	}
	return c.signs == s.name
}

func (c *candidate) expired(now time.Time) bool { return !c.NotAfter.IsZero() && now.After(c.NotAfter) }

// hasSigned reports whether one of a delivery's signatures is this key's.
func (c *candidate) hasSigned(s *signed, body []byte) bool {
	if c.mac != nil {
		return c.mac.Signed(s.macs[:s.count], body, s.before[:]...)
	}
	return signature.SignedOnce(c.Secret.Reveal(), s.macs[:s.count], body, s.before[:]...)
}
