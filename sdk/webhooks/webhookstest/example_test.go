package webhookstest_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// A test of a shop: a good delivery ships, a tampered one does not.
func Example() {
	const apiKey = "vp_sk_test_example"
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(apiKey)})
	if err != nil {
		fmt.Println(err)
		return
	}
	shop, err := webhooks.NewHandler(webhooks.Vora(keys), func(_ context.Context, event webhooks.Event) error {
		if paid, ok := event.(*webhooks.SessionSucceeded); ok {
			fmt.Println("shop ships", paid.SessionID, "for", paid.Amount)
		}
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	paid := webhookstest.SessionSucceeded(
		webhookstest.SessionID("vp_cs_test_1"),
		webhookstest.Amount(money.Minor(2500, "EUR")),
	)
	more := webhookstest.SessionSucceeded(
		webhookstest.SessionID("vp_cs_test_2"),
		webhookstest.Amount(money.Minor(990000, "EUR")),
	)
	good := webhookstest.Vora(apiKey, paid)
	tampered := webhookstest.Vora(apiKey, paid, webhookstest.WithBodyAfterSigning(more))

	response := httptest.NewRecorder()
	shop.ServeHTTP(response, good)
	fmt.Println("good:", response.Code)

	response = httptest.NewRecorder()
	shop.ServeHTTP(response, tampered)
	fmt.Println("tampered:", response.Code)

	response = httptest.NewRecorder()
	shop.ServeHTTP(response, webhookstest.Redelivery(good))
	fmt.Print("again: ", response.Code, " ", response.Body)
	// Output:
	// shop ships vp_cs_test_1 for 25.00 EUR
	// good: 200
	// tampered: 401
	// again: 200 {"received":true,"duplicate":true}
}

func ExamplePaymentSucceeded() {
	body := webhookstest.PaymentSucceeded(
		webhookstest.SessionID("cs_1"),
		webhookstest.Amount(money.Minor(1499, "EUR")),
	)
	fmt.Println(string(body))
	// Output: {"event":"payment.success","session_id":"cs_1","status":"paid","amount":14.99,"currency":"EUR","order_id":"VS-1776767335185-54D482EA","paid_at":"2026-04-21T13:18:14.650Z"}
}
