package crm

import (
	"context"
	"time"
)

// A charge that has been open for lateAfter is asked about: its buyer may have paid and closed the
// window, and its event may be lost. One sweep asks about sweepAtOnce; the gateway limits reads.
const (
	lateAfter   = 5 * time.Minute
	sweepAtOnce = 10
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
}
