// Package page renders the sandbox's hosted payment pages: the ones on which a buyer pays,
// declines, cancels or abandons a checkout session.
//
// It only renders. [Render] turns a [Checkout] into an HTML document, and [ContentSecurityPolicy]
// into the header that document must be served with. The document loads nothing but the merchant's
// own pictures and works without JavaScript.
//
// A gateway has a template and a style sheet of its name, templates/NAME.html.tmpl and
// assets/NAME.css; the rest is shared.
package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk"
)

//go:embed templates
var templates embed.FS

// pages are the templates of every gateway: the shared ones, completed by those of its own file.
var pages = parseAll()

func parseAll() map[sdk.Gateway]*template.Template {
	shared := template.Must(template.New("").Funcs(template.FuncMap{"webURL": webURL, "imageURL": imageURL}).
		ParseFS(templates, "templates/shared/*"+extension))
	files, err := fs.Glob(templates, "templates/*"+extension)
	if err != nil {
		panic(err) // the pattern is constant
	}
	all := map[sdk.Gateway]*template.Template{}
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), extension)
		all[sdk.Gateway(name)] = template.Must(template.Must(shared.Clone()).ParseFS(templates, file))
	}
	return all
}

const extension = ".html.tmpl"

// roomForMarkup is more than most pages need beside their style and script, in bytes.
const roomForMarkup = 12 << 10

// Render writes the page of c as a whole HTML document. It writes nothing when it fails, so that
// the caller can still respond with an error.
func Render(w io.Writer, c Checkout) error {
	page, ok := pages[c.Gateway]
	if !ok {
		return fmt.Errorf("page: gateway %q has no template: add templates/%s.html.tmpl and assets/%s.css", c.Gateway, c.Gateway, c.Gateway)
	}
	switch c.State {
	case StateOpen, StateChallenge, StateBreakOut, StateProcessing, StateHandBack, StateSucceeded, StateFailed, StateExpired,
		StateAbandoned, StateUnknown:
	default:
		return fmt.Errorf("page: unknown state %q", c.State)
	}

	var document bytes.Buffer
	document.Grow(len(style) + len(script) + roomForMarkup)
	if err := page.ExecuteTemplate(&document, "document", view{c}); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	_, err := document.WriteTo(w)
	return err
}
