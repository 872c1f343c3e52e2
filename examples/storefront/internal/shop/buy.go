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
	buyWithin = 20 * time.Second // repetitions of the call included; buyers look at nothing meanwhile
	askWithin = 5 * time.Second
)

// buy places the order, gets a checkout for it, stores that with the order, and only then shows it. What needs no checkout
// any more gets none.
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

// settled is an order of the form that is not to be paid any more, or errNoOrder. Vora is asked for what no webhook has said
// yet, lest both gateways take money for one purchase. When it does not answer, the buyer can pay nevertheless: two
// checkouts can be open at once anyway, and a second payment sends no parcel. What did not work at one gateway keeps nobody
// from a checkout that is open at the other.
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
			if confirmed, ok := s.ask(r, o); ok && confirmed.Session.Status != vora.StatusPending {
				return o, nil
			}
		case failed, expired:
			if !o.Other.Payable || o.Way.gateway() == chosen.gateway() {
				return o, nil
			}
		}
	}
	return order{}, errNoOrder
}

// ordered is the order of a form, with a checkout. Called twice, for a double click or a second try, it gives the same;
// with the other gateway, another order.
func (s *Shop) ordered(ctx context.Context, visitor, purchase string, chosen way) (order, error) {
	o, err := s.orders.place(ctx, visitor, purchase, theProduct(), chosen)
	switch {
	case err != nil || o.Session != "":
		return o, err
	case chosen.gateway() == atVora:
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
	for err == nil && created.Stale { // of an earlier try, never shown to anybody, and therefore not paid
		created, err = s.Vora.Client.CreateSession(ctx, params, sdk.WithIdempotencyKey(created.NextKey))
	}
	if err != nil {
		return order{}, err
	}
	return s.orders.attach(ctx, o.Number, created.ID, created.CheckoutURL, sdk.Secret{})
}

func (s *Shop) createAtVisionScope(ctx context.Context, o order) (order, error) {
	secret := visionscope.NewWebhookSecret()
	created, err := s.VisionScope.CreateCheckout(ctx, visionscope.CheckoutParams{
		Amount:        o.Amount,
		WebhookURL:    s.PublicURL + "/webhooks/visionscope",
		WebhookSecret: secret,
		ReturnURL:     s.PublicURL + "/return/visionscope",
	})
	if err != nil {
		return order{}, err
	}
	return s.orders.attach(ctx, o.Number, created.ID, created.CheckoutURL, secret)
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

// sendTo sends the browser to a page of the shop's about an order.
func sendTo(w http.ResponseWriter, r *http.Request, page string, o order) {
	http.Redirect(w, r, page+o.query(), http.StatusSeeOther) //nolint:gosec // a constant and a number
}

// query names the order in an address of the shop's, for a buyer who has several open in as many tabs.
func (o *order) query() string { return fmt.Sprintf("?order=%d", o.Number) }
