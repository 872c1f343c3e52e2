package webhooks

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// SchemeVoraV2 is that of Vora's webhooks v2: x-vonpay-signature over time and body, keyed by a
// whsec_ secret.
const SchemeVoraV2 Scheme = "vora-v2"

var voraV2 = scheme{
	name:            SchemeVoraV2,
	gateway:         sdk.GatewayVora,
	signatureHeader: voraSignatureHeader,
	matches:         isSignatureList,
	read:            readVoraV2,
	odd:             oddVoraV2,
	window:          window{contract.VoraV2Past, contract.VoraV2Future},
	signedWith:      "a subscription's signing secret (whsec_…)",
	credentials:     contract.VoraAPIKeys,
	signingKind:     "webhook_secret",
	parse:           func(body []byte) parsed { return parseVora(body, envelopeShape) },
	fields:          voraFields,
	namesMerchant:   true,
	modeField:       "livemode",
	replyWithin:     contract.VoraV2ReplyWithin,
	redeliveries:    contract.VoraV2RetryAfter,
	replies:         replies{outsideWindow: http.StatusBadRequest},
}

// VoraV2 verifies Vora's webhooks v2, signed with a subscription's secret (whsec_…) over time and
// body. (Vora webhook verification, section 2.)
func VoraV2(keys KeySource, opts ...VerifierOption) *Verifier {
	return newVerifier(&voraV2, keys, opts)
}

// maxSignatures is how many signatures a delivery of any scheme carries: two, while a secret of v2
// is being replaced.
const maxSignatures = contract.VoraV2MaxSignatures

// readVoraV2 reads the signature header as the list that HTTP takes it for: between the gateway and
// here it may get blanks, empty elements, or be split over several lines. What it does not know, it
// ignores. There must be one t, and one or two v1.
func readVoraV2(h http.Header) (s signed, err error) {
	values := h[voraSignatureHeader]
	if !present(values) {
		return s, &Rejection{Reason: ReasonMissingSignature, Detail: contract.VoraV2SignatureHeader}
	}
	stamp := ""
	for element := range elements(values) {
		switch name, value, _ := strings.Cut(element, "="); {
		case name == "t" && stamp != "":
			return s, malformed("it has several t")
		case name == "t" && !isDigits(value):
			return s, malformed("its t is not a number of seconds")
		case name == "t":
			stamp = value
		case name == "v1" && s.count == len(s.macs):
			return s, malformed("it has more than two v1")
		case name == "v1" && !s.macs[s.count].ParseLower(value):
			return s, malformed("a v1 is not 64 lower-case hex digits")
		case name == "v1":
			s.count++
		}
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	switch {
	case stamp == "" || s.count == 0:
		return s, malformed("it must have one t and one or two v1")
	case err != nil:
		return s, malformed("its t is too large")
	}
	s.before, s.time = [2]string{stamp, "."}, time.Unix(seconds, 0).UTC()
	return s, nil
}

// isSignatureList reports whether the signature header has the form of v2.
func isSignatureList(h http.Header) bool {
	return slices.ContainsFunc(h[voraSignatureHeader], func(value string) bool { return strings.Contains(value, "=") })
}

// oddVoraV2 says in which ways the header differs from what the gateway sends: something on the way
// has rewritten it.
func oddVoraV2(h http.Header) (odd []string) {
	values := h[voraSignatureHeader]
	if len(values) > 1 {
		odd = append(odd, fmt.Sprintf("it comes in %d lines", len(values)))
	}
	if slices.ContainsFunc(values, func(value string) bool { return strings.ContainsAny(value, " \t") }) {
		odd = append(odd, "there are blanks in it")
	}
	known, unknown := 0, 0
	for element := range elements(values) {
		switch name, _, _ := strings.Cut(element, "="); name {
		case "t", "v1":
			known++
		default:
			unknown++
		}
	}
	if unknown > 0 {
		odd = append(odd, fmt.Sprintf("%d of its elements are unknown", unknown))
	}
	if commas := strings.Count(strings.Join(values, ","), ","); unknown == 0 && commas >= known && known > 0 {
		odd = append(odd, "it has empty elements")
	}
	return odd
}

func isDigits(value string) bool {
	for _, char := range []byte(value) {
		if char < '0' || char > '9' {
			return false
		}
	}
	return value != ""
}
