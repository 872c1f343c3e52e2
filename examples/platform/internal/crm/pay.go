package crm

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
)

// payWithin is how long somebody waits for a page: the gateway's limit may be used up for longer.
const payWithin = 20 * time.Second

// charge bills a customer. The form says for whom and where; what it costs is known here.
func (c *CRM) charge(w http.ResponseWriter, r *http.Request) {
	t, ok := c.tenantOf(w, r)
	if !ok {
		return
	}
	buyer, known := customerOf(t.ID, r.PostFormValue("customer"))
	gateway, id := sdk.Gateway(r.PostFormValue("gateway")), r.PostFormValue("order")
	switch {
	case t.HasLeft():
		c.showLeft(w, t)
		return
	case !known || !slices.Contains(gateways, gateway) || !orderID.MatchString(id):
		c.showNotFound(w)
		return
	}
	o := order{Tenant: t.ID, ID: id, Customer: buyer.ID, Product: buyer.Product, Amount: buyer.Price, Gateway: gateway, Created: c.Now()}
	if err := c.orders.add(r.Context(), o); err != nil {
		c.showFailure(w, "an order cannot be stored", err)
		return
	}
	o, err := c.orders.of(r.Context(), t.ID, id) // as it was stored first: the form may come twice
	if err != nil {
		c.showFailure(w, "an order cannot be read", err)
		return
	}
	c.pay(w, r, o, "Charged", (*charges.Book).Pay)
}

// payAgain goes on with the attempt that is there.
func (c *CRM) payAgain(w http.ResponseWriter, r *http.Request) {
	c.payOrder(w, r, goneOn, (*charges.Book).Pay)
}

// retry begins the next attempt of a charge that was declined or has expired.
func (c *CRM) retry(w http.ResponseWriter, r *http.Request) {
	c.payOrder(w, r, "Tried again", (*charges.Book).Retry)
}

const goneOn = "Gone on with"

func (c *CRM) payOrder(w http.ResponseWriter, r *http.Request, done string, ask asking) {
	t, o, ok := c.orderOf(w, r)
	switch {
	case !ok:
	case t.HasLeft():
		c.showLeft(w, t)
	default:
		c.pay(w, r, o, done, ask)
	}
}

// asking is a way to ask a book for a page.
type asking func(book *charges.Book, ctx context.Context, tenant, order string, purchase platform.Purchase) (charges.Charge, error)

// pay gets an order its page and sends the buyer there.
func (c *CRM) pay(w http.ResponseWriter, r *http.Request, o order, done string, ask asking) {
	ctx, cancel := context.WithTimeout(r.Context(), payWithin)
	defer cancel()
	charge, err := ask(c.book, ctx, o.account(), o.ID, c.purchase(o))
	ctx = context.WithoutCancel(r.Context()) // what has happened is written, whoever is gone
	switch {
	case errors.Is(err, charges.ErrOpen): // there is a page already, or no need for one
		done = goneOn
	case errors.Is(err, tenants.ErrOffboarded): // by another process, a moment ago
		t, _ := c.tenant(ctx, o.Tenant)
		c.showLeft(w, t)
		return
	case err != nil:
		c.showUnpaid(ctx, w, o, charge, err)
		return
	}
	status, current := charge.Status(), charge.Current()
	if status != platform.StatusPending {
		c.serve(ctx, o)
		goTo(w, r, o.Path())
		return
	}
	c.note(ctx, o, byPlatform, fmt.Sprintf("%s: attempt %d, session %s. The buyer was sent to its page", done, len(charge.Attempts), current.PaymentID))
	charge.Redirect(w, r)
}

// purchase is what the buyer of an order is to pay.
func (c *CRM) purchase(o order) platform.Purchase {
	buyer, _ := customerOf(o.Tenant, o.Customer)
	return platform.Purchase{
		Amount: o.Amount, ReturnURL: c.PublicURL + o.ConfirmPath(), CancelURL: c.PublicURL + o.ConfirmPath(), BuyerEmail: buyer.Email,
	}
}

// Path is where the platform sees an order.
func (o order) Path() string { return "/tenants/" + o.Tenant + "/charges/" + o.ID }

// ConfirmPath is where the buyer of an order returns to.
func (o order) ConfirmPath() string { return "/confirm/" + o.Tenant + "/" + o.ID }

// showUnpaid says why there is no page, and what to do about it.
func (c *CRM) showUnpaid(ctx context.Context, w http.ResponseWriter, o order, charge charges.Charge, err error) {
	handling := platform.HandlingOf(err)
	if charge.Status() == platform.StatusUnknown && len(charge.Attempts) > 0 {
		handling = platform.HandlingResume // whatever went wrong since, the first request may have made a page
	}
	c.Log.WarnContext(ctx, "a charge has no page", "tenant", o.Tenant, "order", o.ID, "handling", handling, "error", err)
	c.note(ctx, o, concern, "There is no page. "+advice(handling, o.Gateway))
	wait := ""
	var failed *sdk.Error
	if errors.As(err, &failed) && failed.RetryAfter > 0 {
		wait = fmt.Sprintf(" There is room in %s.", failed.RetryAfter.Round(time.Second))
	}
	c.show(w, http.StatusBadGateway, "problem", page{
		Title: "There is no page to pay on", Text: advice(handling, o.Gateway) + wait, Back: o.Path(), BackTo: "See the charge",
	})
}

// advice is what somebody at the platform does about a handling.
func advice(handling platform.Handling, gateway sdk.Gateway) string {
	switch handling {
	case platform.HandlingTellMerchant:
		return "The gateway does not accept the tenant's credentials or account. Tell the tenant."
	case platform.HandlingFixMapping:
		return "The gateway found something wrong with what we asked for. That is a mistake in this program."
	case platform.HandlingBackOff:
		return "The gateway is busy. The same charge can go on in a minute."
	case platform.HandlingResume:
		if gateway == sdk.GatewayVisionScope {
			return "Nobody knows whether the gateway made one, and nobody has seen it. Go on with the charge: the buyer is shown one page only."
		}
		return "Nobody knows whether the gateway made one. Go on with the charge: the same attempt is never made twice."
	case platform.HandlingNewAttempt, platform.HandlingDeclineBuyer:
		return "The last attempt has ended. Try again with another one."
	case platform.HandlingEscalate:
	}
	return "Something went wrong that nobody has foreseen. The log has more."
}

// note writes a line about an order. What cannot be written is logged: a buyer is not kept waiting
// for it.
func (c *CRM) note(ctx context.Context, o order, kind lineKind, text string) {
	if err := c.timeline.add(ctx, o.Tenant, o.ID, kind, text); err != nil {
		c.Log.ErrorContext(ctx, "a line of the timeline cannot be written", "tenant", o.Tenant, "order", o.ID, "error", err)
	}
}
