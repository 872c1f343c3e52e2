// Package page renders the sandbox's hosted payment pages: the ones on which a
// buyer pays, declines, cancels or abandons a checkout session.
//
// It only renders. [Render] turns a [Checkout] into an HTML document, and
// [ContentSecurityPolicy] into the header that document must be served with.
// The document loads nothing but the merchant's own pictures and works without
// JavaScript.
package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
)

//go:embed templates
var templates embed.FS

var pages = map[Gateway]*template.Template{
	VisionScope: parse("visionscope.html.tmpl"),
	Vora:        parse("vora.html.tmpl"),
}

// parse completes the shared templates with those that only one gateway has.
func parse(gateway string) *template.Template {
	funcs := template.FuncMap{"webURL": webURL, "imageURL": imageURL}
	return template.Must(template.New(gateway).Funcs(funcs).
		ParseFS(templates, "templates/shared/*.html.tmpl", "templates/"+gateway))
}

// Render writes the page of c as a whole HTML document. It writes nothing when
// it fails, so that the caller can still answer with an error.
func Render(w io.Writer, c Checkout) error {
	page, ok := pages[c.Gateway]
	if !ok {
		return fmt.Errorf("page: unknown gateway %q", c.Gateway)
	}
	switch c.State {
	case StateOpen, StateChallenge, StateBreakOut, StateProcessing, StateHandBack, StateSucceeded, StateFailed, StateExpired,
		StateAbandoned, StateUnknown:
	default:
		return fmt.Errorf("page: unknown state %q", c.State)
	}

	var document bytes.Buffer
	if err := page.ExecuteTemplate(&document, "document", view{c}); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	_, err := document.WriteTo(w)
	return err
}
