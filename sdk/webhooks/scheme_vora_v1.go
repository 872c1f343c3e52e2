package webhooks

import (
	"net/http"

	genvora "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/lenient"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// SchemeVoraV1 is that of Vora's webhooks v1: X-VonPay-Signature over the body, keyed by the
// merchant's API key.
const SchemeVoraV1 Scheme = "vora-v1"

var voraV1 = scheme{
	name:            SchemeVoraV1,
	gateway:         sdk.GatewayVora,
	signatureHeader: voraSignatureHeader,
	matches: func(h http.Header) bool {
		return first(h, voraSignatureHeader) != "" && !isSignatureList(h)
	},
	read:          readVoraV1,
	window:        window{contract.VoraV1Past, contract.VoraV1Future},
	signedWith:    "the merchant's whole API key (vp_sk_…)",
	credentials:   contract.VoraAPIKeys,
	signingKind:   "secret",
	parse:         func(body []byte) parsed { return parseVora(body, flatShape) },
	fields:        voraFields,
	namesMerchant: true,
	modeField:     "livemode",
	replyWithin:   contract.VoraV1ReplyWithin,
	redeliveries:  contract.VoraV1RetryAfter,
}

// Vora verifies Vora's webhooks v1, signed with the merchant's whole API key (vp_sk_…); keep the
// old key for 24 hours after a rotation. With several merchants the key source finds the keys by
// [KeyHint.MerchantID]. The documented window of 5 minutes is enforced, but the timestamp header is
// not signed: the dedupe store is the protection against replays. (Vora integrator guide, "Webhook
// signature format".)
func Vora(keys KeySource, opts ...VerifierOption) *Verifier { return newVerifier(&voraV1, keys, opts) }

// Canonical header names, so that looking one up in an [http.Header] costs nothing. Vora's v1 and
// v2 share the signature's.
var (
	voraSignatureHeader = http.CanonicalHeaderKey(contract.VoraV1SignatureHeader)
	voraTimestampHeader = http.CanonicalHeaderKey(contract.VoraV1TimestampHeader)
)

func readVoraV1(h http.Header) (s signed, err error) {
	value, err := single(h, voraSignatureHeader)
	if err != nil {
		return s, err
	}
	if !s.macs[0].ParseLower(value) {
		return s, malformed(contract.VoraV1SignatureHeader + " is not 64 lower-case hex digits")
	}
	stamp, err := single(h, voraTimestampHeader)
	if err != nil {
		return s, err
	}
	at, err := lenient.ParseTime(stamp)
	if err != nil {
		return s, malformed(contract.VoraV1TimestampHeader + " is not an ISO 8601 time")
	}
	s.count, s.time = 1, at
	return s, nil
}

// SessionSucceeded says that the buyer paid. (Vora, webhooks v1.)
type SessionSucceeded struct {
	EventInfo
	Status        string
	TransactionID string
	Metadata      map[string]string
}

func (*SessionSucceeded) isEvent() {}

// SessionFailed says that the buyer tried to pay and failed. (Vora, webhooks v1.)
type SessionFailed struct {
	EventInfo
	Status      string
	FailureCode string // "card_declined"
	Metadata    map[string]string
}

func (*SessionFailed) isEvent() {}

// SessionExpired says that a session ended without a payment. (Vora, webhooks v1.)
type SessionExpired struct {
	EventInfo
	Status   string
	Metadata map[string]string
}

func (*SessionExpired) isEvent() {}

// RefundCreated says that money was given back; Amount is how much this time. A session can have
// several refunds. (Vora, webhooks v1.)
type RefundCreated struct {
	EventInfo
	Status        string
	TransactionID string
	Metadata      map[string]string
}

func (*RefundCreated) isEvent() {}

// A voraV1Event is what an event of webhooks v1 means.
type voraV1Event struct {
	payment sdk.PaymentStatus
	status  genvora.SessionStatus // the session's, where the event does not say
	build   func(*voraV1Body) Event

	// identity is what tells two such events of one session apart; nil where a session has only
	// one.
	identity func(b *voraV1Body, body sdk.Raw) []string
}

// voraV1Events are the events of webhooks v1, by name.
var voraV1Events = map[string]voraV1Event{
	string(genvora.SessionSucceededEventEventSessionSucceeded): {
		payment: sdk.PaymentPaid, status: genvora.SessionStatusSucceeded,
		build: func(b *voraV1Body) Event {
			return &SessionSucceeded{Status: b.Status, TransactionID: b.TransactionID, Metadata: b.Metadata}
		},
	},
	string(genvora.SessionFailedEventEventSessionFailed): {
		payment: sdk.PaymentFailed, status: genvora.SessionStatusFailed,
		build: func(b *voraV1Body) Event {
			return &SessionFailed{Status: b.Status, FailureCode: b.FailureCode, Metadata: b.Metadata}
		},
	},
	string(genvora.SessionExpiredEventEventSessionExpired): {
		payment: sdk.PaymentExpired, status: genvora.SessionStatusExpired,
		build: func(b *voraV1Body) Event { return &SessionExpired{Status: b.Status, Metadata: b.Metadata} },
	},
	string(genvora.RefundCreatedEventEventRefundCreated): {
		payment: sdk.PaymentRefunded, status: genvora.SessionStatusRefunded,
		build: func(b *voraV1Body) Event {
			return &RefundCreated{Status: b.Status, TransactionID: b.TransactionID, Metadata: b.Metadata}
		},
		identity: func(b *voraV1Body, body sdk.Raw) []string {
			if b.RefundID != "" {
				return []string{b.RefundID}
			}
			if b.ID != "" {
				return []string{b.ID}
			}
			return []string{b.TransactionID, timestampOf(body)}
		},
	},
}
