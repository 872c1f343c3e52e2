package sqlcharges

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

// A Store is a [charges.Store] in two tables of a database. Safe for
// concurrent use by any number of processes.
type Store struct {
	db      *sql.DB
	tx      *sql.Tx // of InTx
	dialect dialect
	cipher  platform.Cipher
}

// New makes a store over a database. The cipher seals the addresses of pages.
func New(db *sql.DB, d sqlstore.Dialect, cipher platform.Cipher, opts ...Option) (*Store, error) {
	if db == nil || cipher == nil {
		return nil, errors.New("sqlcharges: a store needs a database and a cipher")
	}
	known, err := configured(d, opts)
	if err != nil {
		return nil, err
	}
	return &Store{db: db, dialect: known, cipher: cipher}, nil
}

// InTx is the store in a transaction of yours: nothing is stored unless that commits, which makes
// it durable as the database is set. A charge that is saved stays locked until then. Begin it with
// sql.LevelReadCommitted where the database has that: in a snapshot, a charge that somebody else
// has saved since is a conflict that no repetition ends.
func (s *Store) InTx(tx *sql.Tx) *Store {
	in := *s
	in.tx = tx
	return &in
}

// A runner is a database or a transaction.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func (s *Store) runner() runner {
	if s.tx != nil {
		return s.tx
	}
	return s.db
}

// transaction runs a function in a transaction: the caller's, or one of its own. Every statement
// sees what others have committed, or a charge that was just saved by somebody else would be an
// error where it has to be a conflict.
func (s *Store) transaction(ctx context.Context, do func(runner) error) error {
	if s.tx != nil {
		return do(s.tx)
	}
	var options *sql.TxOptions
	if s.dialect.isolated {
		options = &sql.TxOptions{Isolation: sql.LevelReadCommitted}
	}
	tx, err := s.db.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("sqlcharges: begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing to undo after the commit
	if s.dialect.durable != "" {
		if _, err := tx.ExecContext(ctx, s.dialect.durable); err != nil {
			return fmt.Errorf("sqlcharges: begin: %w", err)
		}
	}
	if err := do(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("sqlcharges: commit: %w", err)
	}
	return nil
}

// Save stores the next version of a charge.
func (s *Store) Save(ctx context.Context, charge charges.Charge) error {
	encoded, err := s.encode(charge)
	if err != nil {
		return err
	}
	hash, open, due := chargeHash(charge.Tenant, charge.Order), 0, charge.Due().UnixMicro()
	if !charge.Status().Final() {
		open = 1
	}
	return s.transaction(ctx, func(tx runner) error {
		statement, args := "UPDATE {table} SET version = ?, is_open = ?, due_at = ?, charge = ? WHERE charge_hash = ? AND version = ?",
			[]any{charge.Version, open, due, encoded, hash, charge.Version - 1}
		if charge.Version == 1 {
			statement, args = s.dialect.insert+" {table} (version, is_open, due_at, charge, charge_hash) VALUES (?, ?, ?, ?, ?) "+s.dialect.ignore, args[:5]
		}
		changed, err := s.exec(ctx, tx, statement, args...)
		if err != nil {
			return err
		}
		if changed == 0 {
			return charges.ErrConflict
		}
		for _, name := range namesOf(charge) {
			statement := s.dialect.insert + " {table}_names (name_hash, charge_hash) VALUES (?, ?) " + s.dialect.ignore
			if _, err := s.exec(ctx, tx, statement, name, hash); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) exec(ctx context.Context, tx runner, statement string, args ...any) (changed int64, err error) {
	result, err := tx.ExecContext(ctx, s.dialect.says(statement), args...)
	if err == nil {
		changed, err = result.RowsAffected()
	}
	if err != nil {
		return 0, fmt.Errorf("sqlcharges: save: %w", err)
	}
	return changed, nil
}

// Load finds the charge of an order.
func (s *Store) Load(ctx context.Context, tenant, order string) (charges.Charge, error) {
	return s.one(ctx, "SELECT charge FROM {table} WHERE charge_hash = ?", chargeHash(tenant, order))
}

// ByPayment finds the charge of a payment.
func (s *Store) ByPayment(ctx context.Context, tenant string, gateway sdk.Gateway, paymentID string) (charges.Charge, error) {
	return s.named(ctx, paymentHash(tenant, gateway, paymentID))
}

// ByReference finds the charge of a reference.
func (s *Store) ByReference(ctx context.Context, tenant, reference string) (charges.Charge, error) {
	return s.named(ctx, referenceHash(tenant, reference))
}

func (s *Store) named(ctx context.Context, hash string) (charges.Charge, error) {
	return s.one(ctx, `SELECT c.charge FROM {table} c
JOIN {table}_names n ON n.charge_hash = c.charge_hash WHERE n.name_hash = ?`, hash)
}

// Open lists charges that have not ended.
func (s *Store) Open(ctx context.Context, before time.Time, limit int) ([]charges.Charge, error) {
	return s.all(ctx, "SELECT charge FROM {table} WHERE is_open = 1 AND due_at < ? ORDER BY due_at, charge_hash LIMIT ?", before.UnixMicro(), limit)
}

func (s *Store) one(ctx context.Context, query string, hash string) (charges.Charge, error) {
	found, err := s.all(ctx, query, hash)
	if err != nil {
		return charges.Charge{}, err
	}
	if len(found) == 0 {
		return charges.Charge{}, charges.ErrNotFound
	}
	return found[0], nil
}

func (s *Store) all(ctx context.Context, query string, args ...any) (found []charges.Charge, err error) {
	rows, err := s.runner().QueryContext(ctx, s.dialect.says(query), args...)
	if err != nil {
		return nil, fmt.Errorf("sqlcharges: load: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var stored []byte
		if err := rows.Scan(&stored); err != nil {
			return nil, fmt.Errorf("sqlcharges: load: %w", err)
		}
		charge, err := s.decode(stored)
		if err != nil {
			return nil, err
		}
		found = append(found, charge)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("sqlcharges: load: %w", err)
	}
	return found, nil
}

var _ charges.Store = (*Store)(nil)
