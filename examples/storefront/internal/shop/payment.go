package shop

import (
	"cmp"
	"context"

	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A report is what a gateway says about a payment: in an event, or when it is asked. Both are the
// gateway's own word, so that both change the order in the same way, and either may send the
// parcel: an order whose webhook never comes is shipped when its buyer is back.
type report struct {
	session string
	what    string // for the log
	amount  money.Amount
	reason  string // of a failure
	apply   func(orders.State) (orders.State, orders.Transition)
}

func eventReport(event webhooks.Event) report {
	info := event.Info()
	return report{info.SessionID, info.Type, info.Amount, info.Reason, func(state orders.State) (orders.State, orders.Transition) {
		return orders.Apply(state, event)
	}}
}

func readReport(session *vora.Session) report {
	read := orders.Read{SessionID: session.ID, Status: session.Status.Payment(), Amount: session.Amount}
	return report{read.SessionID, "read: " + string(session.Status), read.Amount, "", func(state orders.State) (orders.State, orders.Transition) {
		return orders.ApplyRead(state, read)
	}}
}

// enter writes a report into its order, as it stands in the caller's transaction, and dispatches
// the parcel when the order may ship and nothing has been sent for the purchase. It is not asked
// whether this report made the order paid: another one may have, and have found no parcel to send.
// A report that makes a problem is kept with the order: nothing is sent, and log and order book
// call for somebody.
func (s *Shop) enter(ctx context.Context, table orderTable, o order, said report) (order, error) {
	o.Payment.Expected = o.Amount
	payment, transition := said.apply(o.Payment)
	send := payment.MayShip() && !o.PurchaseSent()
	reason := ""
	if payment.Status.Unpaid() {
		reason = cmp.Or(said.reason, o.Reason)
	}
	if err := table.record(ctx, o.Number, payment, reason); err != nil {
		return order{}, err
	}
	if send {
		if err := table.dispatch(ctx, o.Number); err != nil {
			return order{}, err
		}
	}
	o, err := table.byNumber(ctx, o.Number)
	if err != nil {
		return order{}, err
	}
	if len(transition.Problems) > 0 {
		s.Log.Error("a payment has a problem, and somebody should look at it", "order", o.Number, "session_id", said.session,
			"said", said.what, "amount", said.amount.String(), "expected", o.Amount.String(), "problems", transition.Problems)
	}
	if transition.BecamePaid() && o.PaidTwice() {
		s.Log.Error("a purchase was paid twice; nothing was sent for this order: refund it", "order", o.Number, "session_id", said.session)
	}
	return o, nil
}
