package simulation

import (
	"context"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// oddities are events that contradict what the gateway says otherwise, or that nobody can read. The
// first is none.
var oddities = []string{
	"", "a payment of another amount", "a payment of nothing", "an amount that cannot be read", "a refund in another currency",
	"a refund of more than was paid", "an event of an unknown type",
}

// beOdd has the gateway report a paid session in strange ways, authentically: the shop must have a
// person look at it.
func (w *world) beOdd(ctx context.Context) {
	for range 1 + w.chance.upTo("odd gateway", "oddities", 2) {
		before := w.payments
		w.scheduler.park(ctx, "waits for a payment", calmAt, func() bool { return w.payments > before })
		w.scheduler.sleep(ctx, "waits", time.Duration(w.chance.upTo("odd gateway", "seconds", 30))*time.Second)
		for _, s := range w.gateways.Sessions() {
			if t := w.truth[s.ID]; s.Gateway == sdk.GatewayVora && wasPaid(s) && t != nil && t.order != anotherTenants && !w.account(s.MerchantID).WebhooksV2 {
				w.reportOddly(s)
				break
			}
		}
	}
}

func (w *world) reportOddly(s control.Session) {
	which := w.chance.weighed("odd gateway", "oddity", 1, 2, 2, 2, 2, 2, 2)
	if which == 0 {
		return
	}
	w.coverage.Oddities[oddities[which]]++
	w.trace.tell("odd gateway", "reports of %s: %s", w.aliasOf(s.ID), oddities[which])
	w.truth[s.ID].odd = true
	fields := []webhookstest.Field{webhookstest.SessionID(s.ID), webhookstest.MerchantID(s.MerchantID), webhookstest.Amount(s.Amount)}
	refund := []webhookstest.Field{webhookstest.Set("refundId", w.scheduler.numbered("re_odd"))}
	more := money.Minor(s.Amount.Minor()+1, s.Amount.Currency())
	var body []byte
	switch which {
	case 1:
		body = webhookstest.SessionSucceeded(append(fields, webhookstest.Amount(more))...)
	case 2:
		body = webhookstest.SessionSucceeded(append(fields, webhookstest.Amount(money.Minor(0, s.Amount.Currency())))...)
	case 3:
		body = webhookstest.SessionSucceeded(append(fields, webhookstest.Set("amount", "?"))...)
	case 4:
		body = webhookstest.RefundCreated(append(fields, append(refund, webhookstest.Amount(money.Minor(100, "EUR")))...)...)
	case 5:
		body = webhookstest.RefundCreated(append(fields, append(refund, webhookstest.Amount(more))...)...)
	default:
		body = webhookstest.SessionSucceeded(append(fields, webhookstest.Set("event", "session.disputed"))...)
	}
	r := webhookstest.Vora(w.account(s.MerchantID).SecretKey, body, webhookstest.To(shopURL+"/webhooks/vora"))
	inbound{w}.arrive(r, body, w.scheduler.numbered("odd event"), 0, &hook{})
}

// account is a merchant's at Vora as it is now.
func (w *world) account(id string) control.VoraAccount {
	for _, m := range w.gateways.Merchants() {
		if m.ID == id {
			return m.Vora
		}
	}
	return control.VoraAccount{}
}
