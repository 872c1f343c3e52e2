package visionscope

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	gen "github.com/hostedpay/hostedpay-go/gen/visionscope"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/signature"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/gateway"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/ledger"
)

// Expired reports nothing: checkouts have no documented lifetime.
func (g *Gateway) Expired(*ledger.Tx) {}

// reportLater reports how a charge ended, after the documented wait.
func (g *Gateway) reportLater(tx *ledger.Tx) {
	wait := contract.VisionScopeApprovedAfter
	if tx.Status == control.SessionFailed {
		wait = contract.VisionScopeDeclinedAfter
	}
	report(tx, wait)
}

func report(tx *ledger.Tx, wait time.Duration) {
	d := tx.Details.(details)
	kind, body := eventOf(tx, d.orderID)
	encoded, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("the event %s cannot be encoded: %v", kind, err)) // plain fields
	}
	tx.Send(ledger.Event{Type: kind, ID: tx.ID + " " + kind, URL: d.webhookURL, Body: encoded, Wait: wait, Details: d.webhookSecret})
}

// The bodies of events, with the time as the gateway writes it.
type (
	paymentSuccess struct {
		gen.PaymentSuccessEvent
		PaidAt gateway.Timestamp `json:"paid_at"`
	}
	paymentFailed struct {
		gen.PaymentFailedEvent
		FailedAt gateway.Timestamp `json:"failed_at"`
	}
)

func eventOf(tx *ledger.Tx, orderID string) (kind string, body any) {
	major, _ := tx.Amount.Major() // was checked when the checkout was created
	amount, currency := json.Number(major), string(tx.Amount.Currency())
	if tx.Status == control.SessionSucceeded {
		const kind = gen.PaymentSuccessEventEventPaymentSuccess
		return string(kind), paymentSuccess{PaidAt: gateway.Timestamp(tx.UpdatedAt), PaymentSuccessEvent: gen.PaymentSuccessEvent{
			Event: kind, SessionID: tx.ID, Status: gen.PaymentSuccessEventStatusPaid,
			Amount: amount, Currency: currency, OrderID: orderID,
		}}
	}
	const failed = gen.PaymentFailedEventEventPaymentFailed
	return string(failed), paymentFailed{FailedAt: gateway.Timestamp(tx.UpdatedAt), PaymentFailedEvent: gen.PaymentFailedEvent{
		Event: failed, SessionID: tx.ID, Status: gen.PaymentFailedEventStatusFailed,
		Amount: amount, Currency: currency, OrderID: orderID, Reason: tx.FailureReason,
	}}
}

// WebhookURL is the one that came with the checkout.
func (g *Gateway) WebhookURL(d ledger.Delivery, _ control.Merchant) string { return d.URL }

// Redelivery is the documented schedule.
func (g *Gateway) Redelivery() (after []time.Duration, responseWithin time.Duration) {
	return contract.VisionScopeRetryAfter(), contract.VisionScopeReplyWithin
}

// SigningSecret is the one that came with the checkout.
func (g *Gateway) SigningSecret(d ledger.Delivery) string { return d.Details.(string) }

// Sign is the header of an event's request.
func (g *Gateway) Sign(d ledger.Delivery, secret string, at time.Time) http.Header {
	header := http.Header{"User-Agent": {contract.VisionScopeUserAgent}}
	header.Set(contract.VisionScopeSignatureHeader, signature.Hex(secret, d.Body))
	header.Set(contract.VisionScopeTimestampHeader, gateway.Timestamp(at).String())
	return header
}
