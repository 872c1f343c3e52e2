package webhooks

import (
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// An Event is what a gateway reported, verified. Its types are those of this file and no others: switch over them.
//
//sumtype:decl
type Event interface {
	// About is what every event has.
	Info() *EventInfo

	// Not a method of Info, which others can embed.
	isEvent()
}

func (*SessionSucceeded) isEvent() {}
func (*SessionFailed) isEvent()    {}
func (*SessionExpired) isEvent()   {}
func (*RefundCreated) isEvent()    {}
func (*PaymentSucceeded) isEvent() {}
func (*PaymentFailed) isEvent()    {}
func (*VoraV2Event) isEvent()      {}
func (*UnknownEvent) isEvent()     {}

// EventInfo is what every event has. A member that its gateway does not send is zero.
type EventInfo struct {
	Scheme     Scheme       // how it was signed, and thereby which gateway it is from
	Type       string       // the gateway's name for it, "session.succeeded"
	SessionID  string       // the purchase; empty for events that are about none
	MerchantID string       // whose it is; VisionScope does not say, and there it is the key's
	Amount     money.Amount // paid, attempted or refunded
	Time       time.Time    // when it happened, as the event says
	Mode       sdk.Mode     // play money or real; Vora's webhooks v2 say, of others the key does

	// DedupeKey is the same for every delivery of the same event, and another for any other event.
	DedupeKey string

	KeyName    string    // the name of the key that verified it
	KeyExpires time.Time // when that key stops counting: its gateway should be using the next one by then; zero for never
	SignedAt   time.Time // when the gateway says that it signed this delivery; authentic with Vora v2 only

	Raw sdk.Raw // the body as it came
}

// About returns the info itself, which every event embeds.
func (i *EventInfo) Info() *EventInfo { return i }

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
	Reason      string // in the gateway's words
	Metadata    map[string]string
}

// SessionExpired says that a session ended without a payment. (Vora, webhooks v1.)
type SessionExpired struct {
	EventInfo
	Status   string
	Metadata map[string]string
}

// RefundCreated says that money was given back; Amount is how much this time. A session can have several refunds.
// (Vora, webhooks v1.)
type RefundCreated struct {
	EventInfo
	Status        string
	RefundID      string
	TransactionID string
	Metadata      map[string]string
}

// PaymentSucceeded says that the shopper paid. (VisionScope documentation, section 5.2, payment.success.)
type PaymentSucceeded struct {
	EventInfo
	OrderID string // the gateway's
}

// PaymentFailed says that the shopper tried to pay and failed. (VisionScope documentation, section 5.2.)
type PaymentFailed struct {
	EventInfo
	OrderID string // the gateway's
	Reason  string // in the gateway's words
}

// VoraV2Event is any event of Vora's webhooks v2; Data depends on Type.
type VoraV2Event struct {
	EventInfo
	ID       string // "evt_…"
	LiveMode bool
	Data     sdk.Raw
}

// UnknownEvent is a verified event that this SDK has no type for, or whose content it cannot read; Problem says which. Keep
// it: it is authentic, and a newer version may understand it.
type UnknownEvent struct {
	EventInfo
	Problem error // nil for a type that is merely new
}
