package webhooks

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Scheme is a way to sign deliveries. A signature of one scheme never satisfies another.
type Scheme string

// schemes are all there are, each with a file of its own. Nothing else names a scheme or switches
// on it.
func schemes() []*scheme { return []*scheme{&visionScope, &voraV1, &voraV2} }

// A scheme is all that differs between the schemes.
type scheme struct {
	name    Scheme
	gateway sdk.Gateway

	// How a delivery is signed.
	signatureHeader string                            // canonical, as a key of [http.Header]
	matches         func(http.Header) bool            // reports whether the headers have this scheme's shape
	read            func(http.Header) (signed, error) // a result and not a pointer, which would be allocated
	odd             func(http.Header) []string        // what differs from the documented form and is accepted; nil for a strict scheme
	window          window                            // the replay window
	signedWith      string                            // completes "it is signed with …", for advice
	credentials     func() []contract.APIKey          // the gateway's credentials that have a prefix
	signingKind     string                            // the kind of credential that signs; empty for secrets without a prefix

	// What an event looks like.
	parse         func(body []byte) parsed
	fields        func() []string // of its events, in the order of the documentation
	namesMerchant bool            // events say whose they are
	modeField     string          // in which events say whether they are test or live; empty when they do not

	// How the gateway delivers, and which responses it documents.
	replyWithin  time.Duration
	redeliveries func() []time.Duration // the wait before each
	replies      replies
}

// replies are where the replies to rejected deliveries differ. The zero value is 401 with the
// catalog's code.
type replies struct {
	missingSignature int  // status, when it is not 401
	outsideWindow    int  // status, when it is not that of a wrong signature
	withoutCode      bool // the documented body has no code
}

// parsed is a body that was read and not verified.
type parsed interface {
	hint() KeyHint         // what it claims, to find keys with
	mode() sdk.Mode        // what it claims, empty when it does not say
	likelyMode() sdk.Mode  // what it looks like: for advice, never for a decision
	event(EventInfo) Event // after verification
	forget()               // ends its use; what it read may be overwritten
}

// Gateway returns the gateway that signs this way; it is empty for an unknown scheme.
func (s Scheme) Gateway() sdk.Gateway { return s.strategy().gateway }

// strategy is the scheme of this name, or an empty one.
func (s Scheme) strategy() *scheme {
	for _, known := range schemes() {
		if known.name == s {
			return known
		}
	}
	return &scheme{}
}

// A credential is what the prefix of a secret says about it.
type credential struct {
	prefix string
	signs  Scheme // noScheme for one that signs no deliveries
	mode   sdk.Mode
}

// noScheme stands for credentials that sign no deliveries.
const noScheme Scheme = "none"

// credentials are those of all gateways, the longest prefix first.
var credentials = knownCredentials()

func knownCredentials() (list []credential) {
	for _, s := range schemes() {
		for _, known := range s.credentials() {
			signs := noScheme
			if known.Kind == s.signingKind {
				signs = s.name
			}
			at := slices.IndexFunc(list, func(c credential) bool { return c.prefix == known.Prefix })
			switch {
			case at < 0:
				list = append(list, credential{known.Prefix, signs, sdk.Mode(known.Mode)})
			case signs != noScheme:
				list[at].signs = signs // another scheme of the same gateway does not sign with it
			}
		}
	}
	slices.SortStableFunc(list, func(a, b credential) int { return len(b.prefix) - len(a.prefix) })
	return list
}

// credentialOf reads a secret's prefix. It is the zero value for a secret without a known one.
func credentialOf(secret string) credential {
	for _, known := range credentials {
		if strings.HasPrefix(secret, known.prefix) {
			return known
		}
	}
	return credential{}
}
