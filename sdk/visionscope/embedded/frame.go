package embedded

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/hostedpay/hostedpay-go/internal/hostedpage"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
)

// A Frame is the checkout inside a page of the shop's own, with exactly the documented attributes.
// (VisionScope documentation, section 4, option C.) It is a component for [html/template]:
//
//	<main>{{.Checkout.HTML}}</main>
//
// The page around it must allow what [Frame.Policy] lists, must itself be served with
// Cache-Control: no-store, and should give the frame the window's full height, because the form is
// long. The return page must be wrapped in [BreakOut].
//
// The checkout URL is masked wherever a Frame is printed.
type Frame struct {
	checkout sdk.Secret // empty when the page's script takes it from sessionStorage
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

// pickUpScript reads the checkout URL once.
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

// NewFrame shows the checkout in a page that the shop renders with the checkout URL in it. Such a
// page can be reloaded. (VisionScope documentation, section 4, option C.) The error says that the
// checkout URL is not an http or https URL.
func NewFrame(created *visionscope.CreatedCheckout) (Frame, error) {
	origin := created.Origin()
	if origin == "" {
		return Frame{}, errNotAWebURL
	}
	return Frame{checkout: created.CheckoutURL, origin: origin}, nil
}

// PickUpFrame shows the checkout whose URL [HandOver] left in the tab's sessionStorage. The script
// deletes the URL when it reads it: when the page is reloaded, or opened without a hand-over, the
// browser goes to home, a path from the shop's root. The page with the frame has no secret in it.
// (VisionScope documentation, section 4, options B and C.)
//
// origin is [visionscope.CreatedCheckout.Origin].
func PickUpFrame(origin, home string) (Frame, error) {
	origin, ok := hostedpage.Origin(origin)
	if !ok {
		return Frame{}, fmt.Errorf("embedded: %q is not the origin of a checkout, such as https://pay.visionscopeai.com", origin)
	}
	if err := checkPath(home); err != nil {
		return Frame{}, err
	}
	return Frame{origin: origin, home: home}, nil
}

// HTML is the element, with the checkout URL in it: call it from the page's template and store it
// nowhere. It is empty for the zero Frame.
func (f Frame) HTML() template.HTML {
	if f.origin == "" {
		return ""
	}
	var element strings.Builder
	_ = frame.Execute(&element, map[string]any{ // strings, into memory: it cannot fail
		"Checkout": template.URL(f.checkout.Reveal()), //nolint:gosec // an http or https URL, see NewFrame
		"Home":     f.home,
		"Script":   template.JS(pickUpScript), //nolint:gosec // a constant
	})
	return template.HTML(element.String()) //nolint:gosec // escaped by the template
}

// String names the frame's origin.
func (f Frame) String() string { return "embedded.Frame(of " + f.origin + ")" }

// GoString is String.
func (f Frame) GoString() string { return f.String() }

// A FramePolicy is what the Content-Security-Policy of a page with a [Frame] must allow, one field
// per directive. Merge it with what else the page needs.
type FramePolicy struct {
	FrameSrc     string // the checkout, and the return page before it breaks out
	StyleSrcAttr string // the documented style attribute, by its hash
	ScriptSrc    string // of a PickUpFrame: its script, by its hash; otherwise empty
}

// Policy is what the page must allow. FrameSrc assumes that the return page has the same origin as
// the page with the frame; add the return page's origin when it differs.
func (f Frame) Policy() FramePolicy {
	source, _ := hostedpage.Source(f.origin)
	p := FramePolicy{FrameSrc: "'self' " + source, StyleSrcAttr: "'unsafe-hashes' " + hostedpage.Hash(frameStyle)}
	if f.home != "" {
		p.ScriptSrc = hostedpage.Hash(pickUpScript)
	}
	return p
}

// String is the policy as directives, for a page that has no other directives of these names.
func (p FramePolicy) String() string {
	policy := "frame-src " + p.FrameSrc + "; style-src-attr " + p.StyleSrcAttr
	if p.ScriptSrc != "" {
		policy += "; script-src " + p.ScriptSrc
	}
	return policy
}
