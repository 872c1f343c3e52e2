package crm

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the drivers
	_ "modernc.org/sqlite"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

// A Database is PostgreSQL or SQLite.
type Database struct {
	*sql.DB
	Dialect sqlstore.Dialect
}

// Open opens PostgreSQL at a URL, or SQLite in a file.
//
// SQLite syncs fully: a gateway never redelivers an event that was accepted, so what a webhook has
// committed must survive a power cut.
func Open(address string) (Database, error) {
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		db, err := sql.Open("pgx", address)
		return Database{db, sqlstore.PostgreSQL}, err
	}
	db, err := sql.Open("sqlite", "file:"+address+"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	return Database{db, sqlstore.SQLite}, err
}

// OpenInMemory opens SQLite that is lost when it is closed.
func OpenInMemory() (Database, error) {
	db, err := sql.Open("sqlite", "file::memory:?_txlock=immediate")
	if err == nil {
		db.SetMaxOpenConns(1) // each connection would have a database of its own
	}
	return Database{db, sqlstore.SQLite}, err
}

//go:embed schema.sql
var schema string

// migrate makes the program's own tables where they are missing. Several processes may do so at
// once: two CREATE TABLE IF NOT EXISTS at the same time are an error at PostgreSQL, hence the lock.
func (d Database) migrate(ctx context.Context) error {
	return d.transact(ctx, func(tx *sql.Tx) error {
		statements := strings.Split(schema, ";\n")
		if d.Dialect == sqlstore.PostgreSQL {
			statements = append([]string{"SELECT pg_advisory_xact_lock(4714)"}, statements...)
		}
		for _, statement := range statements {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("crm: make the tables: %w", err)
			}
		}
		return nil
	})
}

// transact runs a function in a transaction, in which every statement sees what others have
// committed.
func (d Database) transact(ctx context.Context, do func(*sql.Tx) error) error {
	var options *sql.TxOptions
	if d.Dialect == sqlstore.PostgreSQL {
		options = &sql.TxOptions{Isolation: sql.LevelReadCommitted}
	}
	tx, err := d.BeginTx(ctx, options)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing to undo after the commit
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// A queryer is a database or a transaction.
type queryer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}
