package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

const inboxTurn = time.Second // a commit takes milliseconds, and what counts is how they follow one another

// storing makes events durable in PostgreSQL, together with the job that works on them later.
func storing(callers int, goal string) func(context.Context) (*contest, error) {
	return func(ctx context.Context) (*contest, error) {
		c := &contest{
			name: fmt.Sprintf("inbox on PostgreSQL, %d at once", callers), workers: callers, rate: true, turn: inboxTurn,
			about: "A delivery is verified, and made durable with the job that works on it; the floor verifies and has one INSERT for each, without a job, over 32 connections.",
		}
		address := cmp.Or(os.Getenv("HOSTEDPAY_TEST_POSTGRES"), defaultPostgreSQL)
		pool, err := pgxpool.New(ctx, withConnections(address, 32))
		if err != nil {
			return nil, err
		}
		c.cleanup = append(c.cleanup, pool.Close)
		if err := pool.Ping(ctx); err != nil {
			c.skipped = withoutPostgreSQL
			return c, nil //nolint:nilerr // without a server there is nothing to measure
		}
		schema := "bench_" + strings.ToLower(rand.Text()[:8])
		db, err := inbox.PostgreSQL(ctx, address, inbox.WithSchema(schema))
		if err != nil {
			return c, err
		}
		c.cleanup = append(c.cleanup, func() { _, _ = pool.Exec(ctx, "DROP SCHEMA "+schema+" CASCADE") })
		box, err := accepting(ctx, c, db)
		if err != nil {
			return c, err
		}
		const table = " (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, dedupe_key text NOT NULL UNIQUE, payload text NOT NULL)"
		if _, err := pool.Exec(ctx, "CREATE TABLE "+schema+".plain"+table); err != nil {
			return c, err
		}
		insert := "INSERT INTO " + schema + ".plain (dedupe_key, payload) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id"
		verifier := webhooks.Vora(keys(apiKey))
		c.entrants = []entrant{{name: "floor: one INSERT", do: func(int) error {
			info, err := verified(ctx, verifier, delivery())
			if err != nil {
				return err
			}
			var id int64
			return pool.QueryRow(ctx, insert, info.DedupeKey, string(info.Raw.Bytes())).Scan(&id)
		}}, {name: "hostedpay, inbox", goal: goal, do: func(int) error { return deliver(box, delivery()) }}}
		return c, nil
	}
}

// storingInAFile compares callers that share transactions with one that has each for itself.
func storingInAFile(ctx context.Context) (*contest, error) {
	c := &contest{
		name: "inbox on SQLite, 256 at once", workers: 256, rate: true, turn: inboxTurn,
		about: "The same in a file; the floor is one caller at a time, so that each event has a transaction of its own.",
	}
	folder, err := os.MkdirTemp("", "hostedpay-bench")
	if err != nil {
		return nil, err
	}
	c.cleanup = append(c.cleanup, func() { _ = os.RemoveAll(folder) })
	db, err := inbox.SQLite(filepath.Join(folder, "events.db"))
	if err != nil {
		return c, err
	}
	box, err := accepting(ctx, c, db)
	if err != nil {
		return c, err
	}
	alone := make(chan struct{}, 1)
	c.entrants = []entrant{{name: "floor: a transaction for each", do: func(int) error {
		alone <- struct{}{}
		defer func() { <-alone }()
		return deliver(box, delivery())
	}}, {name: "hostedpay, inbox", goal: "≥ 10", do: func(int) error { return deliver(box, delivery()) }}}
	return c, nil
}

// accepting is an inbox that works on nothing.
func accepting[TTx any](ctx context.Context, c *contest, db *inbox.Database[TTx]) (*inbox.Inbox[TTx], error) {
	c.cleanup = append(c.cleanup, db.Close)
	if err := db.Migrate(ctx); err != nil {
		return nil, err
	}
	work := inbox.Work[TTx]{InTx: func(context.Context, TTx, webhooks.Event) error { return nil }}
	box, err := inbox.New(webhooks.Vora(keys(apiKey)), db, work, inbox.WithWorkers(0))
	if err != nil {
		return nil, err
	}
	c.cleanup = append(c.cleanup, func() { _ = box.Stop(context.WithoutCancel(ctx)) })
	return box, box.Start(ctx)
}

// deliver has a handler receive a new event.
func deliver(handler http.Handler, delivery *http.Request) error {
	response := httptest.NewRecorder()
	handler.ServeHTTP(response, delivery)
	if response.Code != http.StatusOK {
		return fmt.Errorf("the response was %d: %s", response.Code, response.Body)
	}
	return nil
}

var delivered atomic.Int64

// delivery is one of an event that nobody has seen.
func delivery() *http.Request {
	session := webhookstest.SessionID(fmt.Sprintf("vp_cs_test_bench%08d", delivered.Add(1)))
	return webhookstest.Vora(apiKey, webhookstest.SessionSucceeded(session))
}

// verified is the event of a delivery.
func verified(ctx context.Context, verifier *webhooks.Verifier, delivery *http.Request) (*webhooks.EventInfo, error) {
	body, err := io.ReadAll(delivery.Body)
	if err != nil {
		return nil, err
	}
	event, err := verifier.Verify(ctx, delivery.Header, body)
	if err != nil {
		return nil, err
	}
	return event.Info(), nil
}

func withConnections(address string, n int) string {
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	return fmt.Sprintf("%s%spool_max_conns=%d", address, separator, n)
}
