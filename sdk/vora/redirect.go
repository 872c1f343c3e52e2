package vora

import (
	"net/http"

	"github.com/hostedpay/hostedpay-go/internal/hostedpage"
)

// Redirect sends the buyer to the session's hosted page: 303, with Cache-Control: no-store, because
// whoever has the URL can see the purchase. Store the session's ID with the order first, and look
// at [CreatedSession.Stale] when the idempotency key was your own: nobody can pay on a stale
// session's page. (Vora integrator guide, "Endpoints today".)
//
// Browsers apply a page's form-action policy to the responses of its forms too: a page whose form
// leads here must allow [CreatedSession.Origin], or have no such directive.
//
// A script cannot follow a redirect to another site. htmx gets HX-Redirect, Inertia
// X-Inertia-Location, a script that asks for HTML (Turbo) a 409 with a page that goes on by itself,
// and any other script the JSON {"redirect": "https://…"}.
//
// When the checkout URL is not an http or https URL, the response is 502.
func (s *CreatedSession) Redirect(w http.ResponseWriter, r *http.Request) {
	hostedpage.Redirect(w, r, s.CheckoutURL)
}

// Origin is the scheme and host of the session's page, "https://checkout.vonpay.com": what a
// Content-Security-Policy has to name. It is not a secret. Empty when the gateway sent a checkout
// URL that is not an http or https URL.
func (s *CreatedSession) Origin() string {
	origin, _ := hostedpage.Origin(s.CheckoutURL.Reveal())
	return origin
}
