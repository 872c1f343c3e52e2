package webhooks

import (
	"fmt"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/apikey"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A search tries what the delivery may have been before something changed it.
type search struct {
	of    *verification
	keys  []suspect
	tries int
	bytes int
}

// A suspect is a key that may have signed, and what is wrong with it when it has.
type suspect struct {
	candidate
	cause  Cause // empty for a good key
	advice string
}

// The bounds of a search: what a stranger can make this machine do with one delivery that nobody
// accepts.
const (
	maxSuspects = 8
	maxTries    = 256
	maxBytes    = 8 << 20
)

func newSearch(a *verification) *search {
	search := &search{of: a, tries: maxTries, bytes: maxBytes}
	for i := range a.keys {
		key := a.keys[i]
		secret := key.Secret.Reveal()
		if len(secret) < apikey.MinSigning || len(search.keys) >= maxSuspects {
			continue
		}
		s := suspect{candidate: key}
		switch {
		case key.expired(a.now):
			s.cause, s.advice = CauseKeyExpired, fmt.Sprintf("key %q signed it, which expired %s ago: the gateway still uses it, so extend it or finish the rotation there", key.Name, a.now.Sub(key.NotAfter).Round(time.Second))
		case !key.suits(a.verifier.scheme):
			s.cause, s.advice = CauseKeyOfOtherScheme, fmt.Sprintf("key %q signed it, but is configured for another scheme", key.Name)
		}
		search.keys = append(search.keys, s)
		if trimmed := apikey.Bare(secret); trimmed != secret && apikey.SigningProblem(trimmed) == "" {
			search.keys = append(search.keys, suspect{
				candidate: candidate{SigningKey: SigningKey{Secret: sdk.NewSecret(trimmed)}}, cause: CauseKeyPadded,
				advice: fmt.Sprintf("key %q has white space, quotes or \"Bearer \" around it: trim it where it is configured", key.Name),
			})
		}
	}
	return search
}

// run looks for the one alteration and the one key with which the signature is right.
func (search *search) run(d *Diagnosis, body []byte) {
	for was, before := range alterations(search.of.verifier.scheme, body) {
		signer := search.signerOf(before)
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
		d.add(CauseBase64, false, "the body is base64: decode it first, as package webhooks/lambda does for API gateways")
	}
}

func (search *search) signerOf(body []byte) *suspect {
	for i := range search.keys {
		search.tries--
		search.bytes -= len(body)
		if search.tries < 0 || search.bytes < 0 {
			return nil
		}
		if search.keys[i].hasSigned(&search.of.signed, body) {
			return &search.keys[i]
		}
	}
	return nil
}
