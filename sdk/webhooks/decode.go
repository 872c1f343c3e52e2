package webhooks

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	genvision "github.com/hostedpay/hostedpay-go/gen/visionscope"
	genvora "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// voraV1Body is an event of webhooks v1. Members that only some documents promise are optional.
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

// unread is an amount that nobody can pay.
const unread = math.MinInt64

func parseVoraV1(body []byte) parsed {
	b := &voraV1Body{Amount: unread}
	if !b.readFlat(body) {
		*b = voraV1Body{Amount: unread} // which the decoder leaves there when it reads no integer
		b.problem = json.Unmarshal(body, b)
	}
	return b
}

// readFlat is the short cut.
func (b *voraV1Body) readFlat(body []byte) bool {
	f := flat{text: string(body)}
	f.object(func(name string) {
		switch name {
		case "event":
			b.Event = f.string()
		case "sessionId":
			b.SessionID = f.string()
		case "merchantId":
			b.MerchantID = f.string()
		case "amount":
			b.Amount = f.whole()
		case "currency":
			b.Currency = money.Currency(f.string())
		case "timestamp":
			b.Timestamp = f.time()
		case "status":
			b.Status = f.string()
		case "metadata":
			f.lost = f.lost || b.Metadata != nil // two of which are one to encoding/json
			b.Metadata = f.texts()
		case "transactionId":
			b.TransactionID = f.string()
		case "failureCode":
			b.FailureCode = f.string()
		case "error":
			b.Error = f.string()
		case "refundId":
			b.RefundID = f.string()
		default:
			f.other(name, documentedOrder(SchemeVoraV1))
		}
	})
	return f.ended()
}

func (b *voraV1Body) hint() KeyHint { return KeyHint{SessionID: b.SessionID, MerchantID: b.MerchantID} }

func (b *voraV1Body) mode() sdk.Mode { return "" }

func (b *voraV1Body) event(info EventInfo) Event {
	info.Type, info.SessionID, info.MerchantID, info.Time = b.Event, b.SessionID, b.MerchantID, b.Timestamp.Time
	if b.Amount != unread {
		info.Amount = money.Minor(b.Amount, b.Currency)
	}
	switch {
	case b.Event == "" || !isVoraV1(b.Event):
		return unknown(info, b.problem)
	case b.SessionID == "" || b.MerchantID == "" || b.Amount == unread || b.Currency == "":
		return unknown(info, errors.Join(errors.New("webhooks: sessionId, merchantId, amount or currency cannot be read"), b.problem))
	}
	info.DedupeKey = dedupeKey(SchemeVoraV1, info.MerchantID, info.SessionID, info.Type)
	switch b.Event {
	case sessionSucceeded:
		return &SessionSucceeded{info, b.status(genvora.SessionStatusSucceeded), b.TransactionID, b.Metadata}
	case sessionFailed:
		return &SessionFailed{info, b.status(genvora.SessionStatusFailed), b.FailureCode, b.Error, b.Metadata}
	case sessionExpired:
		return &SessionExpired{info, b.status(genvora.SessionStatusExpired), b.Metadata}
	}
	if b.RefundID != "" {
		info.DedupeKey = dedupeKey(SchemeVoraV1, info.MerchantID, info.SessionID, info.Type, b.RefundID)
	} else {
		info.DedupeKey = dedupeKey(SchemeVoraV1, info.MerchantID, info.SessionID, info.Type, b.TransactionID, timestampText(info.Raw))
	}
	return &RefundCreated{info, b.status(genvora.SessionStatusRefunded), b.RefundID, b.TransactionID, b.Metadata}
}

// timestampText is the timestamp as it is written, whatever that is.
func timestampText(body sdk.Raw) string {
	var b struct {
		Timestamp json.RawMessage `json:"timestamp"`
	}
	_ = body.Decode(&b) // it has been read before
	return strings.Trim(string(b.Timestamp), `"`)
}

// The events of webhooks v1.
const (
	sessionSucceeded = string(genvora.SessionSucceededEventEventSessionSucceeded)
	sessionFailed    = string(genvora.SessionFailedEventEventSessionFailed)
	sessionExpired   = string(genvora.SessionExpiredEventEventSessionExpired)
	refundCreated    = string(genvora.RefundCreatedEventEventRefundCreated)
)

func isVoraV1(event string) bool {
	return event == sessionSucceeded || event == sessionFailed || event == sessionExpired || event == refundCreated
}

// status is what the event says, or what follows from what it is.
func (b *voraV1Body) status(derived genvora.SessionStatus) string {
	if b.Status != "" {
		return b.Status
	}
	return string(derived)
}

// voraV2Body is the envelope of webhooks v2, whose data stays raw.
type voraV2Body struct {
	ID         string          `json:"id"`
	EventID    string          `json:"event_id"`
	Type       string          `json:"type"`
	Created    flexibleTime    `json:"created"`
	LiveMode   *bool           `json:"livemode"`
	MerchantID string          `json:"merchant_id"`
	Data       json.RawMessage `json:"data"`

	problem error
}

func parseVoraV2(body []byte) parsed {
	b := &voraV2Body{}
	b.problem = json.Unmarshal(body, b)
	if b.ID == "" {
		b.ID = b.EventID
	}
	return b
}

func (b *voraV2Body) hint() KeyHint { return KeyHint{MerchantID: b.MerchantID} }

func (b *voraV2Body) mode() sdk.Mode {
	switch {
	case b.LiveMode == nil:
		return ""
	case *b.LiveMode:
		return sdk.ModeLive
	}
	return sdk.ModeTest
}

