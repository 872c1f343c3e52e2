package webhooks

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/fastjson"
	"github.com/hostedpay/hostedpay-go/internal/lenient"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// voraV1Body is the flat body of an event, its fields in the documented order. Those that only some
// of the gateway's documents promise are optional. The last five are of the envelope, and come in
// flat bodies too, but for the session's other name, which only data has.
type voraV1Body struct {
	Event         string            `json:"event"`
	SessionID     string            `json:"sessionId"`
	MerchantID    string            `json:"merchantId"`
	Amount        lenient.Integer   `json:"amount"`
	Currency      money.Currency    `json:"currency"`
	Timestamp     flexibleTime      `json:"timestamp"`
	Status        string            `json:"status"`
	Metadata      map[string]string `json:"metadata"`
	TransactionID string            `json:"transactionId"`
	FailureCode   string            `json:"failureCode"`
	Error         string            `json:"error"`
	RefundID      string            `json:"refundId"`
	ID            string            `json:"id"`
	EventID       string            `json:"event_id"`
	Type          string            `json:"type"`
	LiveMode      lenient.Bool      `json:"livemode"`
	Session       string            `json:"session_id"`

	problem error
}

var voraV1Names = fastjson.Names[voraV1Body]()

// read reads an object, and reports whether it has any fields.
func (b *voraV1Body) read(d *fastjson.Decoder) (some bool) {
	return d.Object(voraV1Names, func(name string) bool { return b.field(d, name) })
}

func (b *voraV1Body) field(d *fastjson.Decoder, name string) bool {
	switch name {
	case "event":
		b.Event = d.ReadString()
	case "sessionId":
		b.SessionID = d.ReadString()
	case "merchantId":
		b.MerchantID = d.ReadString()
	case "amount":
		b.Amount = lenient.NewInteger(d.Integer())
	case "currency":
		b.Currency = money.Currency(d.ReadString())
	case "timestamp":
		b.Timestamp = readTime(d)
	case "status":
		b.Status = d.ReadString()
	case "metadata":
		b.Metadata = d.Strings(b.Metadata)
	case "transactionId":
		b.TransactionID = d.ReadString()
	case "failureCode":
		b.FailureCode = d.ReadString()
	case "error":
		b.Error = d.ReadString()
	case "refundId":
		b.RefundID = d.ReadString()
	case "id":
		b.ID = d.ReadString()
	case "event_id":
		b.EventID = d.ReadString()
	case "type":
		b.Type = d.ReadString()
	case "session_id":
		b.Session = d.ReadString()
	case "livemode":
		b.LiveMode = lenient.NewBool(d.Bool())
	default:
		return false
	}
	return true
}

func (b *voraV1Body) hint() KeyHint { return KeyHint{SessionID: b.SessionID, MerchantID: b.MerchantID} }

func (b *voraV1Body) mode() sdk.Mode {
	switch {
	case b.LiveMode.True():
		return sdk.ModeLive
	case b.LiveMode.False():
		return sdk.ModeTest
	}
	return ""
}

// likelyMode reads the session ID, which is opaque but documented with the mode in it.
func (b *voraV1Body) likelyMode() sdk.Mode {
	switch {
	case b.mode() != "":
		return b.mode()
	case strings.Contains(b.SessionID, "cs_test_"):
		return sdk.ModeTest
	case strings.Contains(b.SessionID, "cs_live_"):
		return sdk.ModeLive
	}
	return ""
}

func (b *voraV1Body) event(info EventInfo) Event {
	info.Type, info.EventID, info.SessionID, info.MerchantID, info.Time = b.Event, b.ID, b.SessionID, b.MerchantID, b.Timestamp.Time
	if b.Amount.Known() {
		info.Amount = money.Minor(b.Amount.Value, b.Currency)
	}
	known, ok := voraV1Events[b.Event]
	switch {
	case b.Event == "":
		return unknownEvent(info, problem("webhooks: event cannot be read", b.problem))
	case contract.VoraV2EventFor(b.Event) != "":
		return unknownEvent(info, errors.New("webhooks: the type is one of an envelope, and there is no data"))
	case !ok:
		return unknownEvent(info, nil)
	case !b.complete() || b.MerchantID == "":
		return unknownEvent(info, problem("webhooks: sessionId, merchantId, amount or currency cannot be read", lenient.FirstError(b.problem, b.Amount)))
	case contradict(b.statusPayment(), known.payment):
		return unknownEvent(info, errStatus)
	}
	info.Payment, info.RefundID, info.Reason = known.payment, b.RefundID, b.Error
	identity := []string{info.MerchantID, info.SessionID, info.Type}
	if known.identity != nil {
		identity = append(identity, known.identity(b, info.Raw)...)
	}
	info.DedupeKey = dedupeKey(SchemeVoraV1, identity...) // under either header: an account may have both
	if b.Status == "" {
		b.Status = string(known.status)
	}
	event := known.build(b)
	*event.Info() = info
	return event
}

// statusPayment is what the status says about the payment; pending for one that no event has.
func (b *voraV1Body) statusPayment() sdk.PaymentStatus {
	for _, known := range voraV1Events {
		if string(known.status) == b.Status {
			return known.payment
		}
	}
	return sdk.PaymentPending
}

// complete reports whether the body says how much of which session it is about.
func (b *voraV1Body) complete() bool {
	return b.SessionID != "" && b.Amount.Known() && b.Currency != ""
}

// timestampOf is the timestamp as it was written, whatever that is.
func timestampOf(body sdk.Raw) string {
	var b struct {
		Timestamp json.RawMessage `json:"timestamp"`
	}
	_ = body.Decode(&b) // it has been read before
	return strings.Trim(string(b.Timestamp), `"`)
}
