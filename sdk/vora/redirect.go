package vora

import (
	"net/http"

	"github.com/hostedpay/hostedpay-go/internal/hostedpage"
)

// Redirect sends the buyer to the session's hosted page: 303, with Cache-Control: no-store, because whoever has the
// address can see the purchase. Store the session's id with the order first, and look at [CreatedSession.Stale] when the
// idempotency key was your own: nobody can pay on a stale session's page. (Vora integrator guide, "Endpoints today".)
//
// Browsers apply a page's form-action policy to the answer of its forms too: a page whose form leads here must allow the
// origin of the checkout, or have no such directive.
//
// A checkout address that is none on the web is answered 502.
func (s *CreatedSession) Redirect(w http.ResponseWriter, r *http.Request) {
	hostedpage.SeeOther(w, r, s.CheckoutURL)
}
