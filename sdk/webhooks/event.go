package webhooks

import (
	"errors"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// An Event is what a gateway reported, verified. Its types are those of this package, declared
// beside their scheme, and no others: switch over them, or read [EventInfo.Payment] when only the
// outcome matters.
//
//sumtype:decl
type Event interface {
	// Info is what every event has.
	Info() *EventInfo

	// Not a method of EventInfo, which others can embed.
	isEvent()
}

// EventInfo is what every event has. A field that its gateway does not send is zero.
type EventInfo struct {
	Scheme     Scheme       // how it was signed, and thereby which gateway it is from
	Type       string       // the gateway's name for it, "session.succeeded"
	EventID    string       // the gateway's own ID of the event
	SessionID  string       // the purchase; empty for events that are not about one
	MerchantID string       // whose event it is; where the event does not say, the signing key's merchant
	Amount     money.Amount // paid, attempted or refunded
	RefundID   string       // the refund that the event is about
	Reason     string       // why a payment failed, in the gateway's words
	Time       time.Time    // when it happened, as the event says
	Mode       sdk.Mode     // the event's where it says, else the signing key's

	// Payment is what the event says about the session's payment: that it is paid, failed or
	// expired, or that Amount of it was refunded, which may be a part. It is pending when the event
	// says nothing about it.
	Payment sdk.PaymentStatus

	// DedupeKey is the same for every delivery of the same event, and another for any other event.
	DedupeKey string

	KeyName    string    // the name of the signing key that verified it
	Reference  string    // what that signing key belongs to, such as the number of an order
	KeyExpires time.Time // when that signing key expires: its gateway should be using the next one by then; zero for never
	Offboarded bool      // the key source says that the merchant has left; a [StoredEvent] does not keep it
	SignedAt   time.Time // when the gateway says that it signed this delivery; authentic only where the scheme signs it: see its verifier
	ReceivedAt time.Time // when it was verified, by this machine's clock

	// Problem is why an event of a known type cannot be read as one, says nothing about the payment
	// that it is about, or contradicts itself; nil for a type that is merely new. Such an event is
	// authentic: have a person look at it. The handler logs it; see also [WithUnreadableRejected].
	Problem error `json:"-"`

	Raw sdk.Raw // the body, byte for byte
}

// Info returns the info itself, which every event embeds.
func (i *EventInfo) Info() *EventInfo { return i }

// UnknownEvent is a verified event that this SDK has no type for, or whose content it cannot read.
// Keep it, for example as a [StoredEvent]: it is authentic, and a newer version may understand it.
// Its Problem is nil for a type that is merely new.
type UnknownEvent struct {
	EventInfo
}

func (*UnknownEvent) isEvent() {}

// contradict reports whether the status in an event says that nothing was paid, and the event's
// name that something was. The other way round is none: the status may be what became of the
// session since.
func contradict(status, event sdk.PaymentStatus) bool {
	return status.Unpaid() && !event.Unpaid()
}

var errStatus = errors.New("webhooks: the event says that something was paid, and its status that nothing was")
