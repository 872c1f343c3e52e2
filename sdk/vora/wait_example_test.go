package vora_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func ExampleClient_WaitSession() {
	gateway := pretend()
	defer gateway.Close()
	client, err := vora.New("vp_sk_test_x7Kq2nP9wT4s", sdk.WithBaseURL(gateway.URL))
	if err != nil {
		fmt.Println(err)
		return
	}

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	session, err := client.WaitSession(ctx, "vp_cs_test_k3TqJ9xWz2LmN8pR")
	switch {
	case errors.Is(err, context.DeadlineExceeded) && session != nil:
		fmt.Println("still", session.Status)
	case err != nil:
		fmt.Println(err)
	default:
		fmt.Println(session.Status, session.TransactionID)
	}
	// Output: succeeded txn_9f3Ka71b
}

func ExampleClient_ValidateSession() {
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"valid":false,"errors":["currency: XTS is not supported"]}`)
	}))
	defer gateway.Close()
	client, err := vora.New("vp_sk_test_x7Kq2nP9wT4s", sdk.WithBaseURL(gateway.URL))
	if err != nil {
		fmt.Println(err)
		return
	}

	validation, err := client.ValidateSession(context.Background(), vora.SessionParams{
		Amount: money.Minor(1499, "XTS"), SuccessURL: "https://shop.example.com/thanks",
	})
	if err != nil { // the question could not be decided
		fmt.Println(err)
		return
	}
	fmt.Println(validation.Valid, validation.Errors)
	// Output: false [currency: XTS is not supported]
}

func ExampleClient_Health() {
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, `{"status":"degraded","version":"2026-04-14"}`)
	}))
	defer gateway.Close()
	client, err := vora.New("vp_sk_test_x7Kq2nP9wT4s", sdk.WithBaseURL(gateway.URL))
	if err != nil {
		fmt.Println(err)
		return
	}
	health, err := client.Health(context.Background())
	if err != nil { // nobody responded
		fmt.Println(err)
		return
	}
	fmt.Println(health.Up(), health.Status, health.Version)
	// Output: false degraded 2026-04-14
}

// A session lives for half an hour, and its key for a day.
func ExampleCreatedSession() {
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"id":"vp_cs_test_k3TqJ9xWz2LmN8pR","checkoutUrl":"https://checkout.vonpay.com/c/vp_cs_test_k3TqJ9xWz2LmN8pR","expiresAt":"2020-04-21T13:48:14Z"}`)
	}))
	defer gateway.Close()
	client, err := vora.New("vp_sk_test_x7Kq2nP9wT4s", sdk.WithBaseURL(gateway.URL))
	if err != nil {
		fmt.Println(err)
		return
	}
	created, err := client.CreateSession(context.Background(), vora.SessionParams{Amount: money.Minor(1499, "USD")},
		sdk.WithIdempotencyKey(vora.IdempotencyKey("acme", "order-789012", 1)))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(created.Replayed, created.Stale)
	fmt.Println(created.NextKey) // for a fresh session, when the old one was not paid
	// Output:
	// true true
	// acme_order-789012_2
}
