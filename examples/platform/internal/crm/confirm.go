package crm

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// confirmWithin is how long a buyer who returns waits for what the gateway says.
const confirmWithin = 5 * time.Second

// confirm is where buyers return to. The order's own address says which it is; the query decides
// nothing. What is not known yet is asked.
func (c *CRM) confirm(w http.ResponseWriter, r *http.Request) {
	t, o, ok := c.orderOf(w, r)
	if !ok {
		return
	}
	charge, err := c.chargeOf(r.Context(), o)
	if err != nil {
		c.showNotFound(w) // the order was never asked for a page
		return
	}
	if r.URL.Query().Has("sig") {
		c.checkReturn(r, t, o, charge)
	}
	if !charge.Status().Final() {
		charge = c.check(r.Context(), o, charge)
	}
	c.show(w, http.StatusOK, "confirm", page{Tenant: t, Order: o, Charge: charge, Outcome: outcomeOf(charge)})
}

// check asks the gateway where a charge stands, and enters what it says: it may be what serves the
// customer, when the event is late or lost.
func (c *CRM) check(ctx context.Context, o order, known charges.Charge) charges.Charge {
	ctx, cancel := context.WithTimeout(ctx, confirmWithin)
	defer cancel()
	charge, err := c.book.Check(ctx, o.account(), o.ID)
	if err != nil {
		c.Log.WarnContext(ctx, "a charge cannot be asked about", "tenant", o.Tenant, "order", o.ID, "error", err)
		return known
	}
	if charge.Status() != known.Status() {
		c.learned(context.WithoutCancel(ctx), o, charge)
	}
	return charge
}

// learned writes what the gateway said when it was asked, and serves the customer when it is paid.
func (c *CRM) learned(ctx context.Context, o order, charge charges.Charge) {
	c.note(ctx, o, byGateway, gatewayTitle(o.Gateway)+" was asked, and said: "+string(charge.Status()))
	c.serve(ctx, o)
}

// serve serves the customer of an order whose charge is paid, once. The charge is read in the same
// transaction: what was known when the gateway was asked may be over, by a refund that an event
// has reported since.
func (c *CRM) serve(ctx context.Context, o order) {
	err := c.transact(ctx, func(d desk) error {
		charge, err := c.charges.InTx(d.tx).Load(ctx, o.account(), o.ID)
		if err != nil {
			return err
		}
		return d.serve(ctx, o, charge)
	})
	if err != nil && !errors.Is(err, charges.ErrNotFound) { // it was never asked for a page
		c.Log.ErrorContext(ctx, "a customer cannot be served", "tenant", o.Tenant, "order", o.ID, "error", err)
	}
}

// checkReturn verifies the signature of a return URL, for the timeline: a signature is no proof of
// payment, and one that is missing or wrong changes nothing either.
func (c *CRM) checkReturn(r *http.Request, t tenant, o order, charge charges.Charge) {
	secrets := t.Accounts[o.Gateway].Credentials[tenants.VoraSessionSecret].Valid(c.Now())
	if o.Gateway != sdk.GatewayVora || len(secrets) == 0 {
		return
	}
	query, session := r.URL.Query(), charge.Current().PaymentID
	if named := query.Get("session"); slices.ContainsFunc(charge.Attempts, func(a charges.Attempt) bool { return a.PaymentID == named }) {
		session = named // of an earlier attempt, perhaps
	}
	_, err := vora.VerifyReturn(query, vora.ExpectedReturn{
		Secrets: secrets, SessionID: session, Amount: o.Amount, URL: c.PublicURL + o.ConfirmPath(), Mode: sdk.ModeTest, Now: c.Now,
	})
	if err != nil {
		c.Log.WarnContext(r.Context(), "a return URL has a problem", "tenant", t.ID, "order", o.ID, "problem", err)
		c.note(r.Context(), o, concern, "Somebody opened the confirm page with a return URL that Vora did not sign for it")
		return
	}
	c.note(r.Context(), o, byBuyer, "The buyer came back; Vora had signed the return URL")
}

// An outcome is what the buyer sees.
type outcome string

const (
	outcomePaid     outcome = "paid"
	outcomeRefunded outcome = "refunded"
	outcomeDeclined outcome = "declined"
	outcomeExpired  outcome = "expired"
	outcomePending  outcome = "pending"
	outcomeUnknown  outcome = "unknown"
)

// outcomeOf never shows what nobody knows as a failure.
func outcomeOf(charge charges.Charge) outcome {
	switch charge.Status() {
	case platform.StatusApproved:
		return outcomePaid
	case platform.StatusRefunded:
		return outcomeRefunded
	case platform.StatusDeclined:
		return outcomeDeclined
	case platform.StatusExpired:
		return outcomeExpired
	case platform.StatusPending:
		return outcomePending
	case platform.StatusUnknown:
	}
	return outcomeUnknown
}
