package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

func ExampleSchema() {
	schema, err := sqlstore.Schema(sqlstore.SQLite, sqlstore.WithTable("webhook_events"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(schema)
	// Output:
	// CREATE TABLE IF NOT EXISTS "webhook_events" (
	// 	key_hash  TEXT    NOT NULL PRIMARY KEY, -- SHA-256 of the key, in hexadecimal
	// 	event_key TEXT    NOT NULL,             -- the key, for people: ASCII, cut to 1024 characters
	// 	token     TEXT    NOT NULL,             -- of the claim
	// 	done      INTEGER NOT NULL,
	// 	ends_at   INTEGER NOT NULL              -- milliseconds since 1970: when the lease ends, or when the event was done
	// );
	//
	// CREATE INDEX IF NOT EXISTS "webhook_events_ends_at" ON "webhook_events" (ends_at);
}

// The shop's own write and the end of the event commit together. (The module drivertest runs this
// against databases.)
func ExampleStore_CompleteTx() {
	var (
		db       *sql.DB            // sql.Open("pgx", "postgres://…")
		verifier *webhooks.Verifier // webhooks.Vora(keys)
	)
	store, err := sqlstore.New(db, sqlstore.PostgreSQL)
	if err != nil {
		fmt.Println(err)
		return
	}
	work := func(ctx context.Context, event webhooks.Event) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }() // nothing to undo after the commit
		if _, err := tx.ExecContext(ctx, "UPDATE orders SET status = 'paid' WHERE session_id = $1", event.Info().SessionID); err != nil {
			return err
		}
		key, token, _ := webhooks.ClaimFrom(ctx)
		if err := store.CompleteTx(ctx, tx, key, token); err != nil {
			return err // somebody else has the event by now
		}
		return tx.Commit()
	}
	handler, err := webhooks.NewHandler(verifier, work, webhooks.WithStore(store))
	if err != nil {
		fmt.Println(err)
		return
	}
	http.Handle("POST /webhooks/vora", handler)
}
