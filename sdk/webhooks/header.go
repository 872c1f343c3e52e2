package webhooks

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/signature"
)

// signed is what a delivery's headers say about its signature.
type signed struct {
	macs   [contract.VoraV2MaxSignatures]signature.MAC
	count  int       // of macs
	before [2]string // goes before the body into the HMAC
	time   time.Time // when it was signed; zero when the headers do not say
}

// A window is how far a delivery's time may be from now. The zero window is open.
type window struct{ past, future time.Duration }

func (w window) check(signed, now time.Time) error {
	if w.past == 0 {
		return nil
	}
	switch age := now.Sub(signed); {
	case age > w.past:
		return &Rejection{Reason: ReasonTooOld, Detail: fmt.Sprintf("signed %s ago, at most %s is allowed", age.Round(time.Second), w.past)}
	case age < -w.future:
		ahead := signed.Sub(now) // which saturates; the negative of age would not
		return &Rejection{Reason: ReasonTooNew, Detail: fmt.Sprintf("signed %s in the future, at most %s is allowed", ahead.Round(time.Second), w.future)}
	}
	return nil
}

// Header names in the form of the keys of an [http.Header], so that looking one up costs nothing.
var (
	visionScopeSignatureHeader = http.CanonicalHeaderKey(contract.VisionScopeSignatureHeader)
	voraSignatureHeader        = http.CanonicalHeaderKey(contract.VoraV1SignatureHeader) // of v2 as well
	voraTimestampHeader        = http.CanonicalHeaderKey(contract.VoraV1TimestampHeader)
)

// read is a switch and not a method of each scheme, because what goes through an interface or a function value is
// allocated.
func (s *signed) read(scheme Scheme, h http.Header) error {
	switch scheme {
	case SchemeVoraV1:
		return s.readVoraV1(h)
	case SchemeVoraV2:
		return s.readVoraV2(h)
	default:
		return s.readVisionScope(h)
	}
}

func (s *signed) readVisionScope(h http.Header) error {
	value, err := single(h, visionScopeSignatureHeader)
	if err != nil {
		return err
	}
	if !s.macs[0].Parse(value) {
		return malformed(contract.VisionScopeSignatureHeader + " is not 64 hex digits")
	}
	s.count = 1
	s.time, _ = time.Parse(time.RFC3339Nano, h.Get(contract.VisionScopeTimestampHeader)) // told, not enforced
	return nil
}

func (s *signed) readVoraV1(h http.Header) error {
	value, err := single(h, voraSignatureHeader)
	if err != nil {
		return err
	}
	if !s.macs[0].ParseLower(value) {
		return malformed(contract.VoraV1SignatureHeader + " is not 64 lower-case hex digits")
	}
	stamp, err := single(h, voraTimestampHeader)
	if err != nil {
		return err
	}
	at, err := time.Parse(time.RFC3339Nano, stamp)
	if err != nil {
		return malformed(contract.VoraV1TimestampHeader + " is no ISO 8601 time")
	}
	s.count, s.time = 1, at
	return nil
}

func (s *signed) readVoraV2(h http.Header) error {
	value, err := single(h, voraSignatureHeader)
	if err != nil {
		return err
	}
	stamp := ""
	for part, rest, more := "", value, true; more; {
		part, rest, more = strings.Cut(rest, ",")
		name, text, _ := strings.Cut(part, "=")
		switch {
		case name == "t" && stamp == "" && isDigits(text):
			stamp = text
		case name == "v1" && s.count < len(s.macs) && s.macs[s.count].ParseLower(text):
			s.count++
		default:
			return malformed("it must have one t and one or two v1")
		}
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || s.count == 0 {
		return malformed("it must have one t and one or two v1")
	}
	s.before, s.time = [2]string{stamp, "."}, time.Unix(seconds, 0).UTC()
	return nil
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

func malformed(detail string) error {
	return &Rejection{Reason: ReasonMalformedSignature, Detail: detail}
}

// single reads a header that must come exactly once.
func single(h http.Header, name string) (string, error) {
	switch values := h[name]; {
	case len(values) == 0 || values[0] == "":
		return "", &Rejection{Reason: ReasonMissingSignature, Detail: name}
	case len(values) > 1:
		return "", malformed(name + " comes more than once")
	default:
		return values[0], nil
	}
}

// The shapes that tell whether a delivery is meant for a scheme.

func looksLikeVisionScope(h http.Header) bool {
	return first(h, visionScopeSignatureHeader) != ""
}

func looksLikeVoraV1(h http.Header) bool {
	value := first(h, voraSignatureHeader)
	return value != "" && !strings.Contains(value, "=")
}

func looksLikeVoraV2(h http.Header) bool { return strings.Contains(first(h, voraSignatureHeader), "=") }

func first(h http.Header, name string) string {
	if values := h[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}
