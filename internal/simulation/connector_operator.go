package simulation

import (
	"context"
	"errors"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
)

// Ways of a refund. The first is the plain one.
const (
	refundRequested  = iota // at the platform, and then made in the gateway's dashboard
	refundUnasked           // made in the dashboard, and nobody has asked for it
	refundForgotten         // requested, and never made
	refundAskedAfter        // made in the dashboard, and requested afterwards
)

var refundWays = []string{"requests a refund, and makes it", "refunds what nobody requested", "requests a refund that nobody makes", "requests a refund after it was made"}

// giveBack refunds what is paid, with the platform's knowledge or without.
func (w *world) giveBack(ctx context.Context) {
	for _, s := range w.gateways.Sessions() {
		t := w.truth[s.ID]
		if s.Refundable == 0 || t == nil || t.order == anotherTenants {
			continue
		}
		amount := money.Minor(s.Refundable, s.Amount.Currency())
		if w.chance.upTo("operator", "refunds a part", 2) == 1 && s.Refundable > 1 {
			amount = money.Minor(1+int64(w.chance.upTo("operator", "refunded amount", int(s.Refundable)-1)), s.Amount.Currency())
		}
		reference := w.scheduler.numbered("refund")
		way := w.chance.weighed("operator", "way of the refund", 4, 2, 2, 1)
		w.coverage.Operators[refundWays[way]]++
		w.trace.tell("operator", "%s: %v of %s", refundWays[way], amount, w.aliasOf(s.ID))
		kept := false
		if way == refundRequested || way == refundForgotten {
			kept = w.requestRefund(ctx, t.order, reference, amount)
		}
		if way != refundForgotten {
			if _, err := w.gateways.Refund(s.ID, amount.Minor()); err == nil {
				w.coverage.Operators["refunds"]++
				if kept {
					w.shop.platform.requested = append(w.shop.platform.requested, reference)
				}
			}
		}
		if way == refundAskedAfter {
			kept = w.requestRefund(ctx, t.order, reference, amount)
		}
		if kept && way != refundRequested && w.chance.upTo("operator", "withdraws the request", 2) == 1 {
			w.withdrawRefund(ctx, t.order, reference)
		}
	}
}

// requestRefund asks the platform until it has kept the request, or has said why not.
func (w *world) requestRefund(ctx context.Context, order, reference string, amount money.Amount) (kept bool) {
	return w.asksPlatform(ctx, "requests a refund", order, func(ctx context.Context, c *connector, o Order) error {
		_, err := c.book.RequestRefund(ctx, o.Tenant, o.Name, reference, amount)
		return err
	})
}

func (w *world) withdrawRefund(ctx context.Context, order, reference string) {
	w.asksPlatform(ctx, "withdraws a refund", order, func(ctx context.Context, c *connector, o Order) error {
		_, err := c.book.WithdrawRefund(ctx, o.Tenant, o.Name, reference)
		return err
	})
}

// asksPlatform asks some process, another one when that has died or its database was away.
func (w *world) asksPlatform(ctx context.Context, what, order string, ask func(context.Context, *connector, Order) error) (done bool) {
	b := &tab{w: w, name: "operator", order: order}
	for range 5 {
		var said error
		shown := b.asks(ctx, what, func(ctx context.Context, p *process) page {
			var o Order
			if said = p.tx(ctx, "order", func(tx Tx) error { o = tx.Order(order); return nil }); said == nil {
				said = ask(ctx, p.sells.(*connector), o)
			}
			return page{kind: pageWait}
		})
		switch {
		case errors.Is(said, charges.ErrNotRefundable), errors.Is(said, charges.ErrNotFound):
			return false
		case said == nil && shown.kind == pageWait:
			return true
		}
		w.scheduler.sleep(ctx, "asks again", time.Minute)
	}
	return false
}

// payUnseen is somebody at a page that the platform may never show, for example because support has
// sent its address: the charge hears of it by an event, perhaps before the response to the create.
func (w *world) payUnseen(session string) {
	actor := "support " + w.aliasOf(session)
	after := []time.Duration{0, time.Second, time.Minute}[w.chance.upTo(actor, "when", 3)]
	w.scheduler.spawn(life{actor: actor}, after, func(context.Context) {
		button := []string{"pay", "decline"}[w.chance.upTo(actor, "button", 2)]
		w.coverage.Reached["a page that support has sent: "+button]++
		w.trace.tell(actor, "presses %s", button)
		s, _ := w.session(session)
		(&tab{w: w, name: actor}).press(s.CheckoutURL, button, buyer.CardApproved)
	})
}
