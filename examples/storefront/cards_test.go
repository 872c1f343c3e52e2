package main_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/examples/internal/browser"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A click on a test card moves the focus to the next missing field, or to Pay.
func testCards(t *testing.T, b browser.Browser) {
	f, _ := standing(t)
	buyer := f.buy(b, "visionscope-redirect")
	buyer.Clicks(browser.Window, `button[data-number="`+approved+`"]`)
	require.Equal(t, "pay", buyer.Asks(browser.Window, "document.activeElement.value"))

	require.Equal(t, "true", buyer.Asks(browser.Window, `document.querySelector("details.cards").open`))
	buyer.Do(chromedp.EmulateViewport(320, 800))
	buyer.Until("the cards to fold", func() (bool, error) {
		open, err := buyer.Text(browser.Window, `document.querySelector("details.cards").open`)
		return open == "false", err
	})
	buyer.Clicks(browser.Window, "details.cards summary")
	buyer.Clicks(browser.Window, `button[data-number="`+declined+`"]`)
	require.Equal(t, declined, buyer.Asks(browser.Window, `document.getElementById("card").value`))
	require.Equal(t, "true", buyer.Asks(browser.Window, `(r => r.top >= 0 && r.bottom <= innerHeight)(document.querySelector("button.primary").getBoundingClientRect())`), "Pay is in sight")

	client, err := vora.New(sandbox.Acme.Vora.SecretKey, sdk.WithBaseURL(f.pages))
	require.NoError(t, err)
	created, err := client.CreateSession(t.Context(), vora.SessionParams{Amount: money.MustParse("10.00", "EUR"), CollectShipping: true})
	require.NoError(t, err)
	buyer.GoTo(created.CheckoutURL.Reveal())
	buyer.Clicks(browser.Window, "details.cards summary")
	buyer.Clicks(browser.Window, `button[data-number="`+approved+`"]`)
	require.Equal(t, "shipping_first_name", buyer.Asks(browser.Window, "document.activeElement.id"))
}
