package crm

import (
	"context"
	"database/sql"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges/sqlcharges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants/sqltenants"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

// platformName begins every reference.
const platformName = "crm"

// gateways are both, as the page offers them.
var gateways = []sdk.Gateway{sdk.GatewayVora, sdk.GatewayVisionScope}

// openBooks opens what tenants, charges and events are kept in.
func (c *CRM) openBooks(ctx context.Context) (err error) {
	if err := c.db.migrate(ctx); err != nil {
		return err
	}
	if c.events, err = sqlstore.New(c.db.DB, c.db.Dialect, sqlstore.WithTable("crm_events")); err != nil {
		return err
	}
	if err := c.events.Migrate(ctx); err != nil {
		return err
	}
	if c.charges, err = sqlcharges.New(c.db.DB, c.db.Dialect, c.cipher, sqlcharges.WithTable("crm_charges")); err != nil {
		return err
	}
	if err := c.charges.Migrate(ctx); err != nil {
		return err
	}
	accounts, err := sqltenants.New(c.db.DB, c.db.Dialect, c.cipher, sqltenants.WithTable("crm_accounts"))
	if err != nil {
		return err
	}
	if err := accounts.Migrate(ctx); err != nil {
		return err
	}
	c.directory, err = tenants.NewDirectory(accounts,
		tenants.WithRoutes(c.routes), tenants.WithAudit(c.audit), tenants.WithClock(c.Now),
		tenants.WithClientOptions(sdk.GatewayVora, c.Options...), tenants.WithClientOptions(sdk.GatewayVisionScope, c.Options...))
	if err != nil {
		return err
	}
	if c.book, err = charges.New(platformName, c.charges, c.directory.Gateway, charges.WithClock(c.Now)); err != nil {
		return err
	}
	c.sweeper, err = charges.New(platformName, c.charges, c.directory.Background, charges.WithClock(c.Now))
	return err
}

// chargeOf is the charge of an order, or charges.ErrNotFound.
func (c *CRM) chargeOf(ctx context.Context, o order) (charges.Charge, error) {
	return c.charges.Load(ctx, o.account(), o.ID)
}

// A desk is the book, the orders and the timeline in one transaction.
type desk struct {
	tx       *sql.Tx
	book     *charges.Book
	orders   orderTable
	timeline timeline
}

// transact changes a charge and writes what follows from it, all or nothing.
func (c *CRM) transact(ctx context.Context, do func(desk) error) error {
	return c.db.transact(ctx, func(tx *sql.Tx) error {
		book, err := charges.New(platformName, c.charges.InTx(tx), c.directory.Gateway, charges.WithClock(c.Now))
		if err != nil {
			return err
		}
		return do(desk{tx, book, orderTable{tx}, timeline{tx, c.Now}})
	})
}

// serve gives the customer what was paid for: once, and only when the payment is as expected.
func (d desk) serve(ctx context.Context, o order, charge charges.Charge) error {
	if !charge.State.MayShip() {
		return nil
	}
	first, err := d.orders.serve(ctx, o.Tenant, o.ID, d.timeline.now())
	if err != nil || !first {
		return err
	}
	return d.timeline.add(ctx, o.Tenant, o.ID, byPlatform, "The customer gets what was paid for")
}
