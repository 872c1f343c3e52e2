package embedded

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/hostedpay/hostedpay-go/internal/hostedpage"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
)

// handOverScript stores the checkout URL for the shop's page. A browser that stores nothing for
// this site goes to the checkout itself.
const handOverScript = `"use strict";
const { checkout, page } = document.currentScript.dataset;
let next = page;
try {
  sessionStorage.setItem("checkout_url", checkout);
} catch {
  next = checkout;
}
location.replace(next);
`

var handOverPage = template.Must(template.New("hand-over").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Secure Checkout</title>
</head>
<body>
<noscript><p>The checkout needs JavaScript. Please turn it on and go back.</p></noscript>
<script data-checkout="{{.Checkout}}" data-page="{{.Page}}">{{.Script}}</script>
</body>
</html>
`))

// HandOver responds to a request, usually from the buy form, with a page that stores the checkout
// URL in the tab's sessionStorage and goes on to a page of the shop's own, which shows a
// [PickUpFrame]. The URL is then in no address bar, history, referrer or access log. (VisionScope
// documentation, section 4, option B.) Store the session ID and the webhook secret with the order
// first.
//
// page is where the shop shows the frame, as a path from its root ("/checkout"): sessionStorage is
// not shared with other origins. When the page or the checkout URL is not usable, HandOver returns
// an error and has written nothing. Connection errors are ignored.
func HandOver(w http.ResponseWriter, created *visionscope.CreatedCheckout, page string) error {
	if created.Origin() == "" {
		return errNotAWebURL
	}
	if err := checkPath(page); err != nil {
		return err
	}
	var document bytes.Buffer
	err := handOverPage.Execute(&document, map[string]any{
		"Checkout": created.CheckoutURL.Reveal(), "Page": page, "Script": template.JS(handOverScript), //nolint:gosec // a constant
	})
	if err != nil {
		return fmt.Errorf("embedded: the hand-over page: %w", err)
	}
	serve(w, &document, "script-src "+hostedpage.Hash(handOverScript)+"; frame-ancestors 'none'")
	return nil
}

var errNotAWebURL = errors.New("embedded: the checkout URL is not an http or https URL, so it cannot be shown")

// checkPath rejects a path that would lead a browser out of the shop.
func checkPath(path string) error {
	if !strings.HasPrefix(path, "/") || len(path) > 1 && strings.ContainsAny(path[1:2], `/\`) || strings.ContainsAny(path, "\t\n\r") {
		return fmt.Errorf("embedded: %q is not a path from the shop's root, such as /checkout", path)
	}
	return nil
}

// serve writes a page that is not stored and runs only its own script.
func serve(w http.ResponseWriter, document *bytes.Buffer, policy string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; "+policy+"; base-uri 'none'; form-action 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = document.WriteTo(w) // the shopper has gone
}
