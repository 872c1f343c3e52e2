package crm

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges/sqlcharges"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

// platformName begins every reference.
const platformName = "crm"

// gateways are both, as the page offers them. A tenant has an account at each, so each has a book
// of its own: the charge of an order is in the book of the order's gateway.
var gateways = []sdk.Gateway{sdk.GatewayVora, sdk.GatewayVisionScope}

type books map[sdk.Gateway]*charges.Book

// openStores opens what the charges and the events are kept in.
func (c *CRM) openStores(ctx context.Context) (err error) {
	if err := c.db.migrate(ctx); err != nil {
		return err
	}
	if c.events, err = sqlstore.New(c.db.DB, c.db.Dialect, sqlstore.WithTable("crm_events")); err != nil {
		return err
	}
	if err := c.events.Migrate(ctx); err != nil {
		return err
	}
	c.stores = map[sdk.Gateway]*sqlcharges.Store{}
	for _, name := range gateways {
		store, err := sqlcharges.New(c.db.DB, c.db.Dialect, c.cipher, sqlcharges.WithTable("crm_charges_"+string(name)))
		if err != nil {
			return err
		}
		if err := store.Migrate(ctx); err != nil {
			return err
		}
		c.stores[name] = store
	}
	c.books, err = c.open(nil)
	return err
}

// open opens the books; in a transaction, when there is one.
func (c *CRM) open(tx *sql.Tx, options ...sdk.ClientOption) (books, error) {
	open := books{}
	for name, store := range c.stores {
		if tx != nil {
			store = store.InTx(tx)
		}
		book, err := charges.New(platformName, store, func(ctx context.Context, tenant string) (platform.Gateway, error) {
			return c.gateway(ctx, tenant, name, options)
		}, charges.WithClock(c.Now))
		if err != nil {
			return nil, err
		}
		open[name] = book
	}
	return open, nil
}

// gateway is a tenant's, with the credentials of now: a rotation by another process counts at once.
// A client costs some microseconds; all of them share the limiter and the connections.
func (c *CRM) gateway(ctx context.Context, id string, name sdk.Gateway, options []sdk.ClientOption) (platform.Gateway, error) {
	t, err := c.tenants.byID(ctx, id)
	if err != nil {
		return nil, err
	}
	options = append(c.options[:len(c.options):len(c.options)], options...)
	switch name {
	case sdk.GatewayVora:
		secrets, err := c.secrets(t, voraKey)
		if err != nil {
			return nil, err
		}
		client, err := vora.New(secrets[0].Reveal(), options...)
		if err != nil {
			return nil, err
		}
		return platform.NewVora(client), nil
	case sdk.GatewayVisionScope:
		secrets, err := c.secrets(t, visionScopeKey)
		if err != nil {
			return nil, err
		}
		client, err := visionscope.New(secrets[0].Reveal(), options...)
		if err != nil {
			return nil, err
		}
		return platform.NewVisionScope(client, c.routes, id), nil
	}
	return nil, fmt.Errorf("crm: there is no gateway %q", name)
}

// A desk is the books, the orders and the timeline in one transaction.
type desk struct {
	tx       *sql.Tx
	books    books
	orders   orderTable
	timeline timeline
}

// transact changes a charge and writes what follows from it, all or nothing.
func (c *CRM) transact(ctx context.Context, do func(desk) error) error {
	return c.db.transact(ctx, func(tx *sql.Tx) error {
		open, err := c.open(tx)
		if err != nil {
			return err
		}
		return do(desk{tx, open, orderTable{tx}, timeline{tx, c.Now}})
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

// chargeOf is the charge of an order, or charges.ErrNotFound.
func (c *CRM) chargeOf(ctx context.Context, o order) (charges.Charge, error) {
	return c.stores[o.Gateway].Load(ctx, o.Tenant, o.ID)
}
