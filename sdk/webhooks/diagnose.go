package webhooks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Cause is why a delivery does not verify, as far as that can be determined afterwards.
type Cause string

// The causes.
const (
	CauseEmptyBody        Cause = "empty_body"          // the body was read or dropped before verification
	CauseByteOrderMark    Cause = "byte_order_mark"     // the body got one
	CauseCompressed       Cause = "compressed"          // the body is still, or again, compressed
	CauseBase64           Cause = "base64"              // the body is still encoded, as API gateways hand it over
	CauseTrailingNewline  Cause = "trailing_newline"    // the body got or lost the line break at its end
	CauseReserialized     Cause = "reserialized_json"   // the body was decoded and encoded again
	CauseHexCase          Cause = "hex_case"            // the signature is right, and in capitals
	CauseHeaderMissing    Cause = "header_missing"      // no header of any scheme arrived
	CauseSignatureList    Cause = "signature_list"      // the list in the signature header was rewritten on the way, which alone rejects nothing
	CauseOtherScheme      Cause = "other_scheme"        // it is a delivery of another scheme
	CauseKeyOfOtherScheme Cause = "key_of_other_scheme" // a key is not for this scheme
	CauseKeyOfOtherMode   Cause = "key_of_other_mode"   // a test key for a live event, or the other way round
	CauseKeyExpired       Cause = "key_expired"         // it was signed with a key that has expired
	CauseKeyPadded        Cause = "key_padded"          // a key has white space, quotes or "Bearer " around it
	CauseClockSkew        Cause = "clock_skew"          // the signature is right, and the clocks disagree or it was in transit for too long
	CauseUnexplained      Cause = "unexplained"         // another secret, or a change of the body that nobody can undo
)

// A Finding is one cause, and what to do about it.
type Finding struct {
	Cause  Cause
	Proven bool   // the delivery verifies when this alone is undone; otherwise it is likely
	Advice string // in one sentence, without any part of the delivery
}

// A Diagnosis says why a delivery was rejected. It accepts nothing: there is no event in it.
type Diagnosis struct {
	Rejection *Rejection    // what Verify returns; nil when the delivery is good
	Findings  []Finding     // the proven ones first
	Skew      time.Duration // how far this machine's clock is ahead of the delivery's time; negative when it is behind
}

// Diagnose finds out why a verifier rejects a delivery, for tools and for a log: never for the
// response to the sender, to whom all rejections look alike. It tries what usually happens to
// bodies and keys, within 256 signatures and 8 MiB.
//
//	diagnosis := webhooks.Diagnose(ctx, verifier, r.Header, body)
//	fmt.Println(diagnosis) // webhooks: a vora-v1 delivery was rejected: wrong_signature; trailing_newline: …
func Diagnose(ctx context.Context, v *Verifier, header http.Header, body []byte) Diagnosis {
	if v == nil {
		v = &Verifier{}
	}
	var a verification
	err := a.run(ctx, v, header, body)
	if err == nil {
		d := Diagnosis{Skew: a.skew()}
		a.diagnoseList(&d, header)
		return d
	}
	if a.verifier != nil && a.keys == nil {
		_ = a.findKeys(ctx, body) // the headers may have ended it before; an error leaves no keys
	}
	return a.diagnose(err, header, body)
}

// Has reports whether a cause is among the findings.
func (d Diagnosis) Has(cause Cause) bool {
	return slices.ContainsFunc(d.Findings, func(f Finding) bool { return f.Cause == cause })
}

// String is one line.
func (d Diagnosis) String() string {
	var text strings.Builder
	if d.Rejection == nil {
		text.WriteString("webhooks: the delivery is good")
	} else {
		text.WriteString(d.Rejection.Error())
	}
	for _, f := range d.Findings {
		fmt.Fprintf(&text, "; %s: %s", f.Cause, f.Advice)
	}
	return text.String()
}

// LogValue is the causes and the advice.
func (d Diagnosis) LogValue() slog.Value {
	var causes, advice []string
	for _, f := range d.Findings {
		causes, advice = append(causes, string(f.Cause)), append(advice, f.Advice)
	}
	attrs := []slog.Attr{slog.String("causes", strings.Join(causes, " ")), slog.String("advice", strings.Join(advice, "; "))}
	if d.Skew != 0 {
		attrs = append(attrs, slog.Duration("skew", d.Skew))
	}
	return slog.GroupValue(attrs...)
}

func (d *Diagnosis) add(cause Cause, proven bool, advice string) {
	if d.Has(cause) {
		return
	}
	at := len(d.Findings)
	if firstGuess := slices.IndexFunc(d.Findings, func(f Finding) bool { return !f.Proven }); proven && firstGuess >= 0 {
		at = firstGuess
	}
	d.Findings = slices.Insert(d.Findings, at, Finding{cause, proven, advice})
}

func (a *verification) skew() time.Duration {
	if a.signed.time.IsZero() {
		return 0
	}
	return a.now.Sub(a.signed.time)
}

