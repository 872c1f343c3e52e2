package crm

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// webhooksPath is the one endpoint of all tenants and both gateways. VisionScope's deliveries have
// tenant and reference below it.
const webhooksPath = "/webhooks"

func (c *CRM) receiveWebhooks(mux *http.ServeMux) error {
	clock := webhooks.WithClock(c.Now)
	verifier := webhooks.Any(webhooks.Vora(webhooks.KeySourceFunc(c.voraKeys), clock), webhooks.VisionScope(c.routes, clock))
	handler, err := webhooks.NewHandler(verifier, c.take, webhooks.WithStore(c.events), webhooks.WithLogger(c.Log))
	if err != nil {
		return err
	}
	mux.Handle("POST "+webhooksPath, handler)
	mux.Handle("POST "+webhooksPath+"/", handler)
	return nil
}

// voraKeys finds the keys of the tenant whose merchant a delivery names: the current one, and the
// one that was rotated out, for as long as it is valid. An event that verifies is that tenant's,
// which the key's reference says.
func (c *CRM) voraKeys(ctx context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
	t, err := c.tenants.byMerchant(ctx, hint.MerchantID)
	switch {
	case errors.Is(err, errNoTenant):
		return nil, webhooks.ErrUnknownMerchant
	case err != nil:
		return nil, err
	}
	var keys []webhooks.SigningKey
	for _, valid := range t.Credentials.valid(voraKey, c.Now()) {
		secret, err := valid.open(c.cipher, t.ID)
		if err != nil {
			return nil, err
		}
		name := "current"
		if !valid.Current() {
			name = "previous"
		}
		keys = append(keys, webhooks.SigningKey{
			Secret: secret, Name: name, Scheme: webhooks.SchemeVoraV1, MerchantID: t.MerchantID, Reference: t.ID, NotAfter: valid.Until,
		})
	}
	if t.HasLeft() {
		return keys, webhooks.ErrOffboarded // late refunds still arrive
	}
	return keys, nil
}

// take enters an event into its charge, writes what follows from it, and that the event is done, in
// one transaction: nothing happens twice.
func (c *CRM) take(ctx context.Context, event webhooks.Event) error {
	info := event.Info()
	tenant := info.Reference // of the key that verified it
	if info.Scheme == webhooks.SchemeVisionScope {
		tenant = info.MerchantID // of the route that verified it
	}
	err := c.transact(ctx, func(d desk) error {
		charge, transition, err := d.books[info.Scheme.Gateway()].Take(ctx, tenant, event)
		if err != nil {
			return err
		}
		o, err := d.orders.of(ctx, tenant, charge.Order)
		if err != nil {
			return err
		}
		if err := d.tell(ctx, o, info, transition); err != nil {
			return err
		}
		if err := d.serve(ctx, o, charge); err != nil {
			return err
		}
		key, token, _ := webhooks.ClaimFrom(ctx)
		return c.events.CompleteTx(ctx, d.tx, key, token)
	})
	if errors.Is(err, charges.ErrNotFound) && info.Payment == sdk.PaymentPending {
		return nil // it is about no payment
	}
	return err
}

// tell writes what an event said and changed.
func (d desk) tell(ctx context.Context, o order, info *webhooks.EventInfo, changed orders.Transition) error {
	text := fmt.Sprintf("%s reported %s of %s", gatewayTitle(o.Gateway), info.Type, info.Amount)
	if info.Reason != "" {
		text += ": " + info.Reason
	}
	if info.KeyName == "previous" {
		text += ", signed with the key from before the rotation"
	}
	if info.Offboarded {
		text += ", after the tenant had left"
	}
	if err := d.timeline.add(ctx, o.Tenant, o.ID, byGateway, text); err != nil {
		return err
	}
	for _, problem := range changed.Problems {
		if err := d.timeline.add(ctx, o.Tenant, o.ID, concern, "A person should look at this: "+problemText(problem)); err != nil {
			return err
		}
	}
	return nil
}

// problemText is a problem in words.
func problemText(problem orders.Problem) string {
	switch problem {
	case orders.ProblemPaidTwice:
		return "the order was paid twice. Give one payment back."
	case orders.ProblemWrongAmount:
		return "the payment is not what the order costs."
	case orders.ProblemRefundExceeds:
		return "more was given back than paid."
	case orders.ProblemAmountsDisagree, orders.ProblemAmountNotPositive, orders.ProblemRefundCurrency, orders.ProblemUnreadableEvent:
	}
	return string(problem)
}
