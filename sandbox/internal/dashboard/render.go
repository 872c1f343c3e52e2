// Package dashboard renders the sandbox's dashboard: what happened between the gateways and the
// shop, and the buttons that control the sandbox.
//
// It only renders. [Render] turns a [View] into an HTML document, to be served with
// [ContentSecurityPolicy]. The document loads nothing. Its script calls the sandbox's JSON API and
// swaps in the parts of a fresh document that have changed; without the script the document can
// still be read.
package dashboard

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"net/url"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

//go:embed templates
var templates embed.FS

var document = template.Must(template.New("dashboard").Funcs(template.FuncMap{
	"exact": exact, "pretty": pretty, "short": short, "took": took, "tone": tone, "statusTone": statusTone,
	"segment": url.PathEscape, "headerLines": headerLines,
}).ParseFS(templates, "templates/*.html.tmpl"))

// Render writes the dashboard as a whole HTML document. It writes nothing when it fails.
func Render(w io.Writer, v View) error {
	var out bytes.Buffer
	if err := document.ExecuteTemplate(&out, "document", view{v.filtered()}); err != nil {
		return fmt.Errorf("dashboard: %w", err)
	}
	_, err := out.WriteTo(w)
	return err
}

// Style is the page's style sheet.
func (view) Style() template.CSS { return template.CSS(style) } //nolint:gosec // embedded, not input

// Script is the page's script.
func (view) Script() template.JS { return template.JS(script) } //nolint:gosec // embedded, not input

// A secret is a credential of a merchant, to copy.
type secret struct {
	ID string
	control.Credential
}

// Secrets are a merchant's credentials. n distinguishes the merchants of a page.
func (view) Secrets(n int, m control.Merchant) []secret {
	var out []secret
	for i, c := range m.Credentials() {
		out = append(out, secret{fmt.Sprintf("key-%d-%d", n, i), c})
	}
	return out
}

// DeliveryFaultButtons are the buttons that inject a delivery fault.
func (view) DeliveryFaultButtons() []deliveryFaultButton {
	return []deliveryFaultButton{
		{control.DeliveryFaultDrop, "Drop", "It never arrives; the schedule goes on"},
		{control.DeliveryFaultDuplicate, "Duplicate", "It arrives twice"},
		{control.DeliveryFaultDelay, "Delay", "It arrives 10 seconds later"},
		{control.DeliveryFaultReorder, "Reorder", "It arrives after the next event"},
		{control.DeliveryFaultWrongSecret, "Wrong secret", "It is signed with another secret"},
	}
}

type deliveryFaultButton struct {
	Fault          control.DeliveryFault
	Label, Meaning string
}
