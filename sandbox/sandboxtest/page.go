package sandboxtest

import (
	"net/url"

	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Page is a hosted page with a buyer in front of it. It is a [buyer.Page] whose errors end the
// test.
type Page struct {
	g    *Gateways
	page *buyer.Page
}

// Open opens a checkout URL in a browser.
func (g *Gateways) Open(checkout sdk.Secret) *Page {
	g.t.Helper()
	page, err := buyer.Open(g.t.Context(), &g.browser, checkout)
	if err != nil {
		g.t.Fatalf("sandboxtest: %v", err)
	}
	return &Page{g, page}
}

// HTML returns the page as it is now.
func (p *Page) HTML() string { return p.page.HTML() }

// Reload opens the page again.
func (p *Page) Reload() {
	p.g.t.Helper()
	if err := p.page.Reload(p.g.t.Context()); err != nil {
		p.g.t.Fatalf("sandboxtest: %v", err)
	}
}

// Fill sets a field of the form by its name, such as shipping_city or email. Fields that are not
// filled get sample values.
func (p *Page) Fill(field, value string) *Page {
	p.page.Fill(field, value)
	return p
}

// Pay pays with a card, buyer.CardApproved for one. It returns the URL that the browser is sent to,
// or nil when the buyer stays on the page: for 3D Secure, while the gateway processes the charge,
// or because the session has no successUrl.
func (p *Page) Pay(card string) *url.URL {
	p.g.t.Helper()
	back, err := p.page.Pay(p.g.t.Context(), card)
	return p.done(back, err)
}

// Press presses another button of the page, [buyer.ButtonCancel] for one. It returns what Pay
// returns.
func (p *Page) Press(button buyer.Button) *url.URL {
	p.g.t.Helper()
	back, err := p.page.Press(p.g.t.Context(), button)
	return p.done(back, err)
}

func (p *Page) done(back *url.URL, err error) *url.URL {
	p.g.t.Helper()
	if err != nil {
		p.g.t.Fatalf("sandboxtest: %v; the page is\n%s", err, p.HTML())
	}
	return back
}
