// Package dashboard renders the sandbox's dashboard: what happened between the gateways and the shop, and the buttons
// that steer the sandbox.
//
// It only renders. [Render] turns a [View] into an HTML document, to be served with [ContentSecurityPolicy]. The
// document loads nothing. Its script calls the sandbox's JSON API and swaps in the parts of a fresh document that have
// changed; without the script the document can still be read.
package dashboard

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"strings"
)

//go:embed templates
var templates embed.FS

var document = template.Must(template.New("dashboard").Funcs(template.FuncMap{
	"exact": exact, "pretty": pretty, "short": short, "took": took, "tone": tone, "statusTone": statusTone,
	"segment": url.PathEscape, "lines": func(all []string) string { return strings.Join(all, "\n") },
}).ParseFS(templates, "templates/*.html.tmpl"))

// Render writes the dashboard as a whole HTML document. It writes nothing when it fails.
func Render(w io.Writer, v View) error {
	var out bytes.Buffer
	if err := document.ExecuteTemplate(&out, "document", view{v}); err != nil {
		return fmt.Errorf("dashboard: %w", err)
	}
	_, err := out.WriteTo(w)
	return err
}

// view is a View as the templates see it: with what they would otherwise have to compute.
type view struct{ View }

// Style is the page's style sheet.
func (view) Style() template.CSS { return template.CSS(style) } //nolint:gosec // embedded, not input

// Script is the page's script.
func (view) Script() template.JS { return template.JS(script) } //nolint:gosec // embedded, not input

// Calls are the requests, put together.
func (v view) Calls() []Call { return Calls(v.Requests) }

// A command is one to copy.
type command struct{ ID, Label, Text string }

// Commands create something, for the first merchant.
func (v view) Commands() []command {
	if len(v.Merchants) == 0 {
		return nil
	}
	m := v.Merchants[0]
	return []command{
		{"curl-vora", "Vora: a session", v.createSession(m)},
		{"curl-visionscope", "VisionScope: a checkout", v.createCheckout(m)},
	}
}

// A secret is a key of a merchant, to copy.
type secret struct{ ID, Label, Value string }

// Secrets are a merchant's keys. n tells the merchants of a page apart.
func (view) Secrets(n int, m Merchant) []secret {
	all := []secret{
		{"secret", "Vora secret key", m.SecretKey},
		{"publishable", "Vora publishable key", m.PublishableKey},
		{"session", "Vora session secret", m.SessionSecret},
		{"v2", "Vora webhook secret, of webhooks v2", m.WebhookSecret},
		{"api", "VisionScope API key", m.APIKey},
	}
	var out []secret
	for _, s := range all {
		if s.Value != "" {
			s.ID = fmt.Sprintf("key-%d-%s", n, s.ID)
			out = append(out, s)
		}
	}
	return out
}

// ChoiceOfDisturbances is what can be done to the next delivery.
func (view) ChoiceOfDisturbances() []struct{ Name, Label, Meaning string } {
	return []struct{ Name, Label, Meaning string }{
		{"drop", "Drop", "It is lost on the way; the schedule goes on"},
		{"duplicate", "Duplicate", "It comes twice"},
		{"delay", "Delay", "It comes 10 seconds later"},
		{"reorder", "Reorder", "It comes after the next event"},
		{"wrongSecret", "Wrong secret", "It is signed with another secret"},
	}
}
