package webhooks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A trial tries what the delivery may have been.
type trial struct {
	attempt *attempt
	keys    []suspect
	tries   int
	bytes   int
}

// A suspect is a key that may have signed, and what is wrong with it when it has.
type suspect struct {
	candidate
	cause  Cause // empty for a good key
	advice string
}

// The bounds of a trial: what a stranger can make this machine do with one delivery that nobody accepts.
const (
	mostSuspects = 8
	mostTries    = 256
	mostBytes    = 8 << 20
)

func newTrial(a *attempt) *trial {
	t := &trial{attempt: a, tries: mostTries, bytes: mostBytes}
	for i := range a.keys {
		key := a.keys[i]
		text := key.Secret.Reveal()
		if text == "" || len(t.keys) >= mostSuspects {
			continue
		}
		s := suspect{candidate: key}
		switch {
		case key.expired(a.now):
			s.cause, s.advice = CauseKeyExpired, fmt.Sprintf("key %q signed it, which expired %s ago: the gateway still uses it, so extend it or finish the rotation there", key.Name, a.now.Sub(key.NotAfter).Round(time.Second))
		case !key.suits(a.verifier.scheme):
			s.cause, s.advice = CauseKeyOfOtherScheme, fmt.Sprintf("key %q signed it, but is configured for another scheme", key.Name)
		}
		t.keys = append(t.keys, s)
		if trimmed := strings.Trim(text, " \t\r\n\"'"); trimmed != text && trimmed != "" {
			t.keys = append(t.keys, suspect{
				candidate: candidate{SigningKey: SigningKey{Secret: sdk.NewSecret(trimmed)}}, cause: CauseKeyPadded,
				advice: fmt.Sprintf("key %q has white space or quotes around it: trim it where it is configured", key.Name),
			})
		}
	}
	return t
}

// run looks for the one alteration and the one key with which the signature is right.
func (t *trial) run(d *Diagnosis, body []byte) {
	for was, before := range alterations(t.attempt.verifier.scheme, body) {
		signer := t.signerOf(before)
		if signer == nil {
			continue
		}
		if was.cause != "" {
			d.add(was.cause, true, was.advice)
		}
		if signer.cause != "" {
			d.Findings = slices.DeleteFunc(d.Findings, func(f Finding) bool { return f.Cause == signer.cause })
			d.add(signer.cause, true, signer.advice)
		}
		return
	}
	switch {
	case isGzip(body):
		d.add(CauseCompressed, false, "the body is compressed: verify it as it was before, and let no proxy compress requests")
	case looksLikeBase64(body):
		d.add(CauseBase64, false, "the body is base64: decode it first, as Handler.ServeProxy does for API gateways")
	}
}

func (t *trial) signerOf(body []byte) *suspect {
	for i := range t.keys {
		t.tries--
		t.bytes -= len(body)
		if t.tries < 0 || t.bytes < 0 {
			return nil
		}
		if t.keys[i].hasSigned(&t.attempt.signed, body) {
			return &t.keys[i]
		}
	}
	return nil
}
