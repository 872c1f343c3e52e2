package crm

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
)

// refundReference is the form of the reference that a refund form has: the same form, sent twice,
// is one request.
var refundReference = regexp.MustCompile(`^refund-[a-z2-7]{26}$`)

func newRefundReference() string { return "refund-" + newOrderID() }

// canRefund reports whether money can be given back at an order's gateway, and why not.
func (c *CRM) canRefund(o order) platform.Capability {
	return capabilityOf(o.Gateway, platform.OperationRefund)
}

// requestRefund keeps that money is to be given back. Somebody has to do that at the gateway, and
// its event says that it was done.
func (c *CRM) requestRefund(w http.ResponseWriter, r *http.Request) {
	_, o, ok := c.orderOf(w, r)
	if !ok {
		return
	}
	reference := r.PostFormValue("reference")
	amount, err := money.Parse(r.PostFormValue("amount"), o.Amount.Currency())
	switch {
	case !refundReference.MatchString(reference):
		c.showNotFound(w)
		return
	case c.canRefund(o).Support == platform.SupportNone:
		c.showRejected(w, o, "This cannot be refunded here", c.canRefund(o).Reason)
		return
	case err != nil || amount.Sign() <= 0:
		c.showRejected(w, o, "That is not an amount", fmt.Sprintf("Write how much to give back in %s, such as %s.", o.Amount.Currency(), major(o.Amount)))
		return
	}
	c.changeRefunds(w, r, o, fmt.Sprintf("A refund of %s was asked for; it awaits somebody who makes it at %s", amount, gatewayTitle(o.Gateway)),
		func(ctx context.Context, book *charges.Book) (charges.Charge, error) {
			return book.RequestRefund(ctx, o.account(), o.ID, reference, amount)
		})
}

// withdrawRefund ends a request that nobody has to carry out any more.
func (c *CRM) withdrawRefund(w http.ResponseWriter, r *http.Request) {
	_, o, ok := c.orderOf(w, r)
	if !ok {
		return
	}
	reference := r.PostFormValue("reference")
	c.changeRefunds(w, r, o, "A request for a refund was withdrawn", func(ctx context.Context, book *charges.Book) (charges.Charge, error) {
		return book.WithdrawRefund(ctx, o.account(), o.ID, reference)
	})
}

// changeRefunds changes the requests of a charge, and writes a line if that changed anything.
func (c *CRM) changeRefunds(w http.ResponseWriter, r *http.Request, o order, text string, change func(context.Context, *charges.Book) (charges.Charge, error)) {
	before, err := c.chargeOf(r.Context(), o)
	if err == nil {
		err = c.transact(r.Context(), func(d desk) error {
			after, err := change(r.Context(), d.book)
			if err != nil || after.Version == before.Version {
				return err
			}
			return d.timeline.add(r.Context(), o.Tenant, o.ID, byPlatform, text)
		})
	}
	switch {
	case errors.Is(err, charges.ErrNotRefundable):
		c.showRejected(w, o, "That is more than there is", "A refund can be no more than what was paid and not given back, or asked for, yet.")
	case errors.Is(err, sdk.CodeIdempotencyKeyCollision): // the form was sent again, with another amount
		c.showRejected(w, o, "This form was sent already", "It has asked for a refund of another amount. Withdraw that one, or ask for the difference.")
	case errors.Is(err, charges.ErrNotFound):
		c.showNotFound(w)
	case err != nil:
		c.showFailure(w, "a refund cannot be stored", err)
	default:
		goTo(w, r, o.Path()+"#refunds")
	}
}

// showRejected says what is wrong with a form about an order.
func (c *CRM) showRejected(w http.ResponseWriter, o order, title, text string) {
	c.show(w, http.StatusUnprocessableEntity, "problem", page{Title: title, Text: text, Back: o.Path(), BackTo: "Back to the charge"})
}
