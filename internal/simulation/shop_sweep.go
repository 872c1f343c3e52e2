package simulation

import (
	"context"
	"errors"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// sweep asks the gateway about the sessions that no event has settled.
func (p *process) sweep(ctx context.Context) {
	w := p.shop.w
	for {
		w.scheduler.sleep(ctx, "until the next sweep", 5*time.Minute)
		if w.makes(mistakeNoSweep) {
			continue
		}
		var open []question
		_ = p.tx(ctx, "open sessions", func(tx Tx) error {
			open = nil
			for _, o := range tx.Orders() {
				open = append(open, o.unsettled()...)
			}
			return nil
		})
		for _, q := range open {
			_, _ = p.ask(ctx, q.Order, q.session)
		}
	}
}

type question struct {
	Order
	session string
}

// unsettled are the order's sessions of which nobody has said yet how they ended, those of earlier
// attempts too: a buyer may have paid one of them in another tab.
func (o Order) unsettled() (open []question) {
	if o.Gateway != sdk.GatewayVora {
		return nil
	}
	for _, id := range o.Known {
		if !o.statusOf(id).Final() {
			open = append(open, question{o, id})
		}
	}
	return open
}

// statusOf is what is known about one session of the order.
func (o Order) statusOf(session string) sdk.PaymentStatus {
	for _, s := range o.State.Sessions {
		if s.ID == session {
			return s.Status
		}
	}
	return sdk.PaymentPending
}

// ask reads a session, and writes what it says into the order.
func (p *process) ask(ctx context.Context, o Order, id string) (sdk.PaymentStatus, error) {
	client, err := p.voraClient(ctx, o.Tenant, false)
	if err != nil {
		return "", err
	}
	within, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	within, _ = p.shop.w.newCall(within, o.ID, sdk.GatewayVora, false)
	session, err := client.GetSession(within, id)
	if err != nil {
		p.shop.w.checkText("an error", err)
		return "", err
	}
	return p.settle(ctx, o.ID, session)
}

// settle writes what a read says into the order.
func (p *process) settle(ctx context.Context, order string, session *vora.Session) (sdk.PaymentStatus, error) {
	var done learned
	status := session.Status.Payment()
	err := p.changeOrder(ctx, "settle", func(tx Tx) error {
		o := tx.Order(order)
		state, transition := orders.ApplyRead(o.State, orders.Read{SessionID: session.ID, Status: status, Amount: session.Amount})
		done = p.shop.learn(&o, session.ID, state, transition)
		tx.PutOrder(o)
		return nil
	})
	if err == nil || errors.Is(err, errDatabase) && done.order.Shipped > 0 && p.shop.order(order).Shipped == done.order.Shipped {
		p.shop.committed(lifeOf(ctx).actor, done, "a read")
	}
	return status, err
}
