package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/signature"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Verifier accepts deliveries of one scheme. Make one with [VisionScope], [Vora] or [VoraV2]. It does not change and
// is safe for concurrent use.
type Verifier struct {
	scheme Scheme
	keys   KeySource
	now    func() time.Time
	read   func(http.Header) (signed, error)   // what the headers say
	decode func(body []byte, info *Info) Event // after verification
}

// signed is what a delivery's headers say about its signature.
type signed struct {
	signatures []string
	prefix     string    // goes before the body into the HMAC
	time       time.Time // when it was signed; zero when the headers do not say
	past       time.Duration
	future     time.Duration // the window around now; zero for none
}

// A VerifierOption changes how a verifier works.
type VerifierOption func(*Verifier)

// WithClock gives the verifier another clock, for tests.
func WithClock(now func() time.Time) VerifierOption { return func(v *Verifier) { v.now = now } }

// VisionScope verifies the events of VisionScope's checkouts, each with the secret that its checkout was created with:
// the key source finds it by [Hint.SessionID]. The signature covers the body and no time, and the gateway documents no
// replay window, so that the dedupe store is the protection against replays. (VisionScope documentation, section 5.)
func VisionScope(keys KeySource, opts ...VerifierOption) *Verifier {
	return newVerifier(Verifier{scheme: SchemeVisionScope, keys: keys, read: readVisionScope, decode: decodeVisionScope}, opts)
}

// Vora verifies Vora's webhooks v1, signed with the merchant's whole API key (vp_sk_…); keep the old key for 24 hours
// after a rotation. With several merchants the key source finds the keys by [Hint.MerchantID]. The documented window of
// 5 minutes is enforced, but the header that it is about is not signed: the dedupe store is the protection against
// replays. (Vora integrator guide, "Webhook signature format".)
func Vora(keys KeySource, opts ...VerifierOption) *Verifier {
	return newVerifier(Verifier{scheme: SchemeVoraV1, keys: keys, read: readVoraV1, decode: decodeVoraV1}, opts)
}

// VoraV2 verifies Vora's webhooks v2, signed with a subscription's secret (whsec_…) over time and body.
// (Vora webhook verification, section 2.)
func VoraV2(keys KeySource, opts ...VerifierOption) *Verifier {
	return newVerifier(Verifier{scheme: SchemeVoraV2, keys: keys, read: readVoraV2, decode: decodeVoraV2}, opts)
}

func newVerifier(v Verifier, opts []VerifierOption) *Verifier {
	v.now = time.Now
	for _, apply := range opts {
		apply(&v)
	}
	return &v
}

// Verify checks a delivery's headers and raw body and decodes the event. The error is a [*Refusal]. Most programs use
// [NewHandler], which also reads the body, drops duplicates and answers.
//
// body must be exactly what came over the network, and must not change afterwards: the event keeps it.
func (v *Verifier) Verify(ctx context.Context, header http.Header, body []byte) (Event, error) {
	s, err := v.read(header)
	if err != nil {
		return nil, v.refuse(err)
	}
	keys, err := v.keys.Keys(ctx, v.hint(body))
	if err != nil {
		if errors.Is(err, ErrUnknownOwner) {
			_, _ = match(s, []Key{{Secret: sdk.NewSecret("nobody's")}}, body, v.now()) // as slow as for one who is known
		}
		return nil, v.refuse(lookupProblem(err))
	}
	key, err := match(s, keys, body, v.now())
	if err != nil {
		return nil, v.refuse(err)
	}
	if err := s.inWindow(v.now()); err != nil {
		return nil, v.refuse(err)
	}
	event := v.decode(body, &Info{Scheme: v.scheme, MerchantID: key.MerchantID, Key: key.Name, Delivered: s.time, Raw: sdk.NewRaw(body)})
	if owner := event.About().MerchantID; key.MerchantID != "" && owner != key.MerchantID {
		return nil, v.refuse(&Refusal{Reason: WrongOwner})
	}
	return event, nil
}

func (v *Verifier) refuse(err error) error {
	var r *Refusal
	if errors.As(err, &r) {
		r.Scheme = v.scheme
	}
	return err
}

// hint reads, from a body that nobody has verified, what is needed to find keys.
func (v *Verifier) hint(body []byte) Hint {
	var claimed struct {
		VoraSession   string `json:"sessionId"`
		VoraMerchant  string `json:"merchantId"`
		V2Merchant    string `json:"merchant_id"`
		VisionSession string `json:"session_id"`
	}
	_ = json.Unmarshal(body, &claimed) // a body that is no JSON has no hint, and will not verify
	h := Hint{Scheme: v.scheme}
	switch v.scheme {
	case SchemeVisionScope:
		h.SessionID = claimed.VisionSession
	case SchemeVoraV1:
		h.SessionID, h.MerchantID = claimed.VoraSession, claimed.VoraMerchant
	case SchemeVoraV2:
		h.MerchantID = claimed.V2Merchant
	}
	return h
}

