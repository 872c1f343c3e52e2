package vora_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// pretend stands in for the gateway in the examples.
func pretend() *httptest.Server {
	mux := http.NewServeMux()
	say := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	mux.HandleFunc("POST /v1/sessions", say(http.StatusCreated,
		`{"id":"vp_cs_test_k3TqJ9xWz2LmN8pR","checkoutUrl":"https://checkout.vonpay.com/c/vp_cs_test_k3TqJ9xWz2LmN8pR","expiresAt":"2026-04-21T13:48:14Z"}`))
	mux.HandleFunc("GET /v1/sessions/vp_cs_test_k3TqJ9xWz2LmN8pR", say(http.StatusOK,
		`{"id":"vp_cs_test_k3TqJ9xWz2LmN8pR","status":"succeeded","mode":"payment","merchantId":"mer_acme_vitamins","amount":1499,"currency":"USD","transactionId":"txn_9f3Ka71b"}`))
	mux.HandleFunc("/", say(http.StatusNotFound,
		`{"error":"No such session","code":"session_not_found","fix":"Check the session id."}`))
	return httptest.NewServer(mux)
}

func ExampleNew() {
	client, err := vora.New("vp_sk_test_x7Kq2nP9wT4s", sdk.WithMaxRetries(3))
	fmt.Println(client, client.Mode(), err)

	_, err = vora.New("ss_test_x7Kq2nP9wT4s")
	fmt.Println(errors.Is(err, sdk.CodeAuthInvalidKey))
	fmt.Println(err)
	// Output:
	// vora.Client(vp_sk_test_… at checkout.vonpay.com) test <nil>
	// true
	// vora.New: the API key begins with ss_test_: that is a session signing secret. vora.New wants an API key: vp_sk_test_…, vp_sk_live_… or a publishable vp_pk_… (auth_invalid_key). Compare the configured key with the merchant's dashboard, including test or live, and replace it.
}

func ExampleClient_CreateSession() {
	gateway := pretend()
	defer gateway.Close()
	client, err := vora.New("vp_sk_test_x7Kq2nP9wT4s", sdk.WithBaseURL(gateway.URL))
	if err != nil {
		fmt.Println(err)
		return
	}

	created, err := client.CreateSession(context.Background(), vora.SessionParams{
		Amount:     money.Minor(1499, "USD"),
		SuccessURL: "https://shop.example.com/thanks",
		LineItems:  []vora.LineItem{{Name: "Vitamin D3", Quantity: 1, UnitAmount: money.Minor(1499, "USD")}},
	}, sdk.WithIdempotencyKey(vora.IdempotencyKey("acme", "order-789012", 1)))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(created.ID)                   // store it with the order
	fmt.Println(created.CheckoutURL)          // masked wherever it is printed
	fmt.Println(created.CheckoutURL.Reveal()) // send the buyer there
	fmt.Println(created.Response.IdempotencyKey)
	// Output:
	// vp_cs_test_k3TqJ9xWz2LmN8pR
	// [redacted]
	// https://checkout.vonpay.com/c/vp_cs_test_k3TqJ9xWz2LmN8pR
	// acme_order-789012_1
}

func ExampleClient_CreateSession_refused() {
	client, err := vora.New("vp_sk_test_x7Kq2nP9wT4s")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.CreateSession(context.Background(), vora.SessionParams{
		Amount:     money.Minor(0, "USD"),
		SuccessURL: "http://shop.example.com/thanks",
	})
	var e *sdk.Error
	if errors.As(err, &e) {
		fmt.Println(e.Code, e.NextAction())
		fmt.Println(e.Message)
	}
	// Output:
	// validation_invalid_amount fix_input
	// amount: must be from 1 to 99999999; successUrl: must be an https URL (nothing was sent)
}

