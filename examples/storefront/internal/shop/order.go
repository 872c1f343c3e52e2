package shop

import (
	"context"
	"database/sql"
	_ "embed" // for the schema
	"errors"
	"fmt"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

// A state is where an order stands. Only webhooks change it.
type state string

const (
	open    state = "open"
	paid    state = "paid"
	failed  state = "failed"
	expired state = "expired"
)

// An order is a row of the table.
type order struct {
	Number      int64
	ID          string
	Product     string
	Amount      money.Amount
	Way         way
	Session     string // empty until there is one
	CheckoutURL sdk.Secret
	Secret      sdk.Secret // of a VisionScope checkout's webhooks
	State       state
	Reason      string
	Refunded    money.Amount
	Shipped     bool
}

//go:embed schema.sql
var schema string

// migrate makes the shop's table and that of the events that were worked on.
func migrate(db *sql.DB) (*sqlstore.Store, error) {
	ctx := context.Background()
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, fmt.Errorf("shop: the order table: %w", err)
	}
	events, err := sqlstore.New(db, sqlstore.SQLite)
	if err == nil {
		err = events.Migrate(ctx)
	}
	return events, err
}

// A querier is the database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

var errNoOrder = errors.New("shop: there is no such order")

// orders is the table.
type orders struct{ db querier }

// place makes an order, unless there is one of this id already.
func (t orders) place(ctx context.Context, id string, p product, w way) error {
	_, err := t.db.ExecContext(ctx,
		"INSERT INTO orders (id, product, amount, currency, way) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
		id, p.Name, p.Price.Minor(), p.Price.Currency(), w)
	return err
}

// attach stores a checkout with its order, unless the order has one.
func (t orders) attach(ctx context.Context, id, session string, checkoutURL, secret sdk.Secret) error {
	_, err := t.db.ExecContext(ctx,
		"UPDATE orders SET session = ?, checkout_url = ?, webhook_secret = ? WHERE id = ? AND session IS NULL",
		session, checkoutURL.Reveal(), secret.Reveal(), id)
	return err
}

// pay makes an order paid, whatever it was before, for events come in any order; and sends the parcel off, once.
func (t orders) pay(ctx context.Context, session string, amount money.Amount) error {
	o, err := t.bySession(ctx, session)
	if err != nil {
		return err
	}
	if amount != o.Amount {
		return fmt.Errorf("shop: session %q was paid with %s instead of %s", session, amount, o.Amount)
	}
	_, err = t.db.ExecContext(ctx, "UPDATE orders SET state = 'paid', reason = '', shipped_at = coalesce(shipped_at, unixepoch()) WHERE number = ?", o.Number)
	return err
}

// end closes an order that is not paid and will not be.
func (t orders) end(ctx context.Context, session string, to state, reason string) error {
	o, err := t.bySession(ctx, session)
	if err != nil {
		return err
	}
	_, err = t.db.ExecContext(ctx, "UPDATE orders SET state = ?, reason = ? WHERE number = ? AND state = 'open'", to, reason, o.Number)
	return err
}

// refund notes how much was given back. It adds up, so that it must be called once for each refund.
func (t orders) refund(ctx context.Context, session string, amount money.Amount) error {
	o, err := t.bySession(ctx, session)
	if err != nil {
		return err
	}
	_, err = t.db.ExecContext(ctx, "UPDATE orders SET refunded = refunded + ? WHERE number = ?", amount.Minor(), o.Number)
	return err
}

func (t orders) byID(ctx context.Context, id string) (order, error) {
	return t.one(ctx, "WHERE id = ?", id)
}

func (t orders) bySession(ctx context.Context, session string) (order, error) {
	return t.one(ctx, "WHERE session = ?", session)
}

// all are the latest orders, newest first.
func (t orders) all(ctx context.Context) ([]order, error) {
	return t.list(ctx, "ORDER BY number DESC LIMIT 100")
}

// one is an order, or errNoOrder.
func (t orders) one(ctx context.Context, where string, args ...any) (order, error) {
	found, err := t.list(ctx, where, args...)
	if err == nil && len(found) == 0 {
		err = errNoOrder
	}
	if err != nil {
		return order{}, err
	}
	return found[0], nil
}

func (t orders) list(ctx context.Context, where string, args ...any) ([]order, error) {
	rows, err := t.db.QueryContext(ctx, `SELECT number, id, product, amount, currency, way, coalesce(session, ''), checkout_url, webhook_secret,
		state, reason, refunded, shipped_at IS NOT NULL FROM orders `+where, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err has what it would say
	var found []order
	for rows.Next() {
		var o order
		var amount, refunded int64
		var currency money.Currency
		var checkoutURL, secret string
		if err := rows.Scan(&o.Number, &o.ID, &o.Product, &amount, &currency, &o.Way, &o.Session, &checkoutURL, &secret,
			&o.State, &o.Reason, &refunded, &o.Shipped); err != nil {
			return nil, err
		}
		o.Amount, o.Refunded = money.Minor(amount, currency), money.Minor(refunded, currency)
		o.CheckoutURL, o.Secret = sdk.NewSecret(checkoutURL), sdk.NewSecret(secret)
		found = append(found, o)
	}
	return found, rows.Err()
}
