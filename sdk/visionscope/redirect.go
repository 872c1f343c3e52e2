package visionscope

import (
	"net/http"

	"github.com/hostedpay/hostedpay-go/internal/hostedpage"
)

// Redirect sends the shopper to the checkout's hosted page: 303, with Cache-Control: no-store,
// because whoever has the URL can see the purchase. Store the session ID and the webhook secret
// with the order first. (VisionScope documentation, section 4, option A.)
//
// Browsers apply a page's form-action policy to the responses of its forms too: a page whose form
// leads here must allow [CreatedCheckout.Origin], or have no such directive.
//
// A script cannot follow a redirect to another site. htmx gets HX-Redirect, Inertia
// X-Inertia-Location, a script that asks for HTML (Turbo) a 409 with a page that goes on by itself,
// and any other script the JSON {"redirect": "https://…"}.
//
// When the checkout URL is not an http or https URL, the response is 502.
func (c *CreatedCheckout) Redirect(w http.ResponseWriter, r *http.Request) {
	hostedpage.Redirect(w, r, c.CheckoutURL)
}

// Origin is the scheme and host of the checkout's page, "https://pay.visionscopeai.com": what a
// Content-Security-Policy has to name. It is not a secret. Empty when the gateway sent a checkout
// URL that is not an http or https URL.
func (c *CreatedCheckout) Origin() string {
	origin, _ := hostedpage.Origin(c.CheckoutURL.Reveal())
	return origin
}
