package webhooks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/signature"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Verifier accepts deliveries of one scheme. Make one with [VisionScope], [Vora] or [VoraV2], or
// several into one with [Any]. It does not change and is safe for concurrent use.
type Verifier struct {
	*scheme
	keys    KeySource
	unknown *unknownHints // of the key source
	now     func() time.Time
	choices []*Verifier // of Any, which has nothing else
	problem error       // why it cannot accept anything; NewHandler and Verify report it
}

// A VerifierOption changes how a verifier works.
type VerifierOption func(*Verifier)

// WithClock gives the verifier another clock, for tests.
func WithClock(now func() time.Time) VerifierOption { return func(v *Verifier) { v.now = now } }

func newVerifier(s *scheme, keys KeySource, opts []VerifierOption) *Verifier {
	v := &Verifier{scheme: s, keys: keys, unknown: &unknownHints{}}
	for _, apply := range opts {
		apply(v)
	}
	if v.now == nil {
		v.now = time.Now
	}
	static, isStatic := keys.(staticKeys)
	switch {
	case keys == nil:
		v.problem = fmt.Errorf("webhooks: the verifier of %s has no key source", s.name)
	case isStatic && !anySuits(static, s):
		v.problem = fmt.Errorf("webhooks: none of the signing keys is for %s, which is signed with %s: see each key's prefix and Scheme", s.name, s.signedWith)
	}
	return v
}

func anySuits(list []candidate, s *scheme) bool {
	for i := range list {
		if list[i].suits(s) {
			return true
		}
	}
	return false
}

// Verify checks a delivery's headers and raw body and decodes the event. The error is a
// [*Rejection]. Most programs use [NewHandler], which also reads the body, drops duplicates and
// replies.
//
// body must be exactly what came over the network, and must not change afterwards: the event keeps
// it.
func (v *Verifier) Verify(ctx context.Context, header http.Header, body []byte) (Event, error) {
	var a verification
	if err := a.run(ctx, v, header, body); err != nil {
		return nil, err
	}
	return a.event(body), nil
}

// Authenticate is [Verifier.Verify] without decoding, for a program that only passes deliveries on.
// It rejects what Verify rejects. It allocates nothing when the keys are [StaticKeys] that name no
// merchant and the body says nothing of the mode; otherwise it parses the body.
func (v *Verifier) Authenticate(ctx context.Context, header http.Header, body []byte) (SignatureMatch, error) {
	a := verification{spares: true}
	if err := a.run(ctx, v, header, body); err != nil {
		return SignatureMatch{}, err
	}
	return SignatureMatch{a.verifier.name, a.key.Name, a.key.Reference, a.key.NotAfter, a.key.MerchantID, a.offboarded, a.key.Mode, a.signed.time}, nil
}

// A SignatureMatch says what proved that a delivery is authentic.
type SignatureMatch struct {
	Scheme     Scheme
	KeyName    string    // the name of the signing key
	Reference  string    // what that key belongs to
	KeyExpires time.Time // when that key expires; zero for never
	MerchantID string    // whose key it is, when it says
	Offboarded bool      // the key source says that the merchant has left
	Mode       sdk.Mode  // the key's
	SignedAt   time.Time // when the gateway says that it signed; authentic only where the scheme signs it
}

// A verification is that of one delivery.
type verification struct {
	url        *url.URL  // of the request; nil when there is none
	verifier   *Verifier // the one of Any's that the delivery is meant for
	now        time.Time
	signed     signed
	keys       []candidate
	offboarded bool       // the merchant whose keys they are has left
	key        *candidate // the one that signed
	spares     bool       // nobody wants the event: the body is parsed only when it may decide something
	parsed     parsed     // nil until somebody needs it
}

func (a *verification) run(ctx context.Context, from *Verifier, header http.Header, body []byte) error {
	err := a.steps(ctx, from, header, body)
	if err == nil {
		return nil
	}
	var rejection *Rejection
	if errors.As(err, &rejection) && a.verifier != nil {
		rejection.Scheme = a.verifier.name
	}
	return err
}

