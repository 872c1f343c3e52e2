package sandbox

import (
	"encoding/json"
	"time"

	genvision "github.com/hostedpay/hostedpay-go/gen/visionscope"
	genvora "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// An event is what a gateway reports: its name and its body.
type event struct {
	name string
	body any
}

// announce reports where a session has arrived, when the gateway would.
func (s *Sandbox) announce(x *session) {
	if x.gateway == voraGateway {
		s.send(x, voraEvent(x), 0)
		return
	}
	wait := contract.VisionScopeApprovedAfter
	if x.status == failed {
		wait = contract.VisionScopeDeclinedAfter
	}
	s.send(x, visionScopeEvent(x), wait)
}

func voraEvent(x *session) event {
	at, status := stamp(x.updatedAt), string(x.status)
	amount, currency := x.amount.Minor(), string(x.amount.Currency())
	switch x.status {
	case succeeded:
		const name = genvora.SessionSucceededEventEventSessionSucceeded
		return event{string(name), genvora.SessionSucceededEvent{
			Event: name, SessionID: x.id, MerchantID: x.account.ID, Amount: amount, Currency: currency,
			Timestamp: at, Status: &status, Metadata: x.vora.Metadata, TransactionID: &x.transaction,
		}}
	case failed:
		const name = genvora.SessionFailedEventEventSessionFailed
		return event{string(name), genvora.SessionFailedEvent{
			Event: name, SessionID: x.id, MerchantID: x.account.ID, Amount: amount, Currency: currency,
			Timestamp: at, Status: &status, Metadata: x.vora.Metadata, FailureCode: &x.failureCode, Error: &x.reason,
		}}
	default:
		const name = genvora.SessionExpiredEventEventSessionExpired
		return event{string(name), genvora.SessionExpiredEvent{
			Event: name, SessionID: x.id, MerchantID: x.account.ID, Amount: amount, Currency: currency,
			Timestamp: at, Status: &status, Metadata: x.vora.Metadata,
		}}
	}
}

func refundEvent(x *session, refundID string, amount int64, now time.Time) event {
	const name = genvora.RefundCreatedEventEventRefundCreated
	status := string(x.status)
	return event{string(name), genvora.RefundCreatedEvent{
		Event: name, SessionID: x.id, MerchantID: x.account.ID, Amount: amount, Currency: string(x.amount.Currency()),
		Timestamp: stamp(now), Status: &status, Metadata: x.vora.Metadata, RefundID: &refundID, TransactionID: &x.transaction,
	}}
}

// v2Types are the types that webhooks v2 have for what webhooks v1 report.
var v2Types = map[string]genvora.EventV2Type{ // read only
	string(genvora.SessionSucceededEventEventSessionSucceeded): genvora.EventV2TypeChargeSucceeded,
	string(genvora.SessionFailedEventEventSessionFailed):       genvora.EventV2TypeChargeFailed,
	string(genvora.SessionExpiredEventEventSessionExpired):     genvora.EventV2TypePaymentIntentCancelled,
	string(genvora.RefundCreatedEventEventRefundCreated):       genvora.EventV2TypeChargeRefunded,
}

// v2 is the event in the envelope of webhooks v2, with the v1 body as its data.
func (e event) v2(id, merchantID string, now time.Time) event {
	kind := v2Types[e.name]
	var data map[string]any
	text, _ := json.Marshal(e.body) // plain fields, which always encode
	_ = json.Unmarshal(text, &data)
	return event{string(kind), genvora.EventV2{
		ID: id, Type: kind, Created: now.Unix(), MerchantID: merchantID, Data: data,
	}}
}

func visionScopeEvent(x *session) event {
	major, _ := x.amount.Major() // was checked when the checkout was created
	amount, currency, at := json.Number(major), string(x.amount.Currency()), stamp(x.updatedAt)
	if x.status == succeeded {
		const name = genvision.PaymentSuccessEventEventPaymentSuccess
		return event{string(name), genvision.PaymentSuccessEvent{
			Event: name, SessionID: x.id, Status: genvision.PaymentSuccessEventStatusPaid,
			Amount: amount, Currency: currency, OrderID: x.vision.orderID, PaidAt: at,
		}}
	}
	const name = genvision.PaymentFailedEventEventPaymentFailed
	return event{string(name), genvision.PaymentFailedEvent{
		Event: name, SessionID: x.id, Status: genvision.PaymentFailedEventStatusFailed,
		Amount: amount, Currency: currency, OrderID: x.vision.orderID, Reason: x.reason, FailedAt: at,
	}}
}

// stamp is a time with the precision of the documentation's examples.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
