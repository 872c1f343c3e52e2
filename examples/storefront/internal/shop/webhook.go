package shop

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func (s *Shop) receiveWebhooks(mux *http.ServeMux) error {
	options := []webhooks.HandlerOption{webhooks.WithStore(s.events), webhooks.WithLogger(s.Log)}
	if s.Vora != nil {
		keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: s.Vora.SecretKey, Name: "current"})
		if err != nil {
			return err
		}
		handler, err := webhooks.NewHandler(webhooks.Vora(keys, webhooks.WithClock(s.Now)), s.take, options...)
		if err != nil {
			return err
		}
		mux.Handle("/webhooks/vora", handler)
	}
	if s.VisionScope != nil {
		handler, err := webhooks.NewHandler(webhooks.VisionScope(webhooks.KeySourceFunc(s.secretOf)), s.take, options...)
		if err != nil {
			return err
		}
		mux.Handle("/webhooks/visionscope", named(handler))
	}
	return nil
}

// orderNumber is the context key of the order that a delivery's URL names.
type orderNumber struct{}

// named hands on the order that the URL names; none has the number zero.
func named(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		number, _ := strconv.ParseInt(r.URL.Query().Get("order"), 10, 64) // zero when it is not a number
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), orderNumber{}, number)))
	})
}

// namedOrder is the order that a delivery's URL names, or errNoOrder.
func namedOrder(ctx context.Context, table orderTable) (order, error) {
	number, _ := ctx.Value(orderNumber{}).(int64)
	return table.at(ctx, sdk.GatewayVisionScope, number)
}

// secretOf finds the secret of the order that a delivery of VisionScope names. An event that
// verifies with it is one of that order's: no other order has the secret. When the order is unknown
// there are no keys, rather than an unknown merchant, which the handler remembers by the session.
func (s *Shop) secretOf(ctx context.Context, _ webhooks.KeyHint) ([]webhooks.SigningKey, error) {
	o, err := namedOrder(ctx, s.orders)
	switch {
	case errors.Is(err, errNoOrder):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return []webhooks.SigningKey{{Secret: o.Secret, Name: "order"}}, nil
}

// orderOf finds the order that an event is about. VisionScope's may name a session that the shop
// has never heard of, because the response to its create was lost.
func orderOf(ctx context.Context, table orderTable, event *webhooks.EventInfo) (order, error) {
	if g := event.Scheme.Gateway(); g != sdk.GatewayVisionScope {
		return table.bySession(ctx, g, event.SessionID)
	}
	return namedOrder(ctx, table)
}

// take writes what an event says into its order, and that the event is done, in one transaction: a
// parcel leaves once.
func (s *Shop) take(ctx context.Context, event webhooks.Event) error {
	tx, err := s.DB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing to undo after the commit
	if err := s.change(ctx, orderTable{tx}, event); err != nil {
		return err
	}
	key, token, _ := webhooks.ClaimFrom(ctx)
	if err := s.events.CompleteTx(ctx, tx, key, token); err != nil {
		return err
	}
	return tx.Commit()
}

// change applies an event to its order, and dispatches the parcel, once for the purchase, unless
// the money has been given back by now. An event that makes a problem is kept with the order, and
// delivering it again would not help: nothing is sent, and log and order book call for somebody.
func (s *Shop) change(ctx context.Context, table orderTable, event webhooks.Event) error {
	info := event.Info()
	o, err := orderOf(ctx, table, info)
	switch {
	case errors.Is(err, errNoOrder) && info.Payment == sdk.PaymentPending:
		return nil // it is not about a payment
	case err != nil:
		return err
	}
	o.Payment.Expected = o.Amount
	payment, transition := orders.Apply(o.Payment, event)
	send := transition.BecamePaid() && payment.MayShip() && !o.PurchaseSent()
	reason := ""
	if payment.Status.Unpaid() {
		reason = cmp.Or(info.Reason, o.Reason)
	}
	o, err = table.record(ctx, o, payment, reason, send)
	if err == nil && len(transition.Problems) > 0 {
		s.Log.Error("a payment has a problem, and somebody should look at it", "order", o.Number, "session_id", info.SessionID,
			"event", info.Type, "amount", info.Amount.String(), "expected", o.Amount.String(), "problems", transition.Problems)
	}
	if err == nil && transition.BecamePaid() && o.PaidTwice() {
		s.Log.Error("a purchase was paid twice; nothing was sent for this order: refund it", "order", o.Number, "session_id", info.SessionID)
	}
	return err
}
