package simulation

import (
	"context"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
)

// purchaseKey has the order of a purchase that goes through the book.
type purchaseKey struct{}

// A voraGateway is a tenant's Vora, whose calls the world knows.
type voraGateway struct {
	*platform.Vora
	c *connector
}

func (g voraGateway) Purchase(ctx context.Context, p platform.Purchase) (*platform.Payment, error) {
	return g.c.purchase(ctx, g.Vora, p)
}

func (g voraGateway) Retrieve(ctx context.Context, id string) (*platform.Payment, error) {
	ctx, _ = g.c.shop.w.newCall(ctx, "", sdk.GatewayVora, false)
	return g.Vora.Retrieve(ctx, id)
}

// A visionGateway is a tenant's VisionScope.
type visionGateway struct {
	*platform.VisionScope
	c *connector
}

func (g visionGateway) Purchase(ctx context.Context, p platform.Purchase) (*platform.Payment, error) {
	return g.c.purchase(ctx, g.VisionScope, p)
}

func (c *connector) gateway(ctx context.Context, tenant string, background bool) (platform.Gateway, error) {
	if c.shop.platform.gatewayOf[tenant] == sdk.GatewayVisionScope {
		return visionGateway{platform.NewVisionScope(c.visionClient(tenant), c.shop.platform.routes, tenant), c}, nil
	}
	client, err := c.voraClient(ctx, tenant, background)
	if err != nil {
		return nil, err
	}
	return voraGateway{platform.NewVora(client), c}, nil
}

// purchase asks for a page, and holds what comes of it to the world's knowledge.
func (c *connector) purchase(ctx context.Context, gateway platform.Gateway, p platform.Purchase) (*platform.Payment, error) {
	w, me := c.shop.w, lifeOf(ctx).actor
	order, _ := ctx.Value(purchaseKey{}).(string)
	if w.makes(mistakeCountsUp) {
		p.Reference = platform.Reference(platformName, order, 1+w.shop.platform.failures[order])
	}
	ctx, call := w.newCall(ctx, order, gateway.Name(), true)
	payment, err := gateway.Purchase(ctx, p)
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
