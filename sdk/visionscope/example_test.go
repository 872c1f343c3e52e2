package visionscope_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
)

func ExampleNew() {
	client, err := visionscope.New("vsk_live_x7Kq2nP9wT4s", sdk.WithBaseURL(visionscope.DevelopmentURL))
	fmt.Println(client, err)

	_, err = visionscope.New("vp_sk_test_x7Kq2nP9wT4s", sdk.WithBaseURL(visionscope.DevelopmentURL))
	fmt.Println(errors.Is(err, sdk.CodeAuthInvalidKey))
	// Output:
	// visionscope.Client(at api-dev.visionscopeai.com) <nil>
	// true
}

func ExampleClient_CreateCheckout() {
	// Stands in for the gateway.
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"success":true,"data":{"session_id":"cs_mo8ly3a8_67d5e72898f11888",`+
			`"checkout_url":"https://pay.visionscopeai.com/checkout/cs_mo8ly3a8_67d5e72898f11888"}}`)
	}))
	defer gateway.Close()
	client, err := visionscope.New("vsk_live_x7Kq2nP9wT4s", sdk.WithBaseURL(gateway.URL))
	if err != nil {
		fmt.Println(err)
		return
	}

	secret := visionscope.NewWebhookSecret()
	created, err := client.CreateCheckout(context.Background(), visionscope.CheckoutParams{
		Amount:        money.MustParse("10.00", "EUR"),
		WebhookURL:    "https://shop.example.com/webhook",
		WebhookSecret: secret,
		ReturnURL:     "https://shop.example.com/return",
	})
	var unknown *sdk.OutcomeUnknownError
	switch {
	case errors.As(err, &unknown):
		fmt.Println("perhaps:", unknown.Advice)
	case err != nil:
		fmt.Println(err)
	default:
		fmt.Println(created.ID)          // store it with the order, and the secret too
		fmt.Println(created.CheckoutURL) // masked wherever it is printed
	}
	// Output:
	// cs_mo8ly3a8_67d5e72898f11888
	// [redacted]
}

func ExampleNewWebhookSecret() {
	secret := visionscope.NewWebhookSecret()
	fmt.Println(secret, len(secret.Reveal()))
	// Output: [redacted] 64
}

func ExampleParseReturn() {
	query, _ := url.ParseQuery("session_id=cs_mo8ly3a8_67d5e72898f11888&status=failed&order_id=VS-1776767335185-54D482EA&reason=Payment+declined+after+3DS")
	claimed, err := visionscope.ParseReturn(query)
	switch {
	case err != nil:
		fmt.Println("we are checking your payment")
	case claimed.ClaimedStatus == visionscope.ClaimedFailed:
		fmt.Println("that seems not to have worked:", claimed.Reason)
	default:
		fmt.Println("thank you, we are checking your payment") // the webhook decides
	}
	// Output: that seems not to have worked: Payment declined after 3DS
}
