package shop

import (
	"context"
	"errors"
	"net/http"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func (s *Shop) receiveWebhooks(mux *http.ServeMux) error {
	options := []webhooks.HandlerOption{webhooks.WithStore(s.events), webhooks.WithLogger(s.Log), webhooks.WithRateLimit(50, 100)}
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
	o, err := s.orders.bySession(ctx, atVisionScope, hint.SessionID)
	switch {
	case errors.Is(err, errNoOrder) || err == nil && o.Secret.IsZero():
		return nil, webhooks.ErrUnknownMerchant
	case err != nil:
		return nil, err
	}
	return []webhooks.SigningKey{{Secret: o.Secret, Name: "checkout"}}, nil
}

// take writes what an event says into its order, and that the event is done, in one transaction: a parcel leaves once.
func (s *Shop) take(ctx context.Context, event webhooks.Event) error {
	tx, err := s.DB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing to undo after the commit
	if err := s.change(ctx, orders{tx}, event); err != nil {
		return err
	}
	key, token, _ := webhooks.ClaimFrom(ctx)
	if err := s.events.CompleteTx(ctx, tx, key, token); err != nil {
		return err
	}
	return tx.Commit()
}

// change moves the order.
func (s *Shop) change(ctx context.Context, orders orders, event webhooks.Event) error {
	info := event.Info()
	switch event := event.(type) {
	case *webhooks.SessionSucceeded:
		return s.pay(ctx, orders, atVora, info)
	case *webhooks.PaymentSucceeded:
		return s.pay(ctx, orders, atVisionScope, info)
	case *webhooks.SessionFailed:
		return orders.end(ctx, atVora, info.SessionID, failed, event.Reason)
	case *webhooks.PaymentFailed:
		return orders.end(ctx, atVisionScope, info.SessionID, failed, event.Reason)
	case *webhooks.SessionExpired:
		return orders.end(ctx, atVora, info.SessionID, expired, "")
	case *webhooks.RefundCreated:
		return orders.refund(ctx, atVora, info.SessionID, info.Amount)
	case *webhooks.VoraV2Event, *webhooks.UnknownEvent: // nothing that this shop waits for
	}
	return nil
}

// pay notes a payment, and calls for somebody when the purchase was paid before.
func (s *Shop) pay(ctx context.Context, orders orders, g gateway, info *webhooks.EventInfo) error {
	o, err := orders.pay(ctx, g, info.SessionID, info.Amount)
	if err == nil && o.PaidTwice() {
		s.Log.Error("a purchase was paid twice; nothing was sent for this order: refund it", "order", o.Number, "session_id", o.Session)
	}
	return err
}
