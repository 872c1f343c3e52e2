// Package versioned keeps documents in two tables of a database, each stored only as the next
// version of what is there: one of documents, and one of the names by which they are found.
package versioned

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

// A Kind is what documents are.
type Kind struct {
	Name     string // of a document, in the names of columns: "charge"
	Package  string // for errors
	Table    string // unless an option names another
	Due      bool   // whether documents are open until they are not, and due
	NotFound error
	Conflict error
	Taken    error // a name is another document's; nil where names are never another's
}

// A Document is what is stored.
type Document struct {
	Hash    string // of what identifies it
	Version int64  // one more than that of the stored one, or 1
	Names   []string
	Open    bool
	Due     time.Time
	Body    []byte
}

// A Store keeps documents of a kind. Safe for concurrent use by any number of processes.
type Store struct {
	kind    *Kind
	db      *sql.DB
	tx      *sql.Tx // of InTx
	dialect dialect
}

// New makes a store over a database.
func New(kind *Kind, db *sql.DB, d sqlstore.Dialect, table string) (*Store, error) {
	if db == nil {
		return nil, fmt.Errorf("%s: a store needs a database", kind.Package)
	}
	known, err := configured(kind, d, table)
	if err != nil {
		return nil, err
	}
	return &Store{kind: kind, db: db, dialect: known}, nil
}

// InTx is the store in a caller's transaction.
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
// sees what others have committed, or a document that was just saved by somebody else would be an
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
		return s.failed("begin", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing to undo after the commit
	if s.dialect.durable != "" {
		if _, err := tx.ExecContext(ctx, s.dialect.durable); err != nil {
			return s.failed("begin", err)
		}
	}
	if err := do(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return s.failed("commit", err)
	}
	return nil
}

func (s *Store) failed(step string, err error) error {
	return fmt.Errorf("%s: %s: %w", s.kind.Package, step, err)
}

// Save stores the next version of a document, or returns the kind's Conflict.
func (s *Store) Save(ctx context.Context, d Document) error {
	columns, args := []string{"version"}, []any{d.Version}
	if s.kind.Due {
		open := 0
		if d.Open {
			open = 1
		}
		columns, args = append(columns, "is_open", "due_at"), append(args, open, d.Due.UnixMicro())
	}
	columns, args = append(columns, "{name}"), append(args, d.Body)
	statement, with := "UPDATE {table} SET "+strings.Join(columns, " = ?, ")+" = ? WHERE {name}_hash = ? AND version = ?", slices.Concat(args, []any{d.Hash, d.Version - 1})
	if d.Version == 1 {
		statement = s.dialect.insert + " {table} (" + strings.Join(columns, ", ") + ", {name}_hash) VALUES (" + strings.Repeat("?, ", len(columns)) + "?) " + s.dialect.ignore
		with = slices.Concat(args, []any{d.Hash})
	}
	return s.transaction(ctx, func(tx runner) error {
		changed, err := s.exec(ctx, tx, statement, with...)
		if err != nil {
			return err
		}
		if changed == 0 {
			return s.kind.Conflict
		}
		for _, name := range d.Names {
			if err := s.name(ctx, tx, name, d.Hash); err != nil {
				return err
			}
		}
		return nil
	})
}

// name makes a document be found by a name, which it keeps for ever.
func (s *Store) name(ctx context.Context, tx runner, name, hash string) error {
	added, err := s.exec(ctx, tx, s.dialect.insert+" {table}_names (name_hash, {name}_hash) VALUES (?, ?) "+s.dialect.ignore, name, hash)
	if err != nil || added > 0 || s.kind.Taken == nil {
		return err
	}
	holders, err := query(ctx, s, tx, "SELECT {name}_hash FROM {table}_names WHERE name_hash = ?", name)
	if err == nil && (len(holders) == 0 || string(holders[0]) != hash) {
		return s.kind.Taken
	}
	return err
}

func (s *Store) exec(ctx context.Context, tx runner, statement string, args ...any) (changed int64, err error) {
	result, err := tx.ExecContext(ctx, s.dialect.says(statement), args...)
	if err == nil {
		changed, err = result.RowsAffected()
	}
	if err != nil {
		return 0, s.failed("save", err)
	}
	return changed, nil
}

// Load finds a document by its hash, or returns the kind's NotFound.
func (s *Store) Load(ctx context.Context, hash string) ([]byte, error) {
	return s.one(ctx, "SELECT {name} FROM {table} WHERE {name}_hash = ?", hash)
}

// Named finds a document by one of its names.
func (s *Store) Named(ctx context.Context, name string) ([]byte, error) {
	return s.one(ctx, `SELECT d.{name} FROM {table} d
JOIN {table}_names n ON n.{name}_hash = d.{name}_hash WHERE n.name_hash = ?`, name)
}

// Open lists documents that are open, and were due before a time.
func (s *Store) Open(ctx context.Context, before time.Time, limit int) ([][]byte, error) {
	return s.read(ctx, "SELECT {name} FROM {table} WHERE is_open = 1 AND due_at < ? ORDER BY due_at, {name}_hash LIMIT ?", before.UnixMicro(), limit)
}

// After lists documents in the order of their hashes.
func (s *Store) After(ctx context.Context, hash string, limit int) ([][]byte, error) {
	return s.read(ctx, "SELECT {name} FROM {table} WHERE {name}_hash > ? ORDER BY {name}_hash LIMIT ?", hash, limit)
}

func (s *Store) one(ctx context.Context, statement, hash string) ([]byte, error) {
	found, err := s.read(ctx, statement, hash)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, s.kind.NotFound
	}
	return found[0], nil
}

// read sees what others have committed. A transaction that lasts would show every later read of its
// session what the first one saw.
func (s *Store) read(ctx context.Context, statement string, args ...any) (found [][]byte, err error) {
	if s.tx != nil || !s.dialect.lasting {
		return query(ctx, s, s.runner(), statement, args...)
	}
	err = s.transaction(ctx, func(tx runner) (err error) {
		found, err = query(ctx, s, tx, statement, args...)
		return err
	})
	return found, err
}

func query(ctx context.Context, s *Store, from runner, statement string, args ...any) (found [][]byte, err error) {
	rows, err := from.QueryContext(ctx, s.dialect.says(statement), args...)
	if err != nil {
		return nil, s.failed("load", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var stored []byte
		if err := rows.Scan(&stored); err != nil {
			return nil, s.failed("load", err)
		}
		found = append(found, stored)
	}
	if err := rows.Err(); err != nil {
		return nil, s.failed("load", err)
	}
	return found, nil
}

// HashOf is the hash of names. Databases differ in what names they take for equal, and in how long
// they may be; hashes are the same everywhere.
func HashOf(parts ...string) string {
	sum := sha256.Sum256([]byte(Names(parts...)))
	return hex.EncodeToString(sum[:])
}

// Names are several names as one, which no other names are.
func Names(parts ...string) string {
	quoted := make([]string, len(parts))
	for i, part := range parts {
		quoted[i] = strconv.Quote(part)
	}
	return strings.Join(quoted, " ")
}
