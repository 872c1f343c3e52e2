package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"os"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

const (
	defaultPostgreSQL = "postgres://postgres@127.0.0.1:5432/test?sslmode=disable"
	withoutPostgreSQL = "not measured: no PostgreSQL is where HOSTEDPAY_TEST_POSTGRES says, or on 127.0.0.1:5432"
)

// claiming claims and completes events in PostgreSQL, as the handler does.
func claiming(ctx context.Context) (*contest, error) {
	c := &contest{name: "PostgreSQL store, 8 at once", about: "An event is claimed and completed; the floor does that in two bare statements.", workers: 8, rate: true, turn: 200 * time.Millisecond}
	address := cmp.Or(os.Getenv("HOSTEDPAY_TEST_POSTGRES"), defaultPostgreSQL)
	db, err := sql.Open("pgx", address)
	if err != nil {
		return nil, err
	}
	c.cleanup = append(c.cleanup, func() { _ = db.Close() })
	if err := db.PingContext(ctx); err != nil {
		c.skipped = withoutPostgreSQL
		return c, nil //nolint:nilerr // without a server there is nothing to measure
	}
	db.SetMaxOpenConns(c.workers)
	db.SetMaxIdleConns(c.workers)
	run := rand.Text()[:8]
	bare, ours := "bench_bare_"+run, "bench_store_"+run
	schema, err := sqlstore.Schema(sqlstore.PostgreSQL, sqlstore.WithTable(ours))
	if err != nil {
		return c, err
	}
	if _, err := db.ExecContext(ctx, `CREATE TABLE "`+bare+`" (key bytea PRIMARY KEY, token text NOT NULL, done boolean NOT NULL, ends_at bigint NOT NULL);`+schema); err != nil {
		return c, err
	}
	c.cleanup = append(c.cleanup, func() { _, _ = db.Exec(`DROP TABLE "` + bare + `", "` + ours + `"`) })
	store, err := sqlstore.New(db, sqlstore.PostgreSQL, sqlstore.WithTable(ours))
	if err != nil {
		return c, err
	}
	claim := `INSERT INTO "` + bare + `" VALUES ($1, $2, false, $3) ON CONFLICT DO NOTHING`
	complete := `UPDATE "` + bare + `" SET done = true, ends_at = $3 WHERE key = $1 AND token = $2`
	c.entrants = []entrant{{name: "floor: two statements", do: func(int) error {
		key, token := rand.Text(), webhooks.NewToken()
		if _, err := db.ExecContext(ctx, claim, []byte(key), token, time.Now().UnixMilli()); err != nil {
			return err
		}
		_, err := db.ExecContext(ctx, complete, []byte(key), token, time.Now().UnixMilli())
		return err
	}}, {name: "hostedpay, sqlstore", goal: "≥ 0.9", do: func(int) error {
		key, token := rand.Text(), webhooks.NewToken()
		state, err := store.Claim(ctx, key, token, time.Minute)
		if err != nil || state != webhooks.StateNew {
			return fmt.Errorf("claim: %v, %w", state, err)
		}
		return store.Complete(ctx, key, token)
	}}}
	return c, nil
}
