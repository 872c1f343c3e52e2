package crm

import (
	"context"
	"errors"
	"net/http"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
)

// A customerRow is a customer with the form that charges them.
type customerRow struct {
	customer
	OrderID  string
	Gateways []sdk.Gateway
}

// A chargeRow is an order with its charge.
type chargeRow struct {
	order
	Charge charges.Charge
}

// shownCharges is how many charges the page of a tenant lists.
const shownCharges = 25

func (c *CRM) showTenant(w http.ResponseWriter, r *http.Request) {
	t, ok := c.tenantOf(w, r)
	if !ok {
		return
	}
	rows, err := c.rows(r.Context(), t)
	if err != nil {
		c.showFailure(w, "the charges cannot be read", err)
		return
	}
	lines, err := c.timeline.of(r.Context(), t.ID, "")
	if err != nil {
		c.showFailure(w, "the timeline cannot be read", err)
		return
	}
	data := page{Tenant: t, Rows: rows, Lines: lines, Credentials: c.credentialRows(t)}
	for _, buyer := range customers[t.ID] {
		data.Customers = append(data.Customers, customerRow{buyer, newOrderID(), gateways})
	}
	c.show(w, http.StatusOK, "tenant", data)
}

func (c *CRM) rows(ctx context.Context, t tenant) (rows []chargeRow, err error) {
	latest, err := c.orders.latest(ctx, t.ID, shownCharges)
	if err != nil {
		return nil, err
	}
	for _, o := range latest {
		charge, err := c.chargeOf(ctx, o)
		if errors.Is(err, charges.ErrNotFound) {
			continue // its form was sent, and nothing came of it
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, chargeRow{o, charge})
	}
	return rows, nil
}

func (c *CRM) showCharge(w http.ResponseWriter, r *http.Request) {
	t, o, ok := c.orderOf(w, r)
	if !ok {
		return
	}
	charge, err := c.chargeOf(r.Context(), o)
	if err != nil && !errors.Is(err, charges.ErrNotFound) {
		c.showFailure(w, "a charge cannot be read", err)
		return
	}
	lines, err := c.timeline.of(r.Context(), t.ID, o.ID)
	if err != nil {
		c.showFailure(w, "the timeline cannot be read", err)
		return
	}
	left := ""
	if amount := charge.Refundable(); amount.Sign() > 0 {
		left = major(amount)
	}
	c.show(w, http.StatusOK, "charge", page{
		Tenant: t, Order: o, Charge: charge, Lines: lines,
		CanRefund: c.canRefund(o), Left: left, RefundReference: newRefundReference(),
	})
}

// Next is what somebody at the platform can do about an order's page: "pay", "retry" or nothing.
func (p page) Next() string {
	if p.Tenant.HasLeft() {
		return ""
	}
	switch p.Charge.Status() {
	case platform.StatusPending, platform.StatusUnknown:
		return "pay"
	case platform.StatusDeclined, platform.StatusExpired:
		return "retry"
	case platform.StatusApproved, platform.StatusRefunded:
	}
	return ""
}

// Tenanted reports whether the page is about a tenant.
func (p page) Tenanted() bool { return p.Tenant.ID != "" }
