package webhooks

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"sync"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/fastjson"
	"github.com/hostedpay/hostedpay-go/internal/lenient"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// A voraShape is a form of body. Vora's documents have the flat one for webhooks v1 and the
// envelope for v2, and its newest samples the flat one for both: the body itself says which it is.
type voraShape int

const (
	flatShape voraShape = iota
	envelopeShape
)

// parseVora reads a body of either shape. One that has neither counts as its scheme's.
func parseVora(body []byte, usual voraShape) parsed {
	b, d := voraBodies.Get().(*voraEnvelope), fastjson.New(body)
	if b.read(&d); !d.Complete() {
		b.problem = fastjson.Slowly(body, b)
	}
	b.findPayment()
	b.adopt()
	if len(b.Data) == 0 && b.isFlat(usual) || b.Event != "" && b.SessionID != "" {
		return (*voraFlat)(b)
	}
	return b
}

// voraBodies are not in use. An event takes the values of a body's fields, and never the body.
var voraBodies = sync.Pool{New: func() any { return &voraEnvelope{} }}

func (b *voraEnvelope) forget() {
	*b = voraEnvelope{}
	voraBodies.Put(b)
}

// A voraFlat is a body that turned out to be flat. All it says is in its voraV1Body.
type voraFlat voraEnvelope

func (b *voraFlat) forget() { (*voraEnvelope)(b).forget() }

// isFlat reports whether a body without data is a flat one.
func (b *voraV1Body) isFlat(usual voraShape) bool {
	return b.Event != "" || usual == flatShape && b.Type == ""
}

// adopt takes the fields that have come under the name of the other shape, or an older one.
func (b *voraEnvelope) adopt() {
	b.ID = cmp.Or(b.ID, b.EventID)
	b.inData.SessionID = cmp.Or(b.inData.SessionID, b.inData.Session)
	if b.SessionID != "" {
		b.Event = cmp.Or(b.Event, b.Type)
	}
}

// voraFields are those of both shapes, for advice about bodies that were written anew.
func voraFields() []string {
	return slices.Concat(contract.VoraV2EventFields(), contract.VoraV1EventFields())
}

// VoraV2Event is any event of Vora's webhooks v2 that comes in an envelope; Data depends on Type.
// Where Data says how much of which session it is about, the EventInfo says so too.
type VoraV2Event struct {
	EventInfo
	ID       string // "evt_…"
	LiveMode bool
	Data     sdk.Raw
}

func (*VoraV2Event) isEvent() {}

// A voraEnvelope is a body whose content is in its data. It has the fields of both shapes, since
// which it is shows when it is read.
type voraEnvelope struct {
	voraV1Body
	Created  flexibleTime    `json:"created"`
	Merchant string          `json:"merchant_id"`
	Data     json.RawMessage `json:"data"`

	payment *voraV1Body // what the data says about a payment, in inData; nil for empty data
	inData  voraV1Body
}

var voraEnvelopeNames = fastjson.Names[voraEnvelope]()

func (b *voraEnvelope) read(d *fastjson.Decoder) {
	d.Object(voraEnvelopeNames, func(name string) bool { return b.field(d, name) })
}

func (b *voraEnvelope) field(d *fastjson.Decoder, name string) bool {
	switch name {
	case "created":
		b.Created = readTime(d)
	case "merchant_id":
		b.Merchant = d.ReadString()
	case "data":
		b.readData(d)
	default:
		return b.voraV1Body.field(d, name)
	}
	return true
}

// readData reads the data, and what it says about a payment on the way.
func (b *voraEnvelope) readData(d *fastjson.Decoder) {
	begin := d.Begin()
	inside := *d
	b.payment, b.inData = nil, voraV1Body{}
	if some := b.inData.read(&inside); some && !inside.Lost() {
		*d, b.payment = inside, &b.inData
	} else { // data of another form
		d.Pass()
	}
	b.Data = d.Since(begin)
}

// findPayment reads what the data says about a payment, where the shortcut has not.
func (b *voraEnvelope) findPayment() {
	if b.payment != nil {
		return
	}
	switch string(bytes.Trim(b.Data, "{ \t\r\n}")) {
	case "", "null":
		return
	}
	b.payment = &b.inData
	b.payment.problem = fastjson.Slowly(b.Data, b.payment)
}

func (b *voraEnvelope) hint() KeyHint {
	hint := KeyHint{MerchantID: b.Merchant}
	if b.payment != nil {
		hint.SessionID, hint.MerchantID = b.payment.SessionID, cmp.Or(b.Merchant, b.payment.MerchantID)
	}
	return hint
}

func (b *voraEnvelope) likelyMode() sdk.Mode {
	if b.mode() == "" && b.payment != nil {
		return b.payment.likelyMode()
	}
	return b.mode()
}

func (b *voraEnvelope) event(info EventInfo) Event {
	claimed := b.hint()
	info.Type, info.EventID, info.SessionID, info.Time = b.Type, b.ID, claimed.SessionID, b.Created.Time
	info.MerchantID = cmp.Or(claimed.MerchantID, info.MerchantID)
	if b.ID == "" || b.Type == "" {
		return unknownEvent(info, problem("webhooks: id or type cannot be read", b.problem))
	}
	b.inData.tell(&info, b.Merchant, cmp.Or(contract.VoraV2EventFor(b.Type), b.Type))
	info.DedupeKey = dedupeKey(SchemeVoraV2, info.MerchantID, b.ID)
	return &VoraV2Event{EventInfo: info, ID: b.ID, LiveMode: b.mode() == sdk.ModeLive, Data: sdk.NewRaw(b.Data)}
}

// tell says what the data of an envelope says about a payment, when its type is an event of
// webhooks v1, or stands for one. Data that does not say how much of which session is a problem,
// and so is none at all: the money has moved, and nobody would look for it.
func (b *voraV1Body) tell(info *EventInfo, merchant, event string) {
	known, ok := voraV1Events[event]
	switch {
	case !ok:
	case b.Event != "" && b.Event != event:
		info.Problem = errors.New("webhooks: data has another event than the type")
	case contradict(b.statusPayment(), known.payment):
		info.Problem = errStatus
	case b.Session != "" && b.Session != b.SessionID:
		info.Problem = errors.New("webhooks: data has another session_id than sessionId")
	case b.MerchantID != "" && merchant != "" && b.MerchantID != merchant:
		info.Problem = errors.New("webhooks: data has another merchantId than merchant_id")
	case !b.complete():
		info.Problem = problem("webhooks: sessionId, amount or currency cannot be read in data", lenient.FirstError(b.problem, b.Amount))
	default:
		info.Payment, info.Amount = known.payment, money.Minor(b.Amount.Value, b.Currency)
		info.RefundID, info.Reason = b.RefundID, b.Error
	}
}
