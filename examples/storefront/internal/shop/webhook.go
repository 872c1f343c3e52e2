package shop

import (
	"cmp"
	"context"
	"errors"
	"net/http"

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
		mux.Handle("/webhooks/visionscope", handler)
	}
	return nil
}

// secretOf finds the secret that a VisionScope checkout was created with.
func (s *Shop) secretOf(ctx context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
	o, err := s.orders.bySession(ctx, sdk.GatewayVisionScope, hint.SessionID)
	switch {
	case errors.Is(err, errNoOrder) || err == nil && o.Secret.IsZero():
		return nil, webhooks.ErrUnknownMerchant
	case err != nil:
		return nil, err
	}
	return []webhooks.SigningKey{{Secret: o.Secret, Name: "checkout"}}, nil
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
	o, err := table.bySession(ctx, info.Scheme.Gateway(), info.SessionID)
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
		s.Log.Error("a payment has a problem, and somebody should look at it", "order", o.Number, "session_id", o.Session,
			"event", info.Type, "amount", info.Amount.String(), "expected", o.Amount.String(), "problems", transition.Problems)
	}
	if err == nil && transition.BecamePaid() && o.PaidTwice() {
		s.Log.Error("a purchase was paid twice; nothing was sent for this order: refund it", "order", o.Number, "session_id", o.Session)
	}
	return err
}
