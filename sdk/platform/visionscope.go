package platform

import (
	"context"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// VisionScope is a merchant's VisionScope Checkout, as a [Gateway]. Make one with [NewVisionScope].
//
// The gateway knows no idempotency keys: see [OperationRepeat]. A purchase that is repeated makes a
// second checkout. After one whose outcome is unknown that is harmless as long as only one page is
// shown, as package charges does; the events of both arrive at the address that their reference
// makes.
type VisionScope struct {
	client *visionscope.Client
	routes *Routes
	tenant string
}

// NewVisionScope puts the client of a tenant's merchant behind the interface. The events of its
// checkouts go to the routes' address of tenant and reference.
func NewVisionScope(client *visionscope.Client, routes *Routes, tenant string) *VisionScope {
	return &VisionScope{client, routes, tenant}
}

// Name is [sdk.GatewayVisionScope].
func (*VisionScope) Name() sdk.Gateway { return sdk.GatewayVisionScope }

// Capability says how far VisionScope does an operation.
func (*VisionScope) Capability(operation Operation) Capability {
	return capabilities(contract.VisionScopeCapabilities()).of(operation)
}

// Purchase creates a checkout.
func (g *VisionScope) Purchase(ctx context.Context, p Purchase) (*Payment, error) {
	switch {
	case p.Reference == "":
		return nil, withoutReference(g)
	case g.tenant == "":
		return nil, &sdk.Error{
			Operation: "visionscope.Purchase", Code: sdk.CodeValidationMissingField,
			Message: "the gateway was made without a tenant, which its events could not find (nothing was sent)",
		}
	}
	created, err := g.client.CreateCheckout(ctx, visionscope.CheckoutParams{
		Amount: p.Amount, ReturnURL: p.ReturnURL,
		WebhookURL: g.routes.URL(g.tenant, p.Reference), WebhookSecret: g.routes.Secret(g.tenant, p.Reference),
	})
	if payment, failed := unknownOr(err, p); err != nil {
		return payment, failed
	}
	return &Payment{
		ID: created.ID, Reference: p.Reference, Status: StatusPending, Amount: p.Amount, CheckoutURL: created.CheckoutURL,
	}, nil
}

// referenceOf is what the routes have from the URL that the event's key is derived from.
func (*VisionScope) referenceOf(event webhooks.Event) string { return event.Info().Reference }
