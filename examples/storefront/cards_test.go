package main_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A click on a test card moves the focus to the next missing field, or to Pay.
func testCards(t *testing.T, b browser) {
	f, _ := standing(t)
	buyer := f.buy(b, "visionscope-redirect")
	buyer.clicks(window, `button[data-number="`+approved+`"]`)
	require.Equal(t, "pay", buyer.asks(window, "document.activeElement.value"))

	require.Equal(t, "true", buyer.asks(window, `document.querySelector("details.cards").open`))
	buyer.do(chromedp.EmulateViewport(320, 800))
	buyer.until("the cards to fold", func() (bool, error) {
		open, err := buyer.text(window, `document.querySelector("details.cards").open`)
		return open == "false", err
	})
	buyer.clicks(window, "details.cards summary")
	buyer.clicks(window, `button[data-number="`+declined+`"]`)
	require.Equal(t, declined, buyer.asks(window, `document.getElementById("card").value`))
	require.Equal(t, "true", buyer.asks(window, `(r => r.top >= 0 && r.bottom <= innerHeight)(document.querySelector("button.primary").getBoundingClientRect())`), "Pay is in sight")

	client, err := vora.New(sandbox.Acme.Vora.SecretKey, sdk.WithBaseURL(f.pages))
	require.NoError(t, err)
	created, err := client.CreateSession(t.Context(), vora.SessionParams{Amount: money.MustParse("10.00", "EUR"), CollectShipping: true})
	require.NoError(t, err)
	buyer.goTo(created.CheckoutURL.Reveal())
	buyer.clicks(window, "details.cards summary")
	buyer.clicks(window, `button[data-number="`+approved+`"]`)
	require.Equal(t, "shipping_first_name", buyer.asks(window, "document.activeElement.id"))
}
