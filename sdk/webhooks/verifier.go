package webhooks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Verifier accepts deliveries of one scheme. Make one with [VisionScope], [Vora] or [VoraV2], or several into one with
// [Any]. It does not change and is safe for concurrent use.
type Verifier struct {
	dialect
	keys    KeySource
	now     func() time.Time
	choices []*Verifier // of Any, which has nothing else
	problem error       // why it cannot accept anything; NewHandler and Verify report it
}

// A dialect is what differs between the schemes.
type dialect struct {
	scheme Scheme
	is     func(http.Header) bool // the shape of the headers is this scheme's
	window window
	parse  func(body []byte) parsed
}

var (
	visionScope = dialect{SchemeVisionScope, looksLikeVisionScope, window{}, parseVisionScope}
	voraV1      = dialect{SchemeVoraV1, looksLikeVoraV1, window{contract.VoraV1Past, contract.VoraV1Future}, parseVoraV1}
	voraV2      = dialect{SchemeVoraV2, looksLikeVoraV2, window{contract.VoraV2Past, contract.VoraV2Future}, parseVoraV2}
)

// parsed is a body that was read and that nobody believes yet.
type parsed interface {
	hint() KeyHint         // what it claims, to find keys with
	mode() sdk.Mode        // what it claims to be, empty when it does not say
	event(EventInfo) Event // after verification
}

// A VerifierOption changes how a verifier works.
type VerifierOption func(*Verifier)

// WithClock gives the verifier another clock, for tests.
func WithClock(now func() time.Time) VerifierOption { return func(v *Verifier) { v.now = now } }

// VisionScope verifies the events of VisionScope's checkouts, each with the secret that its checkout was created with:
// the key source finds it by [Hint.SessionID]. The signature covers the body and no time, and the gateway documents no
// replay window, so that the dedupe store is the protection against replays. (VisionScope documentation, section 5.)
func VisionScope(keys KeySource, opts ...VerifierOption) *Verifier {
	return newVerifier(visionScope, keys, opts)
}

// Vora verifies Vora's webhooks v1, signed with the merchant's whole API key (vp_sk_…); keep the old key for 24 hours
// after a rotation. With several merchants the key source finds the keys by [Hint.MerchantID]. The documented window of
// 5 minutes is enforced, but the header that it is about is not signed: the dedupe store is the protection against
// replays. (Vora integrator guide, "Webhook signature format".)
func Vora(keys KeySource, opts ...VerifierOption) *Verifier {
	return newVerifier(voraV1, keys, opts)
}

// VoraV2 verifies Vora's webhooks v2, signed with a subscription's secret (whsec_…) over time and body.
// (Vora webhook verification, section 2.)
func VoraV2(keys KeySource, opts ...VerifierOption) *Verifier {
	return newVerifier(voraV2, keys, opts)
}

func newVerifier(d dialect, keys KeySource, opts []VerifierOption) *Verifier {
	v := &Verifier{dialect: d, keys: keys}
	for _, apply := range opts {
		apply(v)
	}
	if v.now == nil {
		v.now = time.Now
	}
	static, isStatic := keys.(staticKeys)
	switch {
	case keys == nil:
		v.problem = fmt.Errorf("webhooks: the verifier of %s has no key source", v.scheme)
	case isStatic && !anySuits(static, v.scheme):
		v.problem = fmt.Errorf("webhooks: no key that was given is one of %s: see each key's prefix and Scheme", v.scheme)
	}
	return v
}

func anySuits(list []candidate, scheme Scheme) bool {
	for i := range list {
		if list[i].suits(scheme) {
			return true
		}
	}
	return false
}

// Verify checks a delivery's headers and raw body and decodes the event. The error is a [*Rejection]. Most programs use
// [NewHandler], which also reads the body, drops duplicates and answers.
//
// body must be exactly what came over the network, and must not change afterwards: the event keeps it.
func (v *Verifier) Verify(ctx context.Context, header http.Header, body []byte) (Event, error) {
	var a attempt
	if err := a.run(ctx, v, header, body); err != nil {
		return nil, err
	}
	return a.event(body), nil
}

// Authenticate is [Verifier.Verify] without decoding, for whoever only passes deliveries on. It refuses what Verify
// refuses. It allocates nothing when the keys are [StaticKeys] that name no merchant.
func (v *Verifier) Authenticate(ctx context.Context, header http.Header, body []byte) (SignatureMatch, error) {
	var a attempt
	if err := a.run(ctx, v, header, body); err != nil {
		return SignatureMatch{}, err
	}
	return SignatureMatch{a.verifier.scheme, a.key.Name, a.key.NotAfter, a.key.MerchantID, a.key.Mode, a.signed.time}, nil
}

