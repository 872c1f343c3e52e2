package sdk_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"syscall"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// The connection broke after the request was sent: nobody knows whether there is a session now. The
// same call under the same key finds out, and makes one if there is none.
func ExampleOutcomeUnknownError() {
	calls := 0
	gateway := roundTrip(func(r *http.Request) (*http.Response, error) {
		if calls++; calls == 1 {
			return nil, syscall.ECONNRESET
		}
		return pretend(func(*http.Request) (int, http.Header, string) { return http.StatusOK, nil, createdSession }).RoundTrip(r)
	})
	shop, err := vora.New("vp_sk_test_x7Kq2nP9wT4s", sdk.WithHTTPClient(&http.Client{Transport: gateway}), sdk.WithMaxRetries(0))
	if err != nil {
		fmt.Println(err)
		return
	}
	purchase := vora.SessionParams{Amount: money.Minor(1499, "USD"), SuccessURL: "https://shop.example.com/thanks"}
	created, err := shop.CreateSession(context.Background(), purchase, sdk.WithIdempotencyKey("acme_order-789012_1"))
	var unknown *sdk.OutcomeUnknownError
	if errors.As(err, &unknown) {
		fmt.Println(unknown.Err.Message)
		created, err = shop.CreateSession(context.Background(), purchase, sdk.WithIdempotencyKey(unknown.Err.IdempotencyKey))
	}
	fmt.Println(created.ID, created.Replayed, err)
	// Output:
	// the connection to checkout.vonpay.com failed: connection reset by peer
	// vp_cs_test_k3TqJ9xWz2LmN8pR true <nil>
}

// Every code of the catalog, and every family, is a target for errors.Is.
func ExampleCode() {
	shop := client(http.StatusForbidden, nil, `{"error":"Finish your application first","code":"merchant_not_onboarded"}`)
	_, err := shop.GetSession(context.Background(), "vp_cs_test_k3TqJ9xWz2LmN8pR")
	fmt.Println(errors.Is(err, sdk.CodeMerchantNotOnboarded), errors.Is(err, sdk.FamilyMerchant), errors.Is(err, sdk.FamilyAuth))
	entry, _ := sdk.CodeMerchantNotOnboarded.Entry()
	fmt.Println(entry.NextAction, entry.Retryable)
	// Output:
	// true true false
	// contact_support false
}

func ExampleRaw() {
	shop := client(http.StatusOK, nil, `{"id":"vp_cs_1","status":"pending","amount":1499,"currency":"USD","riskScore":7}`)
	session, err := shop.GetSession(context.Background(), "vp_cs_1")
	if err != nil {
		fmt.Println(err)
		return
	}
	var more struct { // a field that the SDK does not know
		RiskScore int `json:"riskScore"`
	}
	err = session.Response.Raw.Decode(&more)
	fmt.Println(more.RiskScore, err)
	fmt.Println(session.Response.Raw) // never the body, which may hold what must not be logged
	// Output:
	// 7 <nil>
	// [80 bytes]
}
