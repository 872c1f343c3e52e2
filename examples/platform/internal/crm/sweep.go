package crm

import (
	"context"
	"time"
)

// A charge that has been open for lateAfter is asked about: its buyer may have paid and closed the
// window, and its event may be lost. One sweep asks about sweepAtOnce; the gateway limits reads.
// Orders of the last unservedFor are looked through for those that were paid and not served.
const (
	lateAfter   = 5 * time.Minute
	sweepAtOnce = 10
	unservedFor = 7 * 24 * time.Hour
)

// SweepEvery asks about late charges, again and again until the context ends.
func (c *CRM) SweepEvery(ctx context.Context, pause time.Duration) {
	ticks := time.NewTicker(pause)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			c.Sweep(ctx)
		}
	}
}

// Sweep asks about late charges once, without taking a buyer's turn in the gateways' limits.
func (c *CRM) Sweep(ctx context.Context) {
	found, err := c.sweeper.Sweep(ctx, c.Now().Add(-lateAfter), sweepAtOnce)
	if err != nil {
		c.Log.WarnContext(ctx, "some charges cannot be asked about", "error", err)
	}
	for _, charge := range found.Silent {
		c.Log.InfoContext(ctx, "only an event will tell what became of a charge", "account", charge.Tenant, "order", charge.Order)
	}
	for _, charge := range found.Changed {
		c.learned(ctx, order{Tenant: ownerOf(charge.Tenant), ID: charge.Order, Gateway: charge.Current().Gateway}, charge)
	}
	for _, t := range c.Tenants {
		c.serveLate(ctx, t.ID)
	}
}

// serveLate serves the customers of a tenant whose charge was stored as paid by a process that died
// before it served them, or could not.
func (c *CRM) serveLate(ctx context.Context, tenant string) {
	late, err := c.orders.unserved(ctx, tenant, c.Now().Add(-unservedFor))
	if err != nil {
		c.Log.ErrorContext(ctx, "the orders that were not served cannot be read", "tenant", tenant, "error", err)
	}
	for _, o := range late {
		c.serve(ctx, o)
	}
}
