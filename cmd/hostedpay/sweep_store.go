package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // PostgreSQL's driver
	_ "modernc.org/sqlite"             // SQLite's driver

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges/sqlcharges"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

// openCharges opens the charges in a database. Nothing is migrated.
func openCharges(address, table string) (store charges.Store, done func(), err error) {
	driver, dialect := "pgx", sqlstore.PostgreSQL
	if !isPostgreSQL(address) {
		driver, dialect = "sqlite", sqlstore.SQLite
		query := url.Values{"mode": {"rw"}, "_txlock": {"immediate"}, "_pragma": {"busy_timeout(10000)", "synchronous(FULL)"}}
		address = (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: address}).EscapedPath(), RawQuery: query.Encode()}).String()
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		return nil, nil, fmt.Errorf("the database of the charges: %w", err)
	}
	if store, err = sqlcharges.New(db, dialect, asSealed{}, sqlcharges.WithTable(table)); err != nil {
		_ = db.Close()
		return nil, nil, err
	}
	return explainedStore{store}, func() { _ = db.Close() }, nil
}

// asSealed leaves the addresses of pages as they are sealed: a sweep opens no page, so that it
// needs no key of the platform's cipher, and stores them again as they were.
type asSealed struct{}

// Seal returns what Open was given.
func (asSealed) Seal(sealed sdk.Secret, _ string) ([]byte, error) {
	return []byte(sealed.Reveal()), nil
}

// Open returns what is sealed.
func (asSealed) Open(sealed []byte, _ string) (sdk.Secret, error) {
	return sdk.NewSecret(string(sealed)), nil
}

// An explainedStore says what to do when its table is not there.
type explainedStore struct{ charges.Store }

// Open returns the charges that are open.
func (s explainedStore) Open(ctx context.Context, before time.Time, limit int) ([]charges.Charge, error) {
	open, err := s.Store.Open(ctx, before, limit)
	return open, explainTable(err)
}
