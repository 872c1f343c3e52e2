package shop

import (
	"context"
	"database/sql"
	"net/http"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// inboxFor makes the inbox of the shop. The orders are in the inbox's database, so that a parcel
// leaves once: the order and the end of the event are one transaction.
func (s *Shop) inboxFor(events *webhooks.Verifier) (http.Handler, error) {
	box, err := inbox.New(events, s.Inbox, inbox.Work[*sql.Tx]{InTx: func(ctx context.Context, tx *sql.Tx, event webhooks.Event) error {
		return s.change(ctx, orderTable{tx}, event)
	}}, inbox.WithLogger(s.Log))
	s.box = box
	return box, err
}

// Start begins to work on events, when the shop has an inbox.
func (s *Shop) Start(ctx context.Context) error {
	if s.box == nil {
		return nil
	}
	if err := s.Inbox.Migrate(ctx); err != nil {
		return err
	}
	return s.box.Start(ctx)
}

// Stop waits for the work on events that has begun.
func (s *Shop) Stop(ctx context.Context) error {
	if s.box == nil {
		return nil
	}
	return s.box.Stop(ctx)
}
