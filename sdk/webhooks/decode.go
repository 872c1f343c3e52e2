package webhooks

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	genvision "github.com/hostedpay/hostedpay-go/gen/visionscope"
	genvora "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// decodeVoraV1 reads an event of webhooks v1. Members that only some documents promise are optional.
func decodeVoraV1(body []byte, info *Info) Event {
	var wire struct {
		Event         string            `json:"event"`
		SessionID     string            `json:"sessionId"`
		MerchantID    string            `json:"merchantId"`
		Amount        json.RawMessage   `json:"amount"`
		Currency      string            `json:"currency"`
		Timestamp     flexibleTime      `json:"timestamp"`
		Status        string            `json:"status"`
		Metadata      map[string]string `json:"metadata"`
		TransactionID string            `json:"transactionId"`
		FailureCode   string            `json:"failureCode"`
		Error         string            `json:"error"`
		RefundID      string            `json:"refundId"`
	}
	err := json.Unmarshal(body, &wire)
	info.Type, info.SessionID, info.MerchantID, info.Time = wire.Event, wire.SessionID, wire.MerchantID, wire.Timestamp.Time
	// Not read into an int64 by the decoder, which leaves a pointer to 0 behind where it reads no integer.
	minor, amountErr := strconv.ParseInt(string(wire.Amount), 10, 64)
	if amountErr == nil {
		info.Amount = money.Minor(minor, money.Currency(wire.Currency))
	}
	info.DedupeKey = dedupeKey(SchemeVoraV1, info.MerchantID, info.SessionID, info.Type)
	status := func(derived genvora.SessionStatus) string {
		if wire.Status != "" {
			return wire.Status
		}
		return string(derived)
	}
	var event Event
	switch wire.Event {
	case string(genvora.SessionSucceededEventEventSessionSucceeded):
		event = &SessionSucceeded{*info, status(genvora.SessionStatusSucceeded), wire.TransactionID, wire.Metadata}
	case string(genvora.SessionFailedEventEventSessionFailed):
		event = &SessionFailed{*info, status(genvora.SessionStatusFailed), wire.FailureCode, wire.Error, wire.Metadata}
	case string(genvora.SessionExpiredEventEventSessionExpired):
		event = &SessionExpired{*info, status(genvora.SessionStatusExpired), wire.Metadata}
	case string(genvora.RefundCreatedEventEventRefundCreated):
		which := []string{wire.RefundID}
		if wire.RefundID == "" {
			which = []string{wire.TransactionID, wire.Timestamp.text}
		}
		info.DedupeKey = dedupeKey(SchemeVoraV1, append([]string{info.MerchantID, info.SessionID, info.Type}, which...)...)
		event = &RefundCreated{*info, status(genvora.SessionStatusRefunded), wire.RefundID, wire.TransactionID, wire.Metadata}
	}
	switch {
	case event == nil:
		return unknown(info, err)
	case wire.SessionID == "" || wire.MerchantID == "" || amountErr != nil || wire.Currency == "":
		return unknown(info, errors.Join(errors.New("webhooks: sessionId, merchantId, amount or currency cannot be read"), err))
	}
	return event
}

// decodeVoraV2 reads the envelope of webhooks v2, whose data stays raw.
func decodeVoraV2(body []byte, info *Info) Event {
	var wire struct {
		ID         string          `json:"id"`
		EventID    string          `json:"event_id"`
		Type       string          `json:"type"`
		Created    flexibleTime    `json:"created"`
		LiveMode   bool            `json:"livemode"`
		MerchantID string          `json:"merchant_id"`
		Data       json.RawMessage `json:"data"`
	}
	err := json.Unmarshal(body, &wire)
	if wire.ID == "" {
		wire.ID = wire.EventID
	}
	info.Type, info.MerchantID, info.Time = wire.Type, wire.MerchantID, wire.Created.Time
	info.DedupeKey = dedupeKey(SchemeVoraV2, wire.ID)
	if wire.ID == "" || wire.Type == "" {
		return unknown(info, errors.Join(errors.New("webhooks: id or type cannot be read"), err))
	}
	return &EventV2{Info: *info, ID: wire.ID, LiveMode: wire.LiveMode, Data: sdk.NewRaw(wire.Data)}
}

// decodeVisionScope reads a payment event. Its amount is a decimal number of major units, and is never a float here.
func decodeVisionScope(body []byte, info *Info) Event {
	var wire struct {
		Event     string          `json:"event"`
		SessionID string          `json:"session_id"`
		Amount    json.RawMessage `json:"amount"` // a json.Number would stop the decoder where it reads no number
		Currency  string          `json:"currency"`
		OrderID   string          `json:"order_id"`
		Reason    string          `json:"reason"`
		PaidAt    flexibleTime    `json:"paid_at"`
		FailedAt  flexibleTime    `json:"failed_at"`
	}
	err := json.Unmarshal(body, &wire)
	info.Type, info.SessionID, info.Time = wire.Event, wire.SessionID, wire.PaidAt.Time
	info.DedupeKey = dedupeKey(SchemeVisionScope, info.SessionID, info.Type)
	amount, amountErr := money.Parse(strings.Trim(string(wire.Amount), `"`), money.Currency(wire.Currency))
	info.Amount = amount
	var event Event
	switch wire.Event {
	case string(genvision.PaymentSuccessEventEventPaymentSuccess):
		event = &PaymentSucceeded{Info: *info, OrderID: wire.OrderID}
	case string(genvision.PaymentFailedEventEventPaymentFailed):
		info.Time = wire.FailedAt.Time
		event = &PaymentFailed{Info: *info, OrderID: wire.OrderID, Reason: wire.Reason}
	}
	switch {
	case event == nil:
		return unknown(info, err)
	case wire.SessionID == "":
		return unknown(info, errors.Join(errors.New("webhooks: session_id cannot be read"), err))
	case amountErr != nil:
		return unknown(info, fmt.Errorf("webhooks: amount: %w", amountErr))
	}
	return event
}

// unknown keeps a verified event that has no type here. Nobody can say what tells it from the next one of its session,
// so that its body is its identity: better to hear of it twice than to lose the second.
func unknown(info *Info, problem error) Event {
	sum := sha256.Sum256(info.Raw.Bytes())
	info.DedupeKey = dedupeKey(info.Scheme, "body", hex.EncodeToString(sum[:]))
	return &Unknown{Info: *info, Problem: problem}
}

// dedupeKey joins what identifies an event so that no two identities read alike. Only signed members take part.
func dedupeKey(scheme Scheme, parts ...string) string {
	key := string(scheme)
	for _, part := range parts {
		key += "/" + url.PathEscape(part)
	}
	return key
}

// flexibleTime reads ISO 8601 texts and Unix seconds. What it cannot read is no time, and never costs an event.
type flexibleTime struct {
	time.Time
	text string
}

func (t *flexibleTime) UnmarshalJSON(data []byte) error {
	t.text = strings.Trim(string(data), `"`)
	if seconds, err := strconv.ParseInt(string(data), 10, 64); err == nil {
		t.Time = time.Unix(seconds, 0).UTC()
		return nil
	}
	t.Time, _ = time.Parse(time.RFC3339Nano, t.text)
	return nil
}
