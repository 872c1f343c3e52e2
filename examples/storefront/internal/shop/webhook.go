package shop

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func (s *Shop) receiveWebhooks(mux *http.ServeMux) error {
	verifiers := map[string]*webhooks.Verifier{}
	if s.Vora != nil {
		signing := []webhooks.SigningKey{{Secret: s.Vora.SecretKey, Name: "current"}}
		if previous := s.Vora.PreviousKey; previous.Reveal() != "" {
			signing = append(signing, webhooks.SigningKey{Secret: previous, Name: "previous"})
		}
		keys, err := webhooks.StaticKeys(signing...)
		if err != nil {
			return err
		}
		verifiers["/webhooks/vora"] = webhooks.Vora(keys, webhooks.WithClock(s.Now))
	}
	if s.VisionScope != nil {
		verifiers["/webhooks/visionscope"] = webhooks.VisionScope(webhooks.KeySourceFunc(s.secretOf))
	}
	receiver, err := s.receiver(webhooks.Any(slices.Collect(maps.Values(verifiers))...))
	for path := range verifiers {
		mux.Handle(path, receiver)
	}
	return err
}

// receiver enters events into orders before it responds, or, with an inbox, makes them durable, and
// enters them afterwards.
func (s *Shop) receiver(events *webhooks.Verifier) (http.Handler, error) {
	if s.Inbox != nil {
		return s.inboxFor(events)
	}
	return webhooks.NewHandler(events, s.take, webhooks.WithStore(s.events), webhooks.WithLogger(s.Log))
}

// secretOf finds the secret of the order that a delivery's URL names. An event that verifies with
// it is one of that order's: no other order has the secret.
func (s *Shop) secretOf(ctx context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
	number := hint.Query().Get("order")
	o, err := numberedOrder(ctx, s.orders, number)
	switch {
	case errors.Is(err, errNoOrder):
		return nil, webhooks.ErrUnknownMerchant
	case err != nil:
		return nil, err
	}
	return []webhooks.SigningKey{{Secret: o.Secret, Name: "order", Reference: number}}, nil
}

// orderOf finds the order that an event is about. VisionScope's may name a session that the shop
// has never heard of, because the response to its create was lost.
func orderOf(ctx context.Context, table orderTable, event *webhooks.EventInfo) (order, error) {
	if g := event.Scheme.Gateway(); g != sdk.GatewayVisionScope {
		return table.bySession(ctx, g, event.SessionID)
	}
	return numberedOrder(ctx, table, event.Reference)
}

// numberedOrder finds an order of VisionScope by its number, or returns errNoOrder.
func numberedOrder(ctx context.Context, table orderTable, number string) (order, error) {
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return order{}, errNoOrder
	}
	return table.at(ctx, sdk.GatewayVisionScope, n)
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

// change enters an event into its order. An event with a problem is acknowledged all the same:
// delivering it again would not help.
func (s *Shop) change(ctx context.Context, table orderTable, event webhooks.Event) error {
	o, err := orderOf(ctx, table, event.Info())
	switch {
	case errors.Is(err, errNoOrder) && event.Info().Payment == sdk.PaymentPending:
		return nil // it is not about a payment
	case err != nil:
		return err
	}
	_, err = s.enter(ctx, table, o, eventReport(event))
	return err
}