func ExampleClient_GetSession() {
	gateway := pretend()
	defer gateway.Close()
	client, err := vora.New("vp_sk_test_x7Kq2nP9wT4s", sdk.WithBaseURL(gateway.URL))
	if err != nil {
		fmt.Println(err)
		return
	}

	session, err := client.GetSession(context.Background(), "vp_cs_test_k3TqJ9xWz2LmN8pR")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(session.Status, session.Status.Payment().Paid(), session.Amount)

	_, err = client.GetSession(context.Background(), "vp_cs_test_another")
	fmt.Println(errors.Is(err, sdk.CodeSessionNotFound))
	fmt.Println(err)
	// Output:
	// succeeded true 14.99 USD
	// true
	// vora.GetSession: No such session (HTTP 404, session_not_found). Check the session id.
}

func ExampleClient_ConfirmReturn() {
	gateway := pretend()
	defer gateway.Close()
	client, err := vora.New("vp_sk_test_x7Kq2nP9wT4s", sdk.WithBaseURL(gateway.URL))
	if err != nil {
		fmt.Println(err)
		return
	}

	// The request to https://shop.example.com/thanks that the buyer comes back with.
	query, _ := url.ParseQuery("session=vp_cs_test_k3TqJ9xWz2LmN8pR&status=succeeded&amount=1499&currency=USD&transaction_id=txn_9f3Ka71b" +
		"&sig=780bc46c63b8cd5dd6f2dcaec9ad77df1632e957efccb1ca97322b507a01239a")
	confirmed, err := client.ConfirmReturn(context.Background(), query, vora.ExpectedReturn{
		Secrets:   []sdk.Secret{sdk.NewSecret("ss_test_k3TqJ9xWz2LmN8pR")},
		SessionID: "vp_cs_test_k3TqJ9xWz2LmN8pR", // all from the order, nothing from the request
		Amount:    money.Minor(1499, "USD"),
		URL:       "https://shop.example.com/thanks",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	switch {
	case confirmed.Status.Paid():
		fmt.Println("thank you for", confirmed.Session.Amount)
	case confirmed.Status.Unpaid():
		fmt.Println("that did not work: try another card?")
	case confirmed.Status == sdk.PaymentRefunded:
		fmt.Println("your money is on its way back")
	default:
		fmt.Println("we are checking your payment")
	}
	fmt.Println("signature problem:", confirmed.ReturnProblem)
	// Output:
	// thank you for 14.99 USD
	// signature problem: <nil>
}

func ExampleVerifyReturn() {
	query, _ := url.ParseQuery("session=vp_cs_test_k3TqJ9xWz2LmN8pR&status=failed&amount=200&currency=USD" +
		"&sig=0825f14971fd708590735236c944906f83d9f9c432b71202265e687e54547623")
	expected := vora.ExpectedReturn{
		Secrets:   []sdk.Secret{sdk.NewSecret("ss_test_k3TqJ9xWz2LmN8pR")},
		SessionID: "vp_cs_test_k3TqJ9xWz2LmN8pR",
		Amount:    money.Minor(200, "USD"),
		URL:       "https://shop.example.com/thanks",
		Mode:      sdk.ModeTest,
	}
	authentic, err := vora.VerifyReturn(query, expected)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(authentic.ClaimedStatus) // authentic, and no payment

	query.Set("status", "succeeded")
	_, err = vora.VerifyReturn(query, expected)
	fmt.Println(err)
	// Output:
	// failed
	// vora: the return URL was rejected: its signature does not match
}

func ExampleIdempotencyKey() {
	fmt.Println(vora.IdempotencyKey("acme", "order-789012", 1))
	fmt.Println(vora.IdempotencyKey("acme", "order-789012", 2)) // a deliberate fresh session
	fmt.Println(vora.IdempotencyKey("brightline_saas", "Bestellung 7", 1))
	// Output:
	// acme_order-789012_1
	// acme_order-789012_2
	// brightline%5Fsaas_Bestellung%207_1
}
