package sandboxtest

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// The test cards. Any other number is approved.
const (
	Approved          = "4242 4242 4242 4242"
	Declined          = "4000 0000 0000 0002"
	InsufficientFunds = "4000 0000 0000 9995"
	Challenge         = "4000 0027 6000 3184" // asks for 3D Secure: press PassChallenge or FailChallenge next
	GatewayTimeout    = "4000 0000 0000 0119" // VisionScope settles it 10 s later
)

// A Page is a hosted page with a buyer in front of it.
type Page struct {
	HTML string // what it shows now

	g       *Gateways
	address string
	typed   url.Values
}

// Open opens a checkout URL in a browser.
func (g *Gateways) Open(checkout sdk.Secret) *Page {
	g.t.Helper()
	p := &Page{g: g, address: checkout.Reveal(), typed: url.Values{}}
	p.Reload()
	return p
}

// Reload opens the page again.
func (p *Page) Reload() {
	p.g.t.Helper()
	if _, err := p.send(http.MethodGet, nil); err != nil {
		p.g.t.Fatalf("sandboxtest: the hosted page cannot be opened: %v", err)
	}
}

// Fill types something into a field of the form, such as shipping_city or email. What is not filled gets a sample value.
func (p *Page) Fill(field, value string) *Page {
	p.typed.Set(field, value)
	return p
}

// Pay pays with a card. It returns the address that the browser is sent to, or nil when the buyer stays on the page:
// to prove who they are, to wait for the gateway, or because the session has no successUrl.
func (p *Page) Pay(card string) *url.URL {
	p.g.t.Helper()
	return p.press("pay", url.Values{
		"card": {card}, "expiry": {p.g.Now().AddDate(3, 0, 0).Format("01 / 06")}, "cvc": {"123"},
		"name": {"Ada Example"}, "email": {"ada@example.com"},
		"shipping_first_name": {"Ada"}, "shipping_last_name": {"Example"}, "shipping_address": {"1 Sample Street"},
		"shipping_city": {"Springfield"}, "shipping_state": {"IL"}, "shipping_zip": {"62701"}, "shipping_country": {"US"},
	})
}

// Decline has the bank decline the payment, whatever the card.
func (p *Page) Decline() *url.URL {
	p.g.t.Helper()
	return p.press("decline", nil)
}

// Cancel goes back to the shop without paying: at Vora to the session's cancelUrl, and the session stays open; at
// VisionScope to the return URL, and the payment has failed.
func (p *Page) Cancel() *url.URL {
	p.g.t.Helper()
	return p.press("cancel", nil)
}

// PassChallenge proves to the bank who the buyer is.
func (p *Page) PassChallenge() *url.URL {
	p.g.t.Helper()
	return p.press("challenge_pass", nil)
}

// FailChallenge does not.
func (p *Page) FailChallenge() *url.URL {
	p.g.t.Helper()
	return p.press("challenge_fail", nil)
}

// press presses a button, if the page has it.
func (p *Page) press(button string, form url.Values) *url.URL {
	p.g.t.Helper()
	if !p.has("action", button) {
		p.g.t.Fatalf("sandboxtest: the hosted page has no button %q now:\n%s", button, p.HTML)
	}
	form = p.filled(form)
	form.Set("action", button)
	to, err := p.send(http.MethodPost, form)
	if err != nil {
		p.g.t.Fatalf("sandboxtest: pressing %q: %v", button, err)
	}
	return to
}

// filled is the form with the fields that the page has, and what was typed.
func (p *Page) filled(samples url.Values) url.Values {
	form := url.Values{}
	for name, value := range samples {
		if strings.Contains(p.HTML, ` name="`+name+`"`) {
			form[name] = value
		}
	}
	for name, value := range p.typed {
		if !strings.Contains(p.HTML, ` name="`+name+`"`) {
			p.g.t.Fatalf("sandboxtest: the hosted page has no field %q now", name)
		}
		form[name] = value
	}
	return form
}

func (p *Page) has(name, value string) bool {
	return strings.Contains(p.HTML, fmt.Sprintf(` name=%q value=%q`, name, value))
}

func (p *Page) send(method string, form url.Values) (to *url.URL, err error) {
	request, err := http.NewRequestWithContext(p.g.t.Context(), method, p.address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := p.g.browser.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return nil, err
	case response.StatusCode == http.StatusSeeOther:
		return response.Location()
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the gateway answered %s: %s", response.Status, text)
	}
	p.HTML = string(text)
	return nil, nil
}
