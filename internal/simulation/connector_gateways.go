package simulation

import (
	"context"

	"github.com/hostedpay/hostedpay-go/sdk/platform"
)

// purchaseKey has the order of a purchase that goes through the book.
type purchaseKey struct{}

// A knownGateway is a tenant's, whose calls the world knows.
type knownGateway struct {
	platform.Gateway
	c      *connector
	tenant string
}

// A readableGateway is one whose payments can be read.
type readableGateway struct {
	knownGateway
	retriever platform.Retriever
}

func (c *connector) gateway(ctx context.Context, tenant string, background bool) (platform.Gateway, error) {
	find := c.directory.Gateway
	if background {
		find = c.directory.Background
	}
	gateway, err := find(ctx, tenant)
	if err != nil {
		return nil, err
	}
	known := knownGateway{gateway, c, tenant}
	if retriever, ok := gateway.(platform.Retriever); ok {
		return readableGateway{known, retriever}, nil
	}
	return known, nil
}

func (g readableGateway) Retrieve(ctx context.Context, id string) (*platform.Payment, error) {
	w := g.c.shop.w
	ctx, call := w.newCall(ctx, "", g.Name(), false)
	call.tenant = g.tenant
	payment, err := g.retriever.Retrieve(ctx, id)
	w.checkRejection(lifeOf(ctx).actor, call, err)
	return payment, err
}

// Purchase asks for a page, and holds what comes of it to the world's knowledge.
func (g knownGateway) Purchase(ctx context.Context, p platform.Purchase) (*platform.Payment, error) {
	w, me := g.c.shop.w, lifeOf(ctx).actor
	order, _ := ctx.Value(purchaseKey{}).(string)
	if w.makes(mistakeCountsUp) {
		p.Reference = platform.Reference(platformName, order, 1+w.shop.platform.failures[order])
	}
	ctx, call := w.newCall(ctx, order, g.Name(), true)
	call.tenant = g.tenant
	payment, err := g.Gateway.Purchase(ctx, p)
	w.checkRejection(me, call, err)
	switch {
	case err != nil:
		w.shop.platform.failures[order]++
		w.checkCreateError(me, call, err)
		w.trace.tell(me, "no page for %s", order)
	case payment.Status == platform.StatusUnknown:
		w.shop.platform.failures[order]++
		w.checkText("an error", payment.Cause)
		w.coverage.Reached["create with unknown outcome"]++
		w.trace.tell(me, "nobody knows whether there is a page for %s", order)
	default:
		w.trace.tell(me, "has %s for %s", w.aliasOf(payment.ID), order)
	}
	return payment, err
}
