package webhooks

import (
	"net/http"
	"strings"
	"sync"
	"time"

	genvision "github.com/hostedpay/hostedpay-go/gen/visionscope"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/fastjson"
	"github.com/hostedpay/hostedpay-go/internal/lenient"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// SchemeVisionScope is VisionScope's: X-Signature over the body, keyed by the checkout's webhook
// secret.
const SchemeVisionScope Scheme = "visionscope"

var visionScope = scheme{
	name:            SchemeVisionScope,
	gateway:         sdk.GatewayVisionScope,
	signatureHeader: visionScopeSignatureHeader,
	matches:         func(h http.Header) bool { return first(h, visionScopeSignatureHeader) != "" },
	read:            readVisionScope,
	signedWith:      "the webhook_secret of the checkout",
	credentials:     contract.VisionScopeAPIKeys,
	parse:           parseVisionScope,
	fields:          contract.VisionScopeEventFields,
	replyWithin:     contract.VisionScopeReplyWithin,
	redeliveries:    contract.VisionScopeRetryAfter,
	replies:         replies{missingSignature: http.StatusBadRequest, withoutCode: true},
}

// VisionScope verifies the events of VisionScope's checkouts, each with the secret that its
// checkout was created with: the key source finds it by [KeyHint.SessionID]. The signature covers
// the body and no time, and the gateway documents no replay window, so that the dedupe store is the
// protection against replays. (VisionScope documentation, section 5.)
func VisionScope(keys KeySource, opts ...VerifierOption) *Verifier {
	return newVerifier(&visionScope, keys, opts)
}

// Canonical header names, so that looking one up in an [http.Header] costs nothing.
var (
	visionScopeSignatureHeader = http.CanonicalHeaderKey(contract.VisionScopeSignatureHeader)
	visionScopeTimestampHeader = http.CanonicalHeaderKey(contract.VisionScopeTimestampHeader)
)

func readVisionScope(h http.Header) (s signed, err error) {
	value, err := single(h, visionScopeSignatureHeader)
	if err != nil {
		return s, err
	}
	if !s.macs[0].Parse(value) {
		return s, malformed(contract.VisionScopeSignatureHeader + " is not 64 hex digits")
	}
	s.count = 1
	s.time, _ = lenient.ParseTime(first(h, visionScopeTimestampHeader)) // informative, not enforced
	return s, nil
}

// PaymentSucceeded says that the shopper paid. (VisionScope documentation, section 5.2,
// payment.success.)
type PaymentSucceeded struct {
	EventInfo
	OrderID string // the gateway's
}

func (*PaymentSucceeded) isEvent() {}

// PaymentFailed says that the shopper tried to pay and failed. (VisionScope documentation, section
// 5.2.)
type PaymentFailed struct {
	EventInfo
	OrderID string // the gateway's
}

func (*PaymentFailed) isEvent() {}

// A visionScopeEvent is what an event of VisionScope means.
type visionScopeEvent struct {
	payment sdk.PaymentStatus
	at      func(*visionScopeBody) time.Time
	build   func(*visionScopeBody) Event
}

// visionScopeEvents are the events of VisionScope, by name.
var visionScopeEvents = map[string]visionScopeEvent{
	string(genvision.PaymentSuccessEventEventPaymentSuccess): {
		payment: sdk.PaymentPaid,
		at:      func(b *visionScopeBody) time.Time { return b.PaidAt.Time },
		build:   func(b *visionScopeBody) Event { return &PaymentSucceeded{OrderID: b.OrderID} },
	},
	string(genvision.PaymentFailedEventEventPaymentFailed): {
		payment: sdk.PaymentFailed,
		at:      func(b *visionScopeBody) time.Time { return b.FailedAt.Time },
		build:   func(b *visionScopeBody) Event { return &PaymentFailed{OrderID: b.OrderID} },
	},
}

// visionScopeBody is a payment event, its fields in the documented order. Its amount is a decimal
// number of major units, and is never a float here.
type visionScopeBody struct {
	Event     string         `json:"event"`
	SessionID string         `json:"session_id"`
	Status    string         `json:"status"` // says what the event's name says
	Amount    fastjson.Raw   `json:"amount"` // a json.Number would stop the decoder where it reads no number
	Currency  money.Currency `json:"currency"`
	OrderID   string         `json:"order_id"`
	Reason    string         `json:"reason"`
	PaidAt    flexibleTime   `json:"paid_at"`
	FailedAt  flexibleTime   `json:"failed_at"`

	problem error
}

var visionScopeNames = fastjson.Names[visionScopeBody]()

func (b *visionScopeBody) read(d *fastjson.Decoder) {
	d.Object(visionScopeNames, func(name string) bool { return b.field(d, name) })
}

func (b *visionScopeBody) field(d *fastjson.Decoder, name string) bool {
	switch name {
	case "event":
		b.Event = d.ReadString()
	case "session_id":
		b.SessionID = d.ReadString()
	case "status":
		b.Status = d.ReadString()
	case "amount":
		b.Amount = d.Raw()
	case "currency":
		b.Currency = money.Currency(d.ReadString())
	case "order_id":
		b.OrderID = d.ReadString()
	case "reason":
		b.Reason = d.ReadString()
	case "paid_at":
		b.PaidAt = readTime(d)
	case "failed_at":
		b.FailedAt = readTime(d)
	default:
		return false
	}
	return true
}

func parseVisionScope(body []byte) parsed {
	b, d := visionScopeBodies.Get().(*visionScopeBody), fastjson.New(body)
	if b.read(&d); !d.Complete() {
		b.problem = fastjson.Slowly(body, b)
	}
	return b
}

// visionScopeBodies are not in use. An event takes the values of a body's fields, and never the
// body.
var visionScopeBodies = sync.Pool{New: func() any { return &visionScopeBody{} }}

func (b *visionScopeBody) forget() {
	*b = visionScopeBody{}
	visionScopeBodies.Put(b)
}

func (b *visionScopeBody) hint() KeyHint { return KeyHint{SessionID: b.SessionID} }

func (b *visionScopeBody) mode() sdk.Mode { return "" }

func (b *visionScopeBody) likelyMode() sdk.Mode { return "" }

func (b *visionScopeBody) event(info EventInfo) Event {
	info.Type, info.SessionID, info.Time = b.Event, b.SessionID, b.PaidAt.Time
	amount, err := money.Parse(strings.Trim(string(b.Amount), `"`), b.Currency)
	info.Amount = amount
	known, ok := visionScopeEvents[b.Event]
	switch {
	case b.Event == "":
		return unknownEvent(info, problem("webhooks: event cannot be read", b.problem))
	case !ok:
		return unknownEvent(info, nil)
	case b.SessionID == "":
		return unknownEvent(info, problem("webhooks: session_id cannot be read", b.problem))
	case err != nil:
		return unknownEvent(info, problem("webhooks: amount", err))
	case contradict(sdk.PaymentStatus(b.Status), known.payment):
		return unknownEvent(info, errStatus)
	}
	info.Payment, info.Reason, info.Time = known.payment, b.Reason, known.at(b)
	info.DedupeKey = dedupeKey(info.Scheme, info.MerchantID, info.SessionID, info.Type)
	event := known.build(b)
	*event.Info() = info
	return event
}
