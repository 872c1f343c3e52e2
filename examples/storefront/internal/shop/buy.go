package shop

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

const (
	buyWithin = 20 * time.Second // including retries; the buyer waits at an empty page
	askWithin = 5 * time.Second
)

// buy places the order, creates a checkout for it, stores that with the order, and only then shows
// it. An order that needs no payment any more gets no checkout.
func (s *Shop) buy(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<12)
	visitor := s.knownVisitor(r)
	purchase, ok := s.purchased(visitor, r.PostFormValue("purchase"))
	chosen := way(r.PostFormValue("way"))
	if !ok || !s.offers(chosen) {
		s.showProblem(w, http.StatusForbidden, "This form is too old", "Please go back to the shop and try again. Nothing was ordered.")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), buyWithin)
	defer cancel()
	o, err := s.settled(r.WithContext(ctx), purchase, chosen)
	if err == nil {
		sendTo(w, r, "/order", o)
		return
	}
	if errors.Is(err, errNoOrder) {
		o, err = s.ordered(ctx, visitor, purchase, chosen)
	}
	if err != nil {
		s.Log.Error("no checkout for an order", "error", err)
		s.showProblem(w, http.StatusBadGateway, "Paying is not possible right now", "This try charged nothing. Please go back and try again in a moment; you will not be charged twice.")
		return
	}
	s.present(w, r, o)
}

// settled returns the form's order that must not be paid any more, or errNoOrder. It asks Vora what
// no webhook has reported yet, so that the two gateways do not both charge for one purchase. When
// Vora does not respond, the buyer can pay nevertheless: two checkouts can be open at once anyway,
// and a second payment sends no parcel. A payment that failed at one gateway does not hide a
// checkout that is open at the other.
func (s *Shop) settled(r *http.Request, purchase string, chosen way) (order, error) {
	known, err := s.orders.ofPurchase(r.Context(), purchase)
	if err != nil {
		return order{}, err
	}
	for _, o := range known {
		switch o.State {
		case paid:
			return o, nil
		case open:
			if known, confirmed := s.ask(r, o); confirmed != nil && confirmed.Session.Status != vora.StatusPending {
				return known, nil
			}
		case failed, expired:
			if !o.Other.Payable || o.Way.gateway() == chosen.gateway() {
				return o, nil
			}
		}
	}
	return order{}, errNoOrder
}

// ordered returns the order of a form, with a checkout. A double click or another attempt gets the
// same order; the other gateway gets an order of its own.
func (s *Shop) ordered(ctx context.Context, visitor, purchase string, chosen way) (order, error) {
	o, err := s.orders.place(ctx, visitor, purchase, theProduct(), chosen, s.Now())
	switch {
	case err != nil || o.Session != "":
		return o, err
	case chosen.gateway() == sdk.GatewayVora:
		return s.createAtVora(ctx, o)
	}
	return s.createAtVisionScope(ctx, o)
}

func (s *Shop) createAtVora(ctx context.Context, o order) (order, error) {
	params := vora.SessionParams{
		Amount:     o.Amount,
		LineItems:  []vora.LineItem{{Name: o.Product, Quantity: 1, UnitAmount: o.Amount}},
		SuccessURL: s.PublicURL + "/return/vora",
		CancelURL:  s.PublicURL + "/cancelled" + o.query(),
	}
	created, err := s.Vora.Client.CreateSession(ctx, params, sdk.WithIdempotencyKey(vora.IdempotencyKey("storefront", o.Purchase, 1)))
	// A stale session is from an earlier attempt, was never shown to the buyer, and so is not paid.
	for err == nil && created.Stale {
		created, err = s.Vora.Client.CreateSession(ctx, params, sdk.WithIdempotencyKey(created.NextKey))
	}
	if err != nil {
		return order{}, err
	}
	return s.orders.attach(ctx, o.Number, created.ID, created.CheckoutURL)
}

// createAtVisionScope names the order in the webhook's URL and gives each of its checkouts the same
// secret: when the response is lost, nobody knows the session, and an event of it is recognized
// nevertheless.
func (s *Shop) createAtVisionScope(ctx context.Context, o order) (order, error) {
	created, err := s.VisionScope.CreateCheckout(ctx, visionscope.CheckoutParams{
		Amount:        o.Amount,
		WebhookURL:    s.WebhookURL + "/webhooks/visionscope" + o.query(),
		WebhookSecret: o.Secret,
		ReturnURL:     s.PublicURL + "/return/visionscope" + o.query(),
	})
	if err != nil {
		return order{}, err
	}
	return s.orders.attach(ctx, o.Number, created.ID, created.CheckoutURL)
}

// present shows the checkout in the way that the buyer chose.
func (s *Shop) present(w http.ResponseWriter, r *http.Request, o order) {
	switch o.Way {
	case voraRedirect:
		session := vora.CreatedSession{ID: o.Session, CheckoutURL: o.CheckoutURL}
		session.Redirect(w, r)
	case visionScopeRedirect:
		checkout := o.checkout()
		checkout.Redirect(w, r)
	case visionScopeHandOver:
		s.handOver(w, o)
	default:
		sendTo(w, r, "/checkout", o)
	}
}

// sendTo redirects the browser to a page of the shop about an order.
func sendTo(w http.ResponseWriter, r *http.Request, page string, o order) {
	http.Redirect(w, r, page+o.query(), http.StatusSeeOther) //nolint:gosec // a constant and a number
}

// query names the order in a URL of the shop: for a buyer with several orders in several tabs, and
// for a gateway's webhook.
func (o *order) query() string { return fmt.Sprintf("?order=%d", o.Number) }
