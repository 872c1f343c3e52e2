package webhooks

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strings"
	"time"

	genvora "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// SchemeVoraV1 is that of Vora's webhooks v1: X-VonPay-Signature over the body, keyed by the
// merchant's API key.
const SchemeVoraV1 Scheme = "vora-v1"

var voraV1 = scheme{
	name:            SchemeVoraV1,
	gateway:         sdk.GatewayVora,
	signatureHeader: voraSignatureHeader,
	matches: func(h http.Header) bool {
		value := first(h, voraSignatureHeader)
		return value != "" && !strings.Contains(value, "=")
	},
	read:          readVoraV1,
	window:        window{contract.VoraV1Past, contract.VoraV1Future},
	signedWith:    "the merchant's whole API key (vp_sk_…)",
	credentials:   contract.VoraAPIKeys,
	signingKind:   "secret",
	parse:         parseVoraV1,
	fields:        contract.VoraV1EventFields,
	namesMerchant: true,
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
	at, err := time.Parse(time.RFC3339Nano, stamp)
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

// SessionFailed says that the buyer tried to pay and failed. (Vora, webhooks v1.)
type SessionFailed struct {
	EventInfo
	Status      string
	FailureCode string // "card_declined"
	Metadata    map[string]string
}

// SessionExpired says that a session ended without a payment. (Vora, webhooks v1.)
type SessionExpired struct {
	EventInfo
	Status   string
	Metadata map[string]string
}

// RefundCreated says that money was given back; Amount is how much this time. A session can have
// several refunds. (Vora, webhooks v1.)
type RefundCreated struct {
	EventInfo
	Status        string
	TransactionID string
	Metadata      map[string]string
}

func (*SessionSucceeded) isEvent() {}
func (*SessionFailed) isEvent()    {}
func (*SessionExpired) isEvent()   {}
func (*RefundCreated) isEvent()    {}

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
			return []string{b.TransactionID, timestampOf(body)}
		},
	},
}

// voraV1Body is an event of webhooks v1, its fields in the documented order. Those that only some
// of the gateway's documents promise are optional.
type voraV1Body struct {
	Event         string            `json:"event"`
	SessionID     string            `json:"sessionId"`
	MerchantID    string            `json:"merchantId"`
	Amount        int64             `json:"amount"`
	Currency      money.Currency    `json:"currency"`
	Timestamp     flexibleTime      `json:"timestamp"`
	Status        string            `json:"status"`
	Metadata      map[string]string `json:"metadata"`
	TransactionID string            `json:"transactionId"`
	FailureCode   string            `json:"failureCode"`
	Error         string            `json:"error"`
	RefundID      string            `json:"refundId"`

	problem error
}

var voraV1Fields = []bodyField[voraV1Body]{
	{"event", func(b *voraV1Body) any { return &b.Event }},
	{"sessionId", func(b *voraV1Body) any { return &b.SessionID }},
	{"merchantId", func(b *voraV1Body) any { return &b.MerchantID }},
	{"amount", func(b *voraV1Body) any { return &b.Amount }},
	{"currency", func(b *voraV1Body) any { return &b.Currency }},
	{"timestamp", func(b *voraV1Body) any { return &b.Timestamp }},
	{"status", func(b *voraV1Body) any { return &b.Status }},
	{"metadata", func(b *voraV1Body) any { return &b.Metadata }},
	{"transactionId", func(b *voraV1Body) any { return &b.TransactionID }},
	{"failureCode", func(b *voraV1Body) any { return &b.FailureCode }},
	{"error", func(b *voraV1Body) any { return &b.Error }},
	{"refundId", func(b *voraV1Body) any { return &b.RefundID }},
}

// noAmount is what stays where no integer was read. No payment has it.
const noAmount = math.MinInt64

func parseVoraV1(body []byte) parsed {
	b := &voraV1Body{Amount: noAmount}
	if !decodeFast(body, b, voraV1Fields) {
		*b = voraV1Body{Amount: noAmount}
		b.problem = json.Unmarshal(body, b)
	}
	return b
}

func (b *voraV1Body) hint() KeyHint { return KeyHint{SessionID: b.SessionID, MerchantID: b.MerchantID} }

func (b *voraV1Body) mode() sdk.Mode { return "" }

// likelyMode reads the session ID, which is opaque but documented with the mode in it.
func (b *voraV1Body) likelyMode() sdk.Mode {
	switch {
	case strings.Contains(b.SessionID, "cs_test_"):
		return sdk.ModeTest
	case strings.Contains(b.SessionID, "cs_live_"):
		return sdk.ModeLive
	}
	return ""
}

func (b *voraV1Body) event(info EventInfo) Event {
	info.Type, info.SessionID, info.MerchantID, info.Time = b.Event, b.SessionID, b.MerchantID, b.Timestamp.Time
	if b.Amount != noAmount {
		info.Amount = money.Minor(b.Amount, b.Currency)
	}
	known, ok := voraV1Events[b.Event]
	switch {
	case !ok:
		return unknownEvent(info, b.problem)
	case b.SessionID == "" || b.MerchantID == "" || b.Amount == noAmount || b.Currency == "":
		return unknownEvent(info, errors.Join(errors.New("webhooks: sessionId, merchantId, amount or currency cannot be read"), b.problem))
	}
	info.Payment, info.RefundID, info.Reason = known.payment, b.RefundID, b.Error
	if known.identity == nil {
		info.DedupeKey = dedupeKey(info.Scheme, info.MerchantID, info.SessionID, info.Type)
	} else {
		identity := known.identity(b, info.Raw)
		info.DedupeKey = dedupeKey(info.Scheme, append([]string{info.MerchantID, info.SessionID, info.Type}, identity...)...)
	}
	if b.Status == "" {
		b.Status = string(known.status)
	}
	event := known.build(b)
	*event.Info() = info
	return event
}

// timestampOf is the timestamp as it was written, whatever that is.
func timestampOf(body sdk.Raw) string {
	var b struct {
		Timestamp json.RawMessage `json:"timestamp"`
	}
	_ = body.Decode(&b) // it has been read before
	return strings.Trim(string(b.Timestamp), `"`)
}
