package crm

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// An order is what a customer of a tenant is billed for. How it is paid is its charge, which the
// book of its gateway has.
type order struct {
	Tenant   string
	ID       string // nobody can guess it: whoever has it sees the confirm page
	Customer string
	Product  string
	Amount   money.Amount
	Gateway  sdk.Gateway
	Created  time.Time
	Served   bool // the customer got it: once, and only for a payment that is as expected
}

// account is the tenant's at the order's gateway, whose charge it has.
func (o order) account() string { return accountOf(o.Tenant, o.Gateway) }

// errNoOrder means that the tenant has no such order; another tenant may have one.
var errNoOrder = errors.New("crm: the tenant has no such order")

// newOrderID is in the form that makes an order, so that a double click makes one.
func newOrderID() string { return strings.ToLower(rand.Text()) }

var orderID = regexp.MustCompile(`^[a-z2-7]{26}$`)

// orderTable is the orders of all tenants. Every query names one tenant.
type orderTable struct{ db queryer }

// add stores an order, unless it is there.
func (t orderTable) add(ctx context.Context, o order) error {
	_, err := t.db.ExecContext(ctx, `INSERT INTO crm_orders (tenant, id, customer, product, amount, currency, gateway, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
		o.Tenant, o.ID, o.Customer, o.Product, o.Amount.Minor(), string(o.Amount.Currency()), string(o.Gateway), o.Created.UnixMicro())
	return err
}

const orderColumns = "SELECT tenant, id, customer, product, amount, currency, gateway, created, served FROM crm_orders "

// of finds an order of a tenant, or returns errNoOrder.
func (t orderTable) of(ctx context.Context, tenant, id string) (order, error) {
	o, err := scanOrder(t.db.QueryRowContext(ctx, orderColumns+"WHERE tenant = $1 AND id = $2", tenant, id))
	if errors.Is(err, sql.ErrNoRows) {
		return order{}, errNoOrder
	}
	return o, err
}

// latest are the last orders of a tenant, the newest first.
func (t orderTable) latest(ctx context.Context, tenant string, limit int) ([]order, error) {
	return t.list(ctx, "WHERE tenant = $1 ORDER BY created DESC, id LIMIT $2", tenant, limit)
}

// unserved are the orders of a tenant since a time whose customers got nothing yet.
func (t orderTable) unserved(ctx context.Context, tenant string, since time.Time) ([]order, error) {
	return t.list(ctx, "WHERE tenant = $1 AND created >= $2 AND served IS NULL ORDER BY created", tenant, since.UnixMicro())
}

func (t orderTable) list(ctx context.Context, where string, args ...any) (found []order, err error) {
	rows, err := t.db.QueryContext(ctx, orderColumns+where, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		o, err := scanOrder(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, o)
	}
	return found, rows.Err()
}

// serve marks an order as served, and reports whether it was not before.
func (t orderTable) serve(ctx context.Context, tenant, id string, at time.Time) (bool, error) {
	result, err := t.db.ExecContext(ctx, "UPDATE crm_orders SET served = $1 WHERE tenant = $2 AND id = $3 AND served IS NULL", at.UnixMicro(), tenant, id)
	if err != nil {
		return false, err
	}
	changed, err := result.RowsAffected()
	return changed == 1, err
}

func scanOrder(row interface{ Scan(into ...any) error }) (o order, err error) {
	var amount, created int64
	var currency, gateway string
	var served sql.NullInt64
	err = row.Scan(&o.Tenant, &o.ID, &o.Customer, &o.Product, &amount, &currency, &gateway, &created, &served)
	o.Amount, o.Gateway = money.Minor(amount, money.Currency(currency)), sdk.Gateway(gateway)
	o.Created, o.Served = time.UnixMicro(created).UTC(), served.Valid
	return o, err
}