func lookupProblem(err error) error {
	switch {
	case errors.Is(err, ErrUnknownOwner):
		return &Refusal{Reason: UnknownOwner}
	case errors.Is(err, ErrOffboarded):
		return &Refusal{Reason: Offboarded}
	}
	return &Refusal{Reason: LookupFailed, Cause: err}
}

// match finds the key that signed the body. Every valid key and every signature is tried, so that the time it takes
// says nothing about which one it was.
func match(s signed, keys []Key, body []byte, now time.Time) (found Key, err error) {
	usable, matched, text := 0, false, string(body)
	for _, k := range keys {
		if k.Secret.IsZero() || !k.NotAfter.IsZero() && now.After(k.NotAfter) {
			continue
		}
		usable++
		for _, sig := range s.signatures {
			if signature.Matches(sig, k.Secret.Reveal(), s.prefix, text) && !matched {
				found, matched = k, true
			}
		}
	}
	switch {
	case matched:
		return found, nil
	case usable == 0:
		return Key{}, &Refusal{Reason: NoKeys}
	}
	return Key{}, &Refusal{Reason: WrongSignature}
}

func (s signed) inWindow(now time.Time) error {
	age, ahead := now.Sub(s.time), s.time.Sub(now) // each saturates; the negative of the other would not
	switch {
	case s.past == 0:
		return nil
	case age > s.past:
		return &Refusal{Reason: TooOld, Detail: fmt.Sprintf("signed %s ago, at most %s is allowed", age.Round(time.Second), s.past)}
	case ahead > s.future:
		return &Refusal{Reason: TooNew, Detail: fmt.Sprintf("signed %s in the future, at most %s is allowed", ahead.Round(time.Second), s.future)}
	}
	return nil
}

func readVisionScope(h http.Header) (signed, error) {
	sig, err := single(h, contract.VisionScopeSignatureHeader)
	if err != nil {
		return signed{}, err
	}
	if !isHex(strings.ToLower(sig)) {
		return signed{}, &Refusal{Reason: MalformedSignature, Detail: contract.VisionScopeSignatureHeader + " is not 64 hex digits"}
	}
	s := signed{signatures: []string{sig}}
	s.time, _ = time.Parse(time.RFC3339Nano, h.Get(contract.VisionScopeTimestampHeader)) // told, not enforced
	return s, nil
}

func readVoraV1(h http.Header) (signed, error) {
	sig, err := single(h, contract.VoraV1SignatureHeader)
	if err != nil {
		return signed{}, err
	}
	if !isHex(sig) {
		return signed{}, &Refusal{Reason: MalformedSignature, Detail: contract.VoraV1SignatureHeader + " is not 64 lower-case hex digits"}
	}
	stamp, err := single(h, contract.VoraV1TimestampHeader)
	if err != nil {
		return signed{}, err
	}
	at, err := time.Parse(time.RFC3339Nano, stamp)
	if err != nil {
		return signed{}, &Refusal{Reason: MalformedSignature, Detail: contract.VoraV1TimestampHeader + " is no ISO 8601 time"}
	}
	return signed{signatures: []string{sig}, time: at, past: contract.VoraV1Past, future: contract.VoraV1Future}, nil
}

func readVoraV2(h http.Header) (signed, error) {
	value, err := single(h, contract.VoraV2SignatureHeader)
	if err != nil {
		return signed{}, err
	}
	malformed := func(detail string) (signed, error) {
		return signed{}, &Refusal{Reason: MalformedSignature, Detail: detail}
	}
	var s signed
	stamp := ""
	for _, part := range strings.Split(value, ",") {
		name, text, _ := strings.Cut(part, "=")
		switch {
		case name == "t" && stamp == "" && text != "" && strings.Trim(text, "0123456789") == "":
			stamp = text
		case name == "v1" && isHex(text) && len(s.signatures) < contract.VoraV2MaxSignatures:
			s.signatures = append(s.signatures, text)
		default:
			return malformed("it must have one t and one or two v1")
		}
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || len(s.signatures) == 0 {
		return malformed("it must have one t and one or two v1")
	}
	s.prefix = stamp + "."
	s.time, s.past, s.future = time.Unix(seconds, 0).UTC(), contract.VoraV2Past, contract.VoraV2Future
	return s, nil
}

// isHex tells whether a text is an HMAC-SHA256 in lower-case hex.
func isHex(text string) bool {
	return len(text) == 64 && strings.Trim(text, "0123456789abcdef") == ""
}

// single reads a header that must come exactly once.
func single(h http.Header, name string) (string, error) {
	switch values := h.Values(name); {
	case len(values) == 0 || values[0] == "":
		return "", &Refusal{Reason: MissingSignature, Detail: name}
	case len(values) > 1:
		return "", &Refusal{Reason: MalformedSignature, Detail: name + " comes more than once"}
	default:
		return values[0], nil
	}
}