// A SignatureMatch says what proved that a delivery is authentic.
type SignatureMatch struct {
	Scheme     Scheme
	KeyName    string    // the name of the key that signed it
	KeyExpires time.Time // when that key stops counting; zero for never
	MerchantID string    // whose key it is, when it says
	Mode       sdk.Mode  // the key's
	SignedAt   time.Time // when the gateway says that it signed; authentic with Vora v2 only
}

// An attempt is the verification of one delivery.
type attempt struct {
	verifier *Verifier // the one of Any's that the delivery was meant for
	now      time.Time
	signed   signed
	keys     []candidate
	key      *candidate // the one that signed
	parsed   parsed     // nil as long as nobody needs to know
}

func (a *attempt) run(ctx context.Context, from *Verifier, header http.Header, body []byte) error {
	err := a.steps(ctx, from, header, body)
	if err == nil {
		return nil
	}
	var refusal *Rejection
	if errors.As(err, &refusal) && a.verifier != nil {
		refusal.Scheme = a.verifier.scheme
	}
	return err
}

func (a *attempt) steps(ctx context.Context, from *Verifier, header http.Header, body []byte) (err error) {
	if a.verifier, err = from.choose(header); err != nil {
		return err
	}
	v := a.verifier
	a.now = v.now()
	if err := a.signed.read(v.scheme, header); err != nil {
		return err
	}
	if err := a.findKeys(ctx, body); err != nil {
		return err
	}
	if a.key, err = a.matching(body); err != nil {
		return err
	}
	if err := v.window.check(a.signed.time, a.now); err != nil {
		return err
	}
	return a.checkOwner(body)
}

// findKeys asks the key source, which gets to know what the body claims.
func (a *attempt) findKeys(ctx context.Context, body []byte) error {
	if static, ok := a.verifier.keys.(staticKeys); ok {
		a.keys = static
		return nil
	}
	a.parsed = a.verifier.parse(body)
	hint := a.parsed.hint()
	hint.Scheme = a.verifier.scheme
	keys, err := a.verifier.keys.Keys(ctx, hint)
	switch {
	case err == nil:
		a.keys = candidates(keys)
		return nil
	case errors.Is(err, ErrUnknownMerchant):
		a.keys = candidates([]SigningKey{{Secret: sdk.NewSecret("nobody's")}})
		_, _ = a.matching(body) // as slow as for one who is known
		return &Rejection{Reason: ReasonUnknownMerchant}
	case errors.Is(err, ErrOffboarded):
		return &Rejection{Reason: ReasonOffboarded}
	}
	return &Rejection{Reason: ReasonLookupFailed, Cause: err}
}

// matching finds the key that signed the body. Every valid key and every signature is tried, so that the time it takes
// says nothing about which one it was.
func (a *attempt) matching(body []byte) (*candidate, error) {
	var found *candidate
	usable := 0
	for i := range a.keys {
		key := &a.keys[i]
		if key.Secret.IsZero() || key.expired(a.now) || !key.suits(a.verifier.scheme) {
			continue
		}
		usable++
		if key.hasSigned(&a.signed, body) && found == nil {
			found = key
		}
	}
	switch {
	case found != nil:
		return found, nil
	case usable == 0:
		return nil, &Rejection{Reason: ReasonNoKeys}
	}
	return nil, &Rejection{Reason: ReasonWrongSignature}
}

// checkOwner holds the event to the merchant and the mode of the key that signed it.
func (a *attempt) checkOwner(body []byte) error {
	if a.verifier.scheme == SchemeVisionScope || a.key.MerchantID == "" && (a.key.Mode == "" || a.verifier.scheme == SchemeVoraV1) {
		return nil // the event does not say, or the key does not
	}
	if a.parsed == nil {
		a.parsed = a.verifier.parse(body)
	}
	owner, mode := a.parsed.hint().MerchantID, a.parsed.mode()
	switch {
	case a.key.MerchantID != "" && owner != a.key.MerchantID:
		return &Rejection{Reason: ReasonWrongMerchant}
	case a.key.Mode != "" && mode != "" && mode != a.key.Mode:
		return &Rejection{Reason: ReasonWrongMode, Detail: fmt.Sprintf("a %s event, signed with a %s key", mode, a.key.Mode)}
	}
	return nil
}

func (a *attempt) event(body []byte) Event {
	if a.parsed == nil {
		a.parsed = a.verifier.parse(body)
	}
	info := EventInfo{
		Scheme: a.verifier.scheme, MerchantID: a.key.MerchantID, Mode: a.key.Mode,
		KeyName: a.key.Name, KeyExpires: a.key.NotAfter, SignedAt: a.signed.time, Raw: sdk.NewRaw(body),
	}
	if mode := a.parsed.mode(); mode != "" {
		info.Mode = mode
	}
	return a.parsed.event(info)
}
