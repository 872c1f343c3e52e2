package visionscope

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/hostedpay/hostedpay-go/internal/hostedpage"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Frame is the checkout inside of a page of the shop's own, with exactly the documented attributes. (VisionScope
// documentation, section 4, option C.) It is a component for [html/template]:
//
//	<main>{{.Checkout.HTML}}</main>
//
// The page around it must allow what [Frame.Policy] says, must itself be served with Cache-Control: no-store, and should
// give the frame the window's full height, because the form is long. The return page must be wrapped in [BreakOut].
//
// The checkout's address is masked wherever a Frame is printed.
type Frame struct {
	checkout sdk.Secret // empty: from sessionStorage
	origin   string
	home     string
}

const frameStyle = "width:100%; height:100vh; border:0; display:block;"

var frame = template.Must(template.New("frame").Parse(`<iframe
  id="checkoutFrame"
  title="Secure Checkout"
  sandbox="allow-scripts allow-forms allow-same-origin allow-top-navigation allow-popups"
  referrerpolicy="no-referrer-when-downgrade"
  style="` + frameStyle + `"
{{- with .Checkout}}
  src="{{.}}"
{{- end}}
></iframe>
{{- with .Home}}
<script data-home="{{.}}">{{$.Script}}</script>
{{- end}}`))

// pickUpScript reads the address once.
const pickUpScript = `"use strict";
{
  const { home } = document.currentScript.dataset;
  let checkout = null;
  try {
    checkout = sessionStorage.getItem("checkout_url");
    sessionStorage.removeItem("checkout_url");
  } catch {
    // This browser keeps nothing for this site.
  }
  if (checkout) document.getElementById("checkoutFrame").src = checkout;
  else location.replace(home);
}
`

// Frame shows the checkout in a page that the shop renders with the address in it. Such a page can be reloaded.
func (c *CreatedCheckout) Frame() (Frame, error) {
	origin := c.Origin()
	if origin == "" {
		return Frame{}, errNotOnTheWeb
	}
	return Frame{checkout: c.CheckoutURL, origin: origin}, nil
}

// PickUpFrame shows the checkout whose address [CreatedCheckout.HandOver] left in the tab's sessionStorage. The address
// is deleted when it is read: when the page is reloaded, or opened without a hand-over, the browser goes to home, a path
// from the shop's root. The page with the frame has no secret in it. (VisionScope documentation, section 4, options B
// and C.)
//
// origin is [CreatedCheckout.Origin].
func PickUpFrame(origin, home string) (Frame, error) {
	origin, ok := hostedpage.Origin(origin)
	if !ok {
		return Frame{}, fmt.Errorf("visionscope: %q is not the origin of a checkout, such as https://pay.visionscopeai.com", origin)
	}
	if err := checkPath(home); err != nil {
		return Frame{}, err
	}
	return Frame{origin: origin, home: home}, nil
}

// HTML is the element. Call it from the page's template, and keep its text nowhere else. The zero Frame has none.
func (f Frame) HTML() template.HTML {
	if f.origin == "" {
		return ""
	}
	var element strings.Builder
	_ = frame.Execute(&element, map[string]any{ // texts only, into memory
		"Checkout": template.URL(f.checkout.Reveal()), //nolint:gosec // an http or https URL, see Frame
		"Home":     f.home,
		"Script":   template.JS(pickUpScript), //nolint:gosec // a constant
	})
	return template.HTML(element.String()) //nolint:gosec // escaped by the template
}

// String names the frame's origin.
func (f Frame) String() string { return "visionscope.Frame(of " + f.origin + ")" }

// GoString is String.
func (f Frame) GoString() string { return f.String() }

// A FramePolicy is what the Content-Security-Policy of a page with a [Frame] must allow, one field for each directive,
// to be merged with what else the page needs.
type FramePolicy struct {
	FrameSrc     string // the checkout, and the return page before it breaks out
	StyleSrcAttr string // the documented style attribute, by its hash
	ScriptSrc    string // of a PickUpFrame: its script, by its hash; otherwise empty
}

// Policy is what the page must allow. FrameSrc takes it that the return page has the same origin as the page with the
// frame; add its origin when it has another.
func (f Frame) Policy() FramePolicy {
	source, _ := hostedpage.Source(f.origin)
	p := FramePolicy{FrameSrc: "'self' " + source, StyleSrcAttr: "'unsafe-hashes' " + hostedpage.Hash(frameStyle)}
	if f.home != "" {
		p.ScriptSrc = hostedpage.Hash(pickUpScript)
	}
	return p
}

// String is the policy of a page that needs nothing else, or that has no directives of the same names.
func (p FramePolicy) String() string {
	text := "frame-src " + p.FrameSrc + "; style-src-attr " + p.StyleSrcAttr
	if p.ScriptSrc != "" {
		text += "; script-src " + p.ScriptSrc
	}
	return text
}