func (a *verification) steps(ctx context.Context, from *Verifier, header http.Header, body []byte) (err error) {
	if a.verifier, err = from.choose(header); err != nil {
		return err
	}
	v := a.verifier
	a.now = v.now()
	if a.signed, err = v.read(header); err != nil {
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
	return a.checkMerchantAndMode(body)
}

// findKeys asks the key source, which gets to know what the body claims.
func (a *verification) findKeys(ctx context.Context, body []byte) error {
	if static, ok := a.verifier.keys.(staticKeys); ok {
		a.keys = static
		return nil
	}
	hint := a.read(body).hint()
	hint.Scheme = a.verifier.name
	if a.url != nil {
		hint.Path, hint.RawQuery = a.url.EscapedPath(), a.url.RawQuery
	}
	keys, err := a.verifier.keysFor(ctx, hint)
	switch {
	case err == nil:
		a.keys = candidates(keys)
		return nil
	case errors.Is(err, ErrUnknownMerchant):
		a.tryNobodys(body)
		return &Rejection{Reason: ReasonUnknownMerchant}
	case errors.Is(err, ErrOffboarded) && len(keys) > 0:
		a.keys, a.offboarded = candidates(keys), true
		return nil
	case errors.Is(err, ErrOffboarded):
		a.tryNobodys(body)
		return &Rejection{Reason: ReasonOffboarded}
	}
	return &Rejection{Reason: ReasonLookupFailed, Cause: printable.Error(err)} // which may quote the hint
}

// tryNobodys takes the time that trying a key takes, so that a merchant without keys looks like one
// with keys.
func (a *verification) tryNobodys(body []byte) {
	signature.SignedOnce("nobody's signing secret", a.signed.macs[:a.signed.count], body, a.signed.before[:]...)
}

// read parses the body, once.
func (a *verification) read(body []byte) parsed {
	if a.parsed == nil {
		a.parsed = a.verifier.parse(body)
	}
	return a.parsed
}

// matching finds the key that signed the body. Every valid key and every signature is tried, so
// that the time it takes does not reveal which one it was.
func (a *verification) matching(body []byte) (*candidate, error) {
	var found *candidate
	usable, problem := 0, ""
	for i := range a.keys {
		key := &a.keys[i]
		switch {
		case key.problem != "":
			problem = fmt.Sprintf("key %q %s", key.Name, key.problem)
			continue
		case key.expired(a.now), !key.suits(a.verifier.scheme):
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
		a.tryNobodys(body)
		return nil, &Rejection{Reason: ReasonNoKeys, Detail: problem}
	}
	return nil, &Rejection{Reason: ReasonWrongSignature}
}

// checkMerchantAndMode holds the event to the merchant and the mode of the key that signed it, as
// far as both say.
func (a *verification) checkMerchantAndMode(body []byte) error {
	merchant := a.verifier.namesMerchant && a.key.MerchantID != ""
	mode := a.key.Mode != "" && (!a.spares || mayHaveField(body, a.verifier.modeField))
	if !merchant && !mode {
		return nil
	}
	claimed := a.read(body)
	switch {
	case merchant && claimed.hint().MerchantID != a.key.MerchantID:
		return &Rejection{Reason: ReasonWrongMerchant}
	case mode && claimed.mode() != "" && claimed.mode() != a.key.Mode:
		return &Rejection{Reason: ReasonWrongMode, Detail: fmt.Sprintf("a %s event, signed with a %s key", claimed.mode(), a.key.Mode)}
	}
	return nil
}

// mayHaveField reports whether a field of this name can be in a body, which is then parsed; most
// bodies need not be. As in encoding/json the name may be in capitals, or escaped.
func mayHaveField(body []byte, name string) bool {
	if name == "" {
		return false
	}
	if bytes.IndexByte(body, '\\') >= 0 {
		return true
	}
	rare := max(0, strings.IndexByte(name, 'v')) // names are in lower case, and a rare letter is found quickly
	for _, letter := range []byte{name[rare], name[rare] - 'a' + 'A'} {
		for at := 0; ; at++ {
			next := bytes.IndexByte(body[at:], letter)
			if next < 0 {
				break
			}
			at += next
			begin := at - rare
			if begin < 0 || len(body)-begin < len(name) || body[begin]|' ' != name[0] { // |' ' is in lower case
				continue
			}
			if bytes.EqualFold(body[begin:begin+len(name)], []byte(name)) {
				return true
			}
		}
	}
	return false
}

func (a *verification) event(body []byte) Event {
	info := EventInfo{
		Scheme: a.verifier.name, MerchantID: a.key.MerchantID, Mode: a.key.Mode,
		KeyName: a.key.Name, Reference: a.key.Reference, KeyExpires: a.key.NotAfter, Offboarded: a.offboarded, SignedAt: a.signed.time, ReceivedAt: a.now.Round(0).UTC(), Raw: sdk.NewRaw(body),
	}
	if mode := a.read(body).mode(); mode != "" {
		info.Mode = mode
	}
	event := a.parsed.event(info)
	a.parsed.forget()
	a.parsed = nil
	return event
}
