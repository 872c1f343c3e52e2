package buyer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Button of a hosted page, by the value that its form sends.
type Button string

// The buttons. A page has only those that make sense now.
const (
	// ButtonPay pays. Use [Page.Pay], which fills in the form.
	ButtonPay Button = "pay"
	// ButtonDecline has the bank decline the payment, whatever the card.
	ButtonDecline Button = "decline"
	// ButtonCancel goes back to the shop without paying. Vora's session stays open, VisionScope's
	// payment fails.
	ButtonCancel Button = "cancel"
	// ButtonAbandon closes the tab.
	ButtonAbandon       Button = "abandon"
	ButtonPassChallenge Button = "challenge_pass"
	ButtonFailChallenge Button = "challenge_fail"
)

// maxPage bounds what is read of a page, in bytes.
const maxPage = 8 << 20

// A Page is a hosted page with a buyer in front of it. Its errors never contain the checkout URL,
// which is a secret. Not safe for concurrent use.
type Page struct {
	browser http.Client
	address *url.URL
	html    string
	form    form
	filled  url.Values
}

// Open opens a checkout URL. It uses the client's transport, cookies and timeout, or those of the
// default client when client is nil. Redirects are reported, not followed.
func Open(ctx context.Context, client *http.Client, checkout sdk.Secret) (*Page, error) {
	address, err := url.Parse(checkout.Reveal())
	if err != nil || address.Host == "" {
		return nil, errors.New("buyer: the checkout URL is not absolute: take it from the created session")
	}
	p := &Page{address: address, filled: url.Values{}}
	if client != nil {
		p.browser = *client
	}
	p.browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if err := p.Reload(ctx); err != nil {
		return nil, err
	}
	return p, nil
}

// Reload opens the page again.
func (p *Page) Reload(ctx context.Context) error {
	if _, err := p.load(ctx, http.MethodGet, p.address, nil); err != nil {
		return fmt.Errorf("buyer: open the hosted page: %w", err)
	}
	return nil
}

// HTML returns the page as it is now.
func (p *Page) HTML() string { return p.html }

// Fill sets a field of the form by its name, such as shipping_city or email.
func (p *Page) Fill(field, value string) { p.filled.Set(field, value) }

// Pay fills in the form and pays with a card. Fields that neither [Page.Fill] nor the page has
// filled get sample values. It returns the URL that the browser is sent to, or nil when the buyer
// stays on the page: for 3D Secure, while the gateway processes the charge, or because the session
// has no return URL.
func (p *Page) Pay(ctx context.Context, card string) (*url.URL, error) {
	return p.submit(ctx, ButtonPay, samples(card))
}

// Press presses a button, with what the form contains. It returns the URL that the browser is sent
// to, or nil when the buyer stays on the page.
func (p *Page) Press(ctx context.Context, button Button) (*url.URL, error) {
	return p.submit(ctx, button, nil)
}

func (p *Page) submit(ctx context.Context, button Button, samples map[string]string) (*url.URL, error) {
	values, err := p.form.values(button, p.filled, samples)
	if err != nil {
		return nil, fmt.Errorf("buyer: %w", err)
	}
	target, err := p.address.Parse(p.form.action)
	if err != nil {
		return nil, errors.New("buyer: the action of the hosted page's form is not a URL")
	}
	to, err := p.load(ctx, http.MethodPost, target, values)
	if err != nil {
		return nil, fmt.Errorf("buyer: press %q on the hosted page: %w", string(button), err)
	}
	clear(p.filled) // the next page has another form
	return to, nil
}

// load shows the page that comes, or returns where the browser is sent.
func (p *Page) load(ctx context.Context, method string, target *url.URL, values url.Values) (*url.URL, error) {
	request, err := http.NewRequestWithContext(ctx, method, target.String(), strings.NewReader(values.Encode()))
	if err != nil {
		return nil, errors.New("the URL cannot be requested")
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := p.browser.Do(request)
	if err != nil {
		return nil, withoutURL(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxPage))
	switch {
	case err != nil:
		return nil, withoutURL(err)
	case response.StatusCode == http.StatusSeeOther:
		return response.Location()
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the gateway responded %s", response.Status)
	}
	p.html = string(body)
	p.form = parseForm(p.html)
	return nil, nil
}

// withoutURL keeps the checkout URL out of an error.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
