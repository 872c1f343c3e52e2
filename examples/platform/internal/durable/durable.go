// Package durable receives events with an inbox: they are durable before they are acknowledged, and
// worked on afterwards.
package durable

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A Receiver is an inbox of either database.
type Receiver struct {
	receive func(*webhooks.Verifier, webhooks.EventFunc) error
	box     interface {
		http.Handler
		Start(ctx context.Context) error
		Stop(ctx context.Context) error
	}
	migrate func(context.Context) error
	close   func()
}

// Open opens the inbox of a platform: in PostgreSQL, when the platform's database is that, else in
// a file beside the platform's; without one, in a file that is lost when it is closed.
func Open(ctx context.Context, database string, log *slog.Logger) (*Receiver, error) {
	if strings.HasPrefix(database, "postgres") {
		db, err := inbox.PostgreSQL(ctx, database)
		if err != nil {
			return nil, err
		}
		return receiver(db, log, func() {}), nil
	}
	forget := func() {}
	if database == "" {
		dir, err := os.MkdirTemp("", "platform")
		if err != nil {
			return nil, err
		}
		database, forget = filepath.Join(dir, "platform"), func() { _ = os.RemoveAll(dir) }
	}
	db, err := inbox.SQLite(database + ".events")
	if err != nil {
		forget()
		return nil, err
	}
	return receiver(db, log, forget), nil
}

func receiver[TTx any](db *inbox.Database[TTx], log *slog.Logger, forget func()) *Receiver {
	r := &Receiver{migrate: db.Migrate, close: func() { db.Close(); forget() }}
	r.receive = func(events *webhooks.Verifier, take webhooks.EventFunc) error {
		box, err := inbox.New(events, db, inbox.Work[TTx]{Outside: take}, inbox.WithLogger(log))
		r.box = box
		return err
	}
	return r
}

// Receive makes the handler of deliveries; take is called for each event, once or more often.
func (r *Receiver) Receive(events *webhooks.Verifier, take webhooks.EventFunc) (http.Handler, error) {
	if err := r.receive(events, take); err != nil {
		return nil, err
	}
	return r.box, nil
}

// Start begins to accept events, and to work on them.
func (r *Receiver) Start(ctx context.Context) error {
	if r.box == nil {
		return errors.New("durable: nobody has called Receive")
	}
	if err := r.migrate(ctx); err != nil {
		return err
	}
	return r.box.Start(ctx)
}

// Close ends the work. What was not done is done after the next start.
func (r *Receiver) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if r.box != nil {
		_ = r.box.Stop(ctx)
	}
	r.close()
}
