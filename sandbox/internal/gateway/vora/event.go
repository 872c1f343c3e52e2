package vora

import (
	"encoding/json"
	"fmt"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/ledger"
)

// An event is what webhooks v1 report.
type event struct {
	kind string
	id   string // identity
	body any
}

// The bodies of webhooks v1, with the time as the gateway writes it.
type (
	sessionSucceeded struct {
		gen.SessionSucceededEvent
		Timestamp gateway.Timestamp `json:"timestamp"`
	}
	sessionFailed struct {
		gen.SessionFailedEvent
		Timestamp gateway.Timestamp `json:"timestamp"`
	}
	sessionExpired struct {
		gen.SessionExpiredEvent
		Timestamp gateway.Timestamp `json:"timestamp"`
	}
	refundCreated struct {
		gen.RefundCreatedEvent
		Timestamp gateway.Timestamp `json:"timestamp"`
	}
)

// Expired reports that a session's lifetime is over.
func (g *Gateway) Expired(tx *ledger.Tx) { g.report(tx, statusEvent(tx)) }

// statusEvent is the event of the status that a session has got.
func statusEvent(tx *ledger.Tx) event {
	at, status, metadata := gateway.Timestamp(tx.UpdatedAt), string(tx.Status), detailsOf(tx.Session).request.Metadata
	amount, currency := tx.Amount.Minor(), string(tx.Amount.Currency())
	switch tx.Status {
	case control.SessionSucceeded:
		const kind = gen.SessionSucceededEventEventSessionSucceeded
		return event{string(kind), tx.ID + " " + string(kind), sessionSucceeded{Timestamp: at, SessionSucceededEvent: gen.SessionSucceededEvent{
			Event: kind, SessionID: tx.ID, MerchantID: tx.MerchantID, Amount: amount, Currency: currency,
			Status: &status, Metadata: metadata, TransactionID: &tx.TransactionID,
		}}}
	case control.SessionFailed:
		const kind = gen.SessionFailedEventEventSessionFailed
		return event{string(kind), tx.ID + " " + string(kind), sessionFailed{Timestamp: at, SessionFailedEvent: gen.SessionFailedEvent{
			Event: kind, SessionID: tx.ID, MerchantID: tx.MerchantID, Amount: amount, Currency: currency,
			Status: &status, Metadata: metadata, FailureCode: &tx.FailureCode, Error: &tx.FailureReason,
		}}}
	default:
		const kind = gen.SessionExpiredEventEventSessionExpired
		return event{string(kind), tx.ID + " " + string(kind), sessionExpired{Timestamp: at, SessionExpiredEvent: gen.SessionExpiredEvent{
			Event: kind, SessionID: tx.ID, MerchantID: tx.MerchantID, Amount: amount, Currency: currency,
			Status: &status, Metadata: metadata,
		}}}
	}
}

func refundEvent(tx *ledger.Tx, refundID string, amount int64) event {
	const kind = gen.RefundCreatedEventEventRefundCreated
	status := string(control.SessionRefunded) // after a partial refund too
	return event{string(kind), tx.ID + " " + string(kind) + " " + refundID, refundCreated{Timestamp: gateway.Timestamp(tx.Now()), RefundCreatedEvent: gen.RefundCreatedEvent{
		Event: kind, SessionID: tx.ID, MerchantID: tx.MerchantID, Amount: amount, Currency: string(tx.Amount.Currency()),
		Status: &status, Metadata: detailsOf(tx.Session).request.Metadata, RefundID: &refundID,
		TransactionID: &tx.TransactionID,
	}}}
}

// report sends an event to the merchant's webhook URL, as webhooks v1 or v2.
func (g *Gateway) report(tx *ledger.Tx, e event) {
	merchant := tx.Merchant()
	signed := webhooksV1
	if merchant.Vora.WebhooksV2 {
		signed = webhooksV2
		if !merchant.Vora.FlatWebhooksV2 {
			e = g.envelope(tx, e)
		}
	}
	body, err := json.Marshal(e.body)
	if err != nil {
		panic(fmt.Sprintf("the event %s cannot be encoded: %v", e.kind, err)) // plain fields
	}
	tx.Send(ledger.Event{Type: e.kind, ID: e.id, URL: merchant.Vora.WebhookURL, Body: body, Details: signed})
}

// envelope is an event as webhooks v2 report it, with the body of webhooks v1 as its data.
func (g *Gateway) envelope(tx *ledger.Tx, e event) event {
	kind, id := gen.EventV2Type(contract.VoraV2TypeFor(e.kind)), "evt_"+g.ids.event.Base32(12)
	var data map[string]any
	v1, _ := json.Marshal(e.body) // plain fields, which always encode
	_ = json.Unmarshal(v1, &data)
	return event{string(kind), id, gen.EventV2{ID: id, Type: kind, Created: tx.Now().Unix(), MerchantID: tx.MerchantID, Data: data}}
}