func (b *voraV2Body) event(info EventInfo) Event {
	info.Type, info.MerchantID, info.Time = b.Type, b.MerchantID, b.Created.Time
	if b.ID == "" || b.Type == "" {
		return unknown(info, errors.Join(errors.New("webhooks: id or type cannot be read"), b.problem))
	}
	info.DedupeKey = dedupeKey(SchemeVoraV2, b.ID)
	return &VoraV2Event{EventInfo: info, ID: b.ID, LiveMode: b.mode() == sdk.ModeLive, Data: sdk.NewRaw(b.Data)}
}

// visionScopeBody is a payment event. Its amount is a decimal number of major units, and is never a float here.
type visionScopeBody struct {
	Event     string          `json:"event"`
	SessionID string          `json:"session_id"`
	Amount    json.RawMessage `json:"amount"` // a json.Number would stop the decoder where it reads no number
	Currency  money.Currency  `json:"currency"`
	OrderID   string          `json:"order_id"`
	Reason    string          `json:"reason"`
	PaidAt    flexibleTime    `json:"paid_at"`
	FailedAt  flexibleTime    `json:"failed_at"`

	problem error
}

func parseVisionScope(body []byte) parsed {
	b := &visionScopeBody{}
	if !b.readFlat(body) {
		*b = visionScopeBody{}
		b.problem = json.Unmarshal(body, b)
	}
	return b
}

func (b *visionScopeBody) readFlat(body []byte) bool {
	f := flat{text: string(body)}
	f.object(func(name string) {
		switch name {
		case "event":
			b.Event = f.string()
		case "session_id":
			b.SessionID = f.string()
		case "amount":
			b.Amount = json.RawMessage(f.number())
		case "currency":
			b.Currency = money.Currency(f.string())
		case "order_id":
			b.OrderID = f.string()
		case "reason":
			b.Reason = f.string()
		case "paid_at":
			b.PaidAt = f.time()
		case "failed_at":
			b.FailedAt = f.time()
		default:
			f.other(name, documentedOrder(SchemeVisionScope))
		}
	})
	return f.ended()
}

func (b *visionScopeBody) hint() KeyHint { return KeyHint{SessionID: b.SessionID} }

func (b *visionScopeBody) mode() sdk.Mode { return "" }

// The events of VisionScope.
const (
	paymentSuccess = string(genvision.PaymentSuccessEventEventPaymentSuccess)
	paymentFailed  = string(genvision.PaymentFailedEventEventPaymentFailed)
)

func (b *visionScopeBody) event(info EventInfo) Event {
	info.Type, info.SessionID, info.Time = b.Event, b.SessionID, b.PaidAt.Time
	amount, err := money.Parse(strings.Trim(string(b.Amount), `"`), b.Currency)
	info.Amount = amount
	switch {
	case b.Event != paymentSuccess && b.Event != paymentFailed:
		return unknown(info, b.problem)
	case b.SessionID == "":
		return unknown(info, errors.Join(errors.New("webhooks: session_id cannot be read"), b.problem))
	case err != nil:
		return unknown(info, fmt.Errorf("webhooks: amount: %w", err))
	}
	info.DedupeKey = dedupeKey(SchemeVisionScope, info.SessionID, info.Type)
	if b.Event == paymentSuccess {
		return &PaymentSucceeded{EventInfo: info, OrderID: b.OrderID}
	}
	info.Time = b.FailedAt.Time
	return &PaymentFailed{EventInfo: info, OrderID: b.OrderID, Reason: b.Reason}
}

// unknown keeps a verified event that has no type here. Nobody can say what tells it from the next one of its session,
// so that its body is its identity: better to hear of it twice than to lose the second.
func unknown(info EventInfo, problem error) Event {
	sum := sha256.Sum256(info.Raw.Bytes())
	info.DedupeKey = dedupeKey(info.Scheme, "body", hex.EncodeToString(sum[:]))
	return &UnknownEvent{EventInfo: info, Problem: problem}
}

// dedupeKey joins what identifies an event so that no two identities read alike. Only signed members take part.
func dedupeKey(scheme Scheme, parts ...string) string {
	var key [8]string
	key[0] = string(scheme)
	for i, part := range parts {
		if strings.IndexByte(part, '/') >= 0 || strings.IndexByte(part, '%') >= 0 || strings.IndexByte(part, 0) >= 0 {
			part = url.PathEscape(part)
		}
		key[i+1] = part
	}
	joined := strings.Join(key[:len(parts)+1], "/")
	if len(joined) > mostDedupeKey {
		sum := sha256.Sum256([]byte(joined))
		return string(scheme) + "/long/" + hex.EncodeToString(sum[:])
	}
	return joined
}

// mostDedupeKey is how long a key may be, so that every store can hold it.
const mostDedupeKey = 512

// flexibleTime reads ISO 8601 texts and Unix seconds. What it cannot read is no time, and never costs an event.
type flexibleTime struct{ time.Time }

func (t *flexibleTime) UnmarshalJSON(data []byte) error {
	switch {
	case data[0] != '"':
		t.Time = time.Time{}
		if seconds, err := strconv.ParseInt(string(data), 10, 64); err == nil {
			t.Time = time.Unix(seconds, 0).UTC()
		}
	case t.Time.UnmarshalJSON(data) != nil: // which reads bytes, and is stricter
		t.Time, _ = time.Parse(time.RFC3339Nano, strings.Trim(string(data), `"`))
	}
	return nil
}
