package shop

import (
	"context"
	"net/http"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// buy places the order, gets a checkout for it, stores that with the order, and only then shows it.
func (s *Shop) buy(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<12)
	id, ok := s.purchased(r, r.PostFormValue("purchase"))
	chosen := way(r.PostFormValue("way"))
	if !ok || !s.offers(chosen) {
		s.showProblem(w, http.StatusForbidden, "This form is too old", "Please go back to the shop and try again. Nothing was ordered.")
		return
	}
	o, err := s.ordered(r.Context(), id, chosen)
	if err != nil {
		s.Log.Error("no checkout for an order", "error", err)
		s.showProblem(w, http.StatusBadGateway, "Paying is not possible right now", "Nothing was charged. Please go back and try again in a moment; you will not be charged twice.")
		return
	}
	s.setCookie(w, "order", o.ID)
	s.present(w, r, o)
}

// ordered is the order of this id with a checkout. Called twice, for a double click or a second try, it gives the same.
func (s *Shop) ordered(ctx context.Context, id string, chosen way) (order, error) {
	if err := s.orders.place(ctx, id, theProduct(), chosen); err != nil {
		return order{}, err
	}
	o, err := s.orders.byID(ctx, id)
	if err != nil || o.Session != "" {
		return o, err
	}
	if o.Way == voraRedirect {
		err = s.createAtVora(ctx, o)
	} else {
		err = s.createAtVisionScope(ctx, o)
	}
	if err != nil {
		return order{}, err
	}
	return s.orders.byID(ctx, id) // of two at the same time, both show the checkout that was stored
}

func (s *Shop) createAtVora(ctx context.Context, o order) error {
	created, err := s.Vora.Client.CreateSession(ctx, vora.SessionParams{
		Amount:     o.Amount,
		LineItems:  []vora.LineItem{{Name: o.Product, Quantity: 1, UnitAmount: o.Amount}},
		SuccessURL: s.PublicURL + "/return/vora",
		CancelURL:  s.PublicURL + "/cancelled",
	}, sdk.WithIdempotencyKey(vora.IdempotencyKey("storefront", o.ID, 1)))
	if err != nil {
		return err
	}
	return s.orders.attach(ctx, o.ID, created.ID, created.CheckoutURL, sdk.Secret{})
}

func (s *Shop) createAtVisionScope(ctx context.Context, o order) error {
	secret := visionscope.NewWebhookSecret()
	created, err := s.VisionScope.CreateCheckout(ctx, visionscope.CheckoutParams{
		Amount:        o.Amount,
		WebhookURL:    s.PublicURL + "/webhooks/visionscope",
		WebhookSecret: secret,
		ReturnURL:     s.PublicURL + "/return/visionscope",
	})
	if err != nil {
		return err
	}
	return s.orders.attach(ctx, o.ID, created.SessionID, created.CheckoutURL, secret)
}

// present shows the checkout in the way that the buyer chose.
func (s *Shop) present(w http.ResponseWriter, r *http.Request, o order) {
	checkout := visionscope.CreatedCheckout{SessionID: o.Session, CheckoutURL: o.CheckoutURL}
	switch {
	case o.State != open:
		http.Redirect(w, r, "/order", http.StatusSeeOther)
	case o.Way == voraRedirect:
		session := vora.CreatedSession{ID: o.Session, CheckoutURL: o.CheckoutURL}
		session.Redirect(w, r)
	case o.Way == visionScopeRedirect:
		checkout.Redirect(w, r)
	case o.Way == visionScopeHandOver:
		if err := checkout.HandOver(w, "/checkout/picked-up"); err != nil {
			s.Log.Error("a checkout cannot be handed over", "error", err)
			s.showProblem(w, http.StatusBadGateway, "Paying is not possible right now", "Nothing was charged.")
		}
	default:
		http.Redirect(w, r, "/checkout", http.StatusSeeOther)
	}
}