// diagnose goes on where run ended.
func (a *verification) diagnose(err error, header http.Header, body []byte) Diagnosis {
	d := Diagnosis{Skew: a.skew()}
	if a.verifier != nil && a.keys == nil {
		a.keys, _ = a.verifier.keys.(staticKeys)
	}
	if !errors.As(err, &d.Rejection) {
		return d
	}
	switch d.Rejection.Reason {
	case ReasonMissingSignature, ReasonMalformedSignature:
		a.diagnoseHeaders(&d, header, body)
	case ReasonWrongSignature, ReasonUnknownMerchant, ReasonNoKeys:
		a.diagnoseSignature(&d, body)
	case ReasonTooOld:
		d.add(CauseClockSkew, true, d.Rejection.Detail+": the signature is right, so that this machine's clock is ahead, or the delivery waited somewhere; synchronise the clock, and verify on arrival, before any queue")
	case ReasonTooNew:
		d.add(CauseClockSkew, true, d.Rejection.Detail+": the signature is right, so that this machine's clock is behind; synchronise it")
	case ReasonWrongMode:
		d.add(CauseKeyOfOtherMode, true, "the key's mode is not the event's: test keys are for test events, and live keys for live ones")
	case ReasonWrongMerchant, ReasonLookupFailed, ReasonOffboarded, ReasonRateLimited: // which say it all
	}
	a.diagnoseList(&d, header)
	return d
}

// diagnoseList says what is odd about a signature header that is a list.
func (a *verification) diagnoseList(d *Diagnosis, header http.Header) {
	if a.verifier == nil || a.verifier.odd == nil {
		return
	}
	if odd := a.verifier.odd(header); len(odd) > 0 {
		d.add(CauseSignatureList, false, "the list in the signature header was rewritten on the way, or has a newer form: "+strings.Join(odd, ", ")+"; that is accepted")
	}
}

// diagnoseHeaders explains why there is no signature to check.
func (a *verification) diagnoseHeaders(d *Diagnosis, header http.Header, body []byte) {
	if a.verifier != nil && a.verifier.matches(header) {
		switch {
		case a.verifiesAs(lowerCase(header), body):
			d.add(CauseHexCase, true, "the signature is right, but in capitals: something on the way rewrites header values")
		case d.Rejection.Reason == ReasonMissingSignature:
			d.add(CauseHeaderMissing, true, d.Rejection.Detail+" did not arrive with the signature: a proxy strips it")
		}
		return // the rejection says what else is malformed
	}
	switch meant := schemesOf(header); {
	case len(meant) == 1:
		d.add(CauseOtherScheme, true, "the headers belong to "+meant[0]+": send such deliveries to a receiver with keys of that scheme, or accept several schemes with webhooks.Any")
	case len(meant) > 1:
		d.add(CauseOtherScheme, true, "the headers belong to both "+strings.Join(meant, " and ")+": something on the way adds one; have it stop, or give each scheme an endpoint of its own")
	case d.Rejection.Reason == ReasonMissingSignature:
		d.add(CauseHeaderMissing, false, "a proxy strips unknown headers, or the request is not from the gateway")
	}
}

// schemesOf names the schemes whose shape the headers have.
func schemesOf(header http.Header) (found []string) {
	for _, s := range schemes() {
		if s.matches(header) {
			found = append(found, string(s.name))
		}
	}
	return found
}

// lowerCase returns the headers with their signatures in lower case.
func lowerCase(header http.Header) http.Header {
	lower := header.Clone()
	for _, s := range schemes() {
		for i, value := range lower[s.signatureHeader] {
			lower[s.signatureHeader][i] = strings.ToLower(value)
		}
	}
	return lower
}

func (a *verification) verifiesAs(header http.Header, body []byte) bool {
	if len(a.keys) == 0 {
		return false
	}
	again := *a
	var err error
	if again.signed, err = a.verifier.read(header); err != nil {
		return false
	}
	_, err = again.matching(body)
	return err == nil
}

// diagnoseSignature explains why no key fits.
func (a *verification) diagnoseSignature(d *Diagnosis, body []byte) {
	if a.verifier == nil {
		return // the verifier itself is broken, and the rejection says how
	}
	if len(body) == 0 {
		d.add(CauseEmptyBody, true, "the body is empty: something read it before the verifier did, for example a middleware that parses JSON; put the verifier first")
	}
	a.diagnoseKeys(d, body)
	newSearch(a).run(d, body)
	if len(d.Findings) == 0 && d.Rejection.Reason == ReasonWrongSignature {
		d.add(CauseUnexplained, false, "no key signed this body, nor what it may have been before: compare the secret with the gateway's (another merchant's? another environment's? rotated?), and look for whatever rewrites bodies on the way")
	}
}

// diagnoseKeys looks at the keys alone.
func (a *verification) diagnoseKeys(d *Diagnosis, body []byte) {
	scheme, claimed, modes := a.verifier.scheme, a.read(body).likelyMode(), map[sdk.Mode]bool{}
	for i := range a.keys {
		switch key := &a.keys[i]; {
		case !key.suits(scheme):
			d.add(CauseKeyOfOtherScheme, false, fmt.Sprintf("key %q is not for %s, which is signed with %s", key.Name, scheme.name, scheme.signedWith))
		case scheme.signingKind == "" && key.signs != "":
			d.add(CauseKeyOfOtherScheme, false, fmt.Sprintf("key %q looks like an API key, and %s is signed with %s", key.Name, scheme.name, scheme.signedWith))
		default:
			modes[key.Mode] = true
		}
	}
	if claimed != "" && len(modes) > 0 && !modes[claimed] && !modes[""] {
		d.add(CauseKeyOfOtherMode, false, fmt.Sprintf("the delivery says that it is %s, and none of the keys is: is the other environment's endpoint registered here?", claimed))
	}
}
