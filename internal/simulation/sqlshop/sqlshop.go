// Package sqlshop keeps what the shop of a simulation knows in SQLite, for the modules that have a
// driver. The rows are JSON: nobody looks for anything in them.
package sqlshop

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hostedpay/hostedpay-go/internal/simulation"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
)

// Schema makes the tables.
const Schema = `
CREATE TABLE tenants (id TEXT PRIMARY KEY, row TEXT NOT NULL);
CREATE TABLE orders (id TEXT PRIMARY KEY, row TEXT NOT NULL);
CREATE TABLE sessions (id TEXT PRIMARY KEY, order_id TEXT NOT NULL);
CREATE TABLE effects (key TEXT PRIMARY KEY, n INTEGER NOT NULL);
`

// A Completer completes an event in a transaction, as the store of events does.
type Completer interface {
	CompleteTx(ctx context.Context, tx *sql.Tx, key, token string) error
}

// Charges are those of a platform, in a transaction.
type Charges func(*sql.Tx) charges.Store

// Transact runs f in a transaction, and commits what it has done unless it returns an error.
func Transact(ctx context.Context, db *sql.DB, store Completer, kept Charges, f func(simulation.Tx) error) error {
	began, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = began.Rollback() }() // after a commit it is an error, and does nothing
	if err := Within(ctx, began, store, kept, f); err != nil {
		return err
	}
	return began.Commit()
}

// Within runs f in a transaction that somebody else commits.
func Within(ctx context.Context, began *sql.Tx, store Completer, kept Charges, f func(simulation.Tx) error) error {
	tx := &shopTx{ctx: ctx, store: store, kept: kept, tx: began}
	if err := f(tx); err != nil {
		return err
	}
	return tx.err
}

// shopTx is a transaction; its first error is that of all of it.
type shopTx struct {
	ctx   context.Context
	store Completer
	kept  Charges
	tx    *sql.Tx
	err   error
}

func (t *shopTx) note(err error) {
	if t.err == nil && err != nil && !errors.Is(err, sql.ErrNoRows) {
		t.err = err
	}
}

func (t *shopTx) exec(statement string, args ...any) {
	_, err := t.tx.ExecContext(t.ctx, statement, args...)
	t.note(err)
}

func (t *shopTx) one(into any, query string, args ...any) {
	t.note(t.tx.QueryRowContext(t.ctx, query, args...).Scan(into))
}

func (t *shopTx) row(into any, table, id string) {
	var row string
	t.one(&row, fmt.Sprintf("SELECT row FROM %s WHERE id = ?", table), id)
	if row != "" {
		t.note(json.Unmarshal([]byte(row), into))
	}
}

func (t *shopTx) put(table, id string, row any) {
	encoded, err := json.Marshal(row)
	t.note(err)
	t.exec(fmt.Sprintf("INSERT INTO %s VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET row = excluded.row", table), id, string(encoded))
}

func (t *shopTx) Tenant(id string) (one simulation.Tenant) { t.row(&one, "tenants", id); return one }
func (t *shopTx) PutTenant(one simulation.Tenant)          { t.put("tenants", one.ID, one) }
func (t *shopTx) Order(id string) (one simulation.Order)   { t.row(&one, "orders", id); return one }
func (t *shopTx) PutOrder(one simulation.Order)            { t.put("orders", one.ID, one) }

func (t *shopTx) Orders() (all []simulation.Order) {
	list := "[]"
	t.one(&list, "SELECT json_group_array(json(row)) FROM (SELECT row FROM orders ORDER BY id)")
	t.note(json.Unmarshal([]byte(list), &all))
	return all
}

func (t *shopTx) OrderOf(session string) (order string) {
	t.one(&order, "SELECT order_id FROM sessions WHERE id = ?", session)
	return order
}

func (t *shopTx) PutSession(session, order string) {
	t.exec("INSERT INTO sessions VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET order_id = excluded.order_id", session, order)
}

func (t *shopTx) Charge(tenant, order string) charges.Charge {
	charge, err := t.kept(t.tx).Load(t.ctx, tenant, order)
	if !errors.Is(err, charges.ErrNotFound) {
		t.note(err)
	}
	return charge
}

func (t *shopTx) Effects(key string) (n int) {
	t.one(&n, "SELECT n FROM effects WHERE key = ?", key)
	return n
}

func (t *shopTx) AddEffect(key string) {
	t.exec("INSERT INTO effects VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET n = n + 1", key)
}

func (t *shopTx) Complete(ctx context.Context, key, token string) error {
	return t.store.CompleteTx(ctx, t.tx, key, token)
}
