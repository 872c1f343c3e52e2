package shop

import (
	"context"
	"database/sql"
	_ "embed" // for the schema
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

// A state is where an order stands. Only what a gateway says changes it, in a webhook or when it is
// asked.
type state string

const (
	open    state = "open"
	paid    state = "paid"
	failed  state = "failed"
	expired state = "expired"
)

// stateOf is the order's state as the buyer's pages and the order book show it. A refunded order
// stays paid.
func stateOf(status sdk.PaymentStatus) state {
	switch {
	case status.Paid(), status == sdk.PaymentRefunded:
		return paid
	case status == sdk.PaymentExpired:
		return expired
	case status.Unpaid():
		return failed
	}
	return open
}

// An order is a row of the table.
type order struct {
	Number      int64
	Purchase    string // of the buy form
	Product     string
	Amount      money.Amount
	Way         way
	Session     string // empty until there is one
	CheckoutURL sdk.Secret
	Secret      sdk.Secret // of its VisionScope checkouts' webhooks, from before the first is created
	State       state
	Payment     orders.State // all that is known, of which State and Refunded are a part
	Reason      string
	Refunded    money.Amount
	Shipped     bool
	Other       other
}

// other is the purchase's order at the other gateway. Its number is zero when there is none.
type other struct {
	Number      int64
	State       state
	Payable     bool // it is open, and has a checkout
	Shipped     bool
	RefundedAll bool
}

// refundedAll reports whether nothing of the money is left here.
func (o *order) refundedAll() bool {
	return o.Refunded.Sign() > 0 && o.Refunded.Minor() >= o.Amount.Minor()
}

// PurchaseSent reports whether the parcel has left, for this order or for the purchase's other one.
func (o *order) PurchaseSent() bool { return o.Shipped || o.Other.Shipped }

// sent reports whether the parcel has left for this order's money: for the order itself, or for the
// purchase's other one when that one's money has been given back.
func (o *order) sent() bool {
	return o.Shipped || o.Other.Shipped && o.Other.RefundedAll
}

// PaidTwice reports whether somebody has to give the money back: the purchase was paid at the other
// gateway before.
func (o *order) PaidTwice() bool {
	return o.State == paid && o.PurchaseSent() && !o.sent() && !o.refundedAll()
}

// Problems are what a person should look at before anything is sent.
func (o *order) Problems() []orders.Problem { return o.Payment.Problems }

// Sessions are those that a person may have to look up at the gateway: the order's own, and others
// that its events named, of a create whose response was lost.
func (o *order) Sessions() []string {
	var ids []string
	if o.Session != "" {
		ids = append(ids, o.Session)
	}
	for _, known := range o.Payment.Sessions {
		if known.ID != o.Session {
			ids = append(ids, known.ID)
		}
	}
	return ids
}

// paidElsewhere reports whether the purchase was paid with its other order, and nothing is known to
// be paid here.
func (o *order) paidElsewhere() bool {
	return o.State != paid && o.Other.State == paid
}

//go:embed schema.sql
var schema string

// eventsKept is how long the shop remembers the events that were worked on. A gateway that resends
// an older one would be believed again, and orders.Apply would find nothing new in it.
const eventsKept = 30 * 24 * time.Hour

// migrate makes the shop's table and that of the events that were worked on.
func migrate(db *sql.DB, log *slog.Logger) (*sqlstore.Store, error) {
	ctx := context.Background()
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, fmt.Errorf("shop: the order table: %w", err)
	}
	events, err := sqlstore.New(db, sqlstore.SQLite, sqlstore.WithRetention(eventsKept, func(err error) {
		log.Warn("old events cannot be removed", "error", err)
	}))
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

// orderTable is the table of orders.
type orderTable struct{ db querier }

// place makes an order of a form, unless the form has made one at this gateway already. That is
// then shown in the way that was chosen last. The webhook secret is stored with the order before
// anything is created at the gateway: a create whose response is lost may have made a checkout, and
// its events must find their key.
func (t orderTable) place(ctx context.Context, visitor, purchase string, p product, w way, now time.Time) (order, error) {
	var secret sdk.Secret
	if w.gateway() == sdk.GatewayVisionScope {
		secret = visionscope.NewWebhookSecret()
	}
	_, err := t.db.ExecContext(ctx,
		`INSERT INTO orders (visitor, purchase, product, amount, currency, gateway, way, webhook_secret, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (purchase, gateway) DO UPDATE SET way = excluded.way`,
		visitor, purchase, p.Name, p.Price.Minor(), p.Price.Currency(), w.gateway(), w, secret.Reveal(), now.Unix())
	if err != nil {
		return order{}, err
	}
	return t.one(ctx, "WHERE purchase = ? AND gateway = ?", purchase, w.gateway())
}

// attach stores a checkout with its order, unless the order has one, and gives the order as it is
// then.
func (t orderTable) attach(ctx context.Context, number int64, session string, checkoutURL sdk.Secret) (order, error) {
	_, err := t.db.ExecContext(ctx,
		"UPDATE orders SET session = ?, checkout_url = ? WHERE number = ? AND session IS NULL",
		session, checkoutURL.Reveal(), number)
	if err != nil {
		return order{}, err
	}
	return t.byNumber(ctx, number)
}

// record stores what is known about an order's payment, with the reason when it failed.
func (t orderTable) record(ctx context.Context, number int64, payment orders.State, reason string) error {
	text, err := json.Marshal(payment)
	if err != nil {
		return err
	}
	_, err = t.db.ExecContext(ctx, "UPDATE orders SET payment = ?, state = ?, reason = ?, refunded = ? WHERE number = ?",
		string(text), stateOf(payment.Status), reason, payment.Refunded.Minor(), number)
	return err
}

// dispatch sends the parcel.
func (t orderTable) dispatch(ctx context.Context, number int64) error {
	_, err := t.db.ExecContext(ctx, "UPDATE orders SET shipped_at = unixepoch() WHERE number = ?", number)
	return err
}

func (t orderTable) byNumber(ctx context.Context, number int64) (order, error) {
	return t.one(ctx, "WHERE number = ?", number)
}

// bySession is the order of a gateway's session. Ids are unique at one gateway only.
func (t orderTable) bySession(ctx context.Context, g sdk.Gateway, session string) (order, error) {
	return t.one(ctx, "WHERE gateway = ? AND session = ?", g, session)
}

// at is a gateway's order of this number.
func (t orderTable) at(ctx context.Context, g sdk.Gateway, number int64) (order, error) {
	return t.one(ctx, "WHERE gateway = ? AND number = ?", g, number)
}

// late are some of Vora's orders that nobody has decided although it is time: the buyer has had a
// while to pay, and neither a webhook nor a returning buyer has come. It is not always the same
// ones, so that many that are merely slow do not hide one that is paid.
func (t orderTable) late(ctx context.Context, now time.Time, limit int) ([]order, error) {
	const after, within = 2 * time.Minute, 24 * time.Hour
	return t.list(ctx, "WHERE gateway = ? AND state = ? AND session IS NOT NULL AND created_at BETWEEN ? AND ? ORDER BY random() LIMIT ?",
		sdk.GatewayVora, open, now.Add(-within).Unix(), now.Add(-after).Unix(), limit)
}

// ofPurchase are the orders that a form has made, one for each gateway: a paid one first, the one
// whose parcel has left before the other; then an open one, for it may be paid; and what did not
// work last.
func (t orderTable) ofPurchase(ctx context.Context, purchase string) ([]order, error) {
	return t.list(ctx, "WHERE purchase = ? ORDER BY state <> 'paid', state <> 'open', shipped_at IS NULL", purchase)
}

// ofVisitor is a visitor's order of this number, or the latest one when the number is zero.
func (t orderTable) ofVisitor(ctx context.Context, visitor string, number int64) (order, error) {
	return t.one(ctx, "WHERE visitor = ?1 AND ?2 IN (number, 0) ORDER BY number DESC LIMIT 1", visitor, number)
}

// back is the order of a visitor who comes back from a gateway's session.
func (t orderTable) back(ctx context.Context, visitor string, g sdk.Gateway, session string) (order, error) {
	return t.one(ctx, "WHERE visitor = ? AND gateway = ? AND session = ?", visitor, g, session)
}

// all are the latest orders, newest first.
func (t orderTable) all(ctx context.Context) ([]order, error) {
	return t.list(ctx, "ORDER BY number DESC LIMIT 100")
}

// one is an order, or errNoOrder.
func (t orderTable) one(ctx context.Context, where string, args ...any) (order, error) {
	found, err := t.list(ctx, where, args...)
	if err == nil && len(found) == 0 {
		err = errNoOrder
	}
	if err != nil {
		return order{}, err
	}
	return found[0], nil
}

func (t orderTable) list(ctx context.Context, where string, args ...any) ([]order, error) {
	rows, err := t.db.QueryContext(ctx, `SELECT number, purchase, product, amount, currency, way, coalesce(session, ''), checkout_url, webhook_secret,
		state, payment, reason, refunded, shipped_at IS NOT NULL,
		coalesce(other_number, 0), coalesce(other_state, ''), coalesce(other_payable, FALSE), coalesce(other_shipped, FALSE), coalesce(other_refunded_all, FALSE)
		FROM orders LEFT JOIN (
			SELECT purchase AS other_purchase, number AS other_number, state AS other_state, state = 'open' AND session IS NOT NULL AS other_payable,
			shipped_at IS NOT NULL AS other_shipped, refunded > 0 AND refunded >= amount AS other_refunded_all FROM orders
		) ON other_purchase = purchase AND other_number <> number `+where, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err has what it would say
	var found []order
	for rows.Next() {
		var o order
		var amount, refunded int64
		var currency money.Currency
		var checkoutURL, secret, payment string
		if err := rows.Scan(&o.Number, &o.Purchase, &o.Product, &amount, &currency, &o.Way, &o.Session, &checkoutURL, &secret,
			&o.State, &payment, &o.Reason, &refunded, &o.Shipped,
			&o.Other.Number, &o.Other.State, &o.Other.Payable, &o.Other.Shipped, &o.Other.RefundedAll); err != nil {
			return nil, err
		}
		o.Amount, o.Refunded = money.Minor(amount, currency), money.Minor(refunded, currency)
		if err := json.Unmarshal([]byte(payment), &o.Payment); err != nil {
			return nil, fmt.Errorf("shop: order %d: its payment: %w", o.Number, err)
		}
		o.CheckoutURL, o.Secret = sdk.NewSecret(checkoutURL), sdk.NewSecret(secret)
		found = append(found, o)
	}
	return found, rows.Err()
}
