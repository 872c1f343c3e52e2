package crm

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// webhooksPath is the one endpoint of all tenants and both gateways. VisionScope's deliveries have
// tenant and reference below it.
const webhooksPath = "/webhooks"

func (c *CRM) receiveWebhooks(mux *http.ServeMux) error {
	handler, err := c.receiver(c.directory.Verifier(webhooks.WithClock(c.Now)))
	if err != nil {
		return err
	}
	mux.Handle("POST "+webhooksPath, handler)
	mux.Handle("POST "+webhooksPath+"/", handler)
	return nil
}

// receiver works on events before it responds, unless the configuration has another one.
func (c *CRM) receiver(events *webhooks.Verifier) (http.Handler, error) {
	if c.Receive != nil {
		return c.Receive(events, c.takeOnce)
	}
	return webhooks.NewHandler(events, c.take, webhooks.WithStore(c.events), webhooks.WithLogger(c.Log))
}

// takeOnce is for a receiver that may call it again with an event that is done: the claim tells.
func (c *CRM) takeOnce(ctx context.Context, event webhooks.Event) error {
	key, token := event.Info().DedupeKey, webhooks.NewToken()
	state, err := c.events.Claim(ctx, key, token, time.Minute)
	switch {
	case err != nil:
		return err
	case state == webhooks.StateDone:
		return nil
	case state != webhooks.StateNew:
		return errors.New("another process works on this event: it is tried again")
	}
	if err := c.take(webhooks.ContextWithClaim(ctx, key, token), event); err != nil {
		return errors.Join(err, c.events.Release(context.WithoutCancel(ctx), key, token))
	}
	return nil
}

// take enters an event into its charge, writes what follows from it, and that the event is done, in
// one transaction: nothing happens twice.
func (c *CRM) take(ctx context.Context, event webhooks.Event) error {
	account, info := tenants.Of(event), event.Info()
	err := c.transact(ctx, func(d desk) error {
		charge, transition, err := d.book.Take(ctx, account, event)
		if err != nil {
			return err
		}
		o, err := d.orders.of(ctx, ownerOf(account), charge.Order)
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
	if strings.HasPrefix(info.KeyName, "previous ") {
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
