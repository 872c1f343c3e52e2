package visionscope

import (
	"net/http"

	"github.com/hostedpay/hostedpay-go/internal/hostedpage"
)

// Redirect sends the shopper to the checkout's hosted page: 303, with Cache-Control: no-store, because whoever has the
// address can see the purchase. Store the session id and the webhook secret with the order first. (VisionScope
// documentation, section 4, option A.)
//
// Browsers apply a page's form-action policy to the answer of its forms too: a page whose form leads here must allow
// [CreatedCheckout.Origin], or have no such directive.
//
// A checkout address that is none on the web is answered 502.
func (c *CreatedCheckout) Redirect(w http.ResponseWriter, r *http.Request) {
	hostedpage.SeeOther(w, r, c.CheckoutURL)
}

// Origin is scheme and host of the checkout's page, "https://pay.visionscopeai.com": what a Content-Security-Policy has
// to name. It is no secret. Empty when the gateway gave an address that is none on the web.
func (c *CreatedCheckout) Origin() string {
	origin, _ := hostedpage.Origin(c.CheckoutURL.Reveal())
	return origin
}
