package main

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

// A buyer is a browser with a person in front of it: it opens a hosted page and presses a button.
type buyer struct{ http *http.Client }

func newBuyer() buyer {
	return buyer{&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// open looks at the hosted page and for a text that must be on it.
func (b buyer) open(ctx context.Context, checkout sdk.Secret, text string) error {
	page, err := b.visit(ctx, http.MethodGet, checkout.Reveal(), nil, http.StatusOK)
	if err == nil && !strings.Contains(page.body, text) {
		err = fmt.Errorf("the page does not show %q", text)
	}
	return err
}

// pay submits the page's form with a card and gives the address that the gateway sends the browser to.
func (b buyer) pay(ctx context.Context, checkout sdk.Secret, card string) (back *url.URL, err error) {
	form := url.Values{"action": {"pay"}, "card": {card}, "expiry": {"12 / 30"}, "cvc": {"123"}, "name": {"Ada Example"}}
	page, err := b.visit(ctx, http.MethodPost, checkout.Reveal(), form, http.StatusSeeOther)
	if err != nil {
		return nil, err
	}
	return url.Parse(page.location)
}

// follow goes to the merchant's return page and reads what it says.
func (b buyer) follow(ctx context.Context, back *url.URL) (said string, err error) {
	page, err := b.visit(ctx, http.MethodGet, back.String(), nil, http.StatusOK)
	return page.body, err
}

// A page is what came back: a text, or where to go next.
type page struct{ body, location string }

// visit makes a request. Its errors name the path only: a checkout URL is a secret.
func (b buyer) visit(ctx context.Context, method, address string, form url.Values, want int) (page, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return page{}, errors.New("the address cannot be opened")
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := b.http.Do(request)
	if err != nil {
		return page{}, errors.Unwrap(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != want {
		err = fmt.Errorf("the page answered %s instead of %d", response.Status, want)
	}
	return page{string(body), response.Header.Get("Location")}, err
}
