package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	paddle "github.com/PaddleHQ/paddle-go-sdk/v4"
	"github.com/hashicorp/go-retryablehttp"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/stripe/stripe-go/v83"

	"github.com/hostedpay/hostedpay-go/bench/plain"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func calling(context.Context) (*contest, error) {
	c := &contest{name: "create a session, in memory", about: "A create without a network: the transport reads the request and responds at once. The floor is net/http and encoding/json."}
	var err error
	c.entrants, err = callers(&http.Client{Transport: gateway{new(atomic.Uint32)}}, "https://checkout.example.com", "≤ 1.4")
	return c, err
}

func callingLoopback(context.Context) (*contest, error) {
	c := &contest{name: "create a session, loopback, 32 at once", about: "The same over loopback HTTP, from 32 goroutines.", workers: 32, turn: 200 * time.Millisecond}
	served := gateway{new(atomic.Uint32)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write(served.body(r.URL.Path))
	}))
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = c.workers
	c.cleanup = append(c.cleanup, server.Close, transport.CloseIdleConnections)
	var err error
	c.entrants, err = callers(&http.Client{Transport: transport}, server.URL, "≤ 1.15")
	return c, err
}

// gateway responds as each entrant's own API does.
type gateway struct{ made *atomic.Uint32 }

func (g gateway) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	body := g.body(r.URL.Path)
	return &http.Response{
		StatusCode: http.StatusCreated, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {"req_7Yh2kQ9wLp"}},
		Body:   io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
}

func (g gateway) body(path string) []byte {
	n := g.made.Add(1)
	switch {
	case strings.HasSuffix(path, "/transactions"):
		return fmt.Appendf(nil, `{"data":{"id":"txn_%08x","status":"ready","currency_code":"USD","checkout":{"url":"https://pay.example.com/txn"}},"meta":{"request_id":"req_1"}}`, n)
	case strings.HasSuffix(path, "/checkout/sessions"):
		return fmt.Appendf(nil, `{"id":"cs_test_%08x","object":"checkout.session","url":"https://pay.example.com/c/cs_test","expires_at":1776777494}`, n)
	}
	return fmt.Appendf(nil, `{"id":"vp_cs_test_k3TqJ9xW%[1]08x","checkoutUrl":"https://checkout.vonpay.com/c/vp_cs_test_k3TqJ9xW%[1]08x","expiresAt":"2030-04-21T13:48:14Z"}`, n)
}

func callers(client *http.Client, base, goal string) ([]entrant, error) {
	list := []entrant{{name: "floor: net/http and encoding/json", do: func(int) error {
		return bareCreate(context.Background(), client, base)
	}}}
	for _, make := range []func(*http.Client, string) (entrant, error){hostedpayCaller, oapiCaller, stripeCaller, paddleCaller, openAICaller} {
		e, err := make(client, base)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	list[1].goal = goal
	return list, nil
}

func hostedpayCaller(client *http.Client, base string) (entrant, error) {
	ours, err := vora.New(apiKey, sdk.WithBaseURL(base), sdk.WithHTTPClient(client))
	return entrant{name: "hostedpay", do: func(int) error {
		created, err := ours.CreateSession(context.Background(), vora.SessionParams{
			Amount: money.Minor(1499, "USD"), SuccessURL: "https://shop.example.com/thanks", Description: "Order 789012",
		}, sdk.WithIdempotencyKey(idempotencyKey))
		if err != nil {
			return err
		}
		return named(created.ID)
	}}, err
}

// oapiCaller is what one would build without an SDK: a generated client, and retries around it.
func oapiCaller(client *http.Client, base string) (entrant, error) {
	retrying := retryablehttp.NewClient()
	retrying.HTTPClient, retrying.Logger = client, nil
	generated, err := plain.NewClientWithResponses(base, plain.WithHTTPClient(retrying.StandardClient()))
	key, version, description, success := idempotencyKey, "2026-04-14", "Order 789012", "https://shop.example.com/thanks"
	params := plain.CreateSessionParams{IdempotencyKey: &key, VonPayVersion: &version}
	authorize := func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+apiKey)
		return nil
	}
	return entrant{name: "oapi-codegen and retryablehttp", do: func(int) error {
		response, err := generated.CreateSessionWithResponse(context.Background(), &params, plain.CreateSessionJSONRequestBody{
			Amount: 1499, Currency: "USD", Description: &description, SuccessUrl: &success,
		}, authorize)
		if err != nil {
			return err
		}
		if response.JSON201 == nil {
			return fmt.Errorf("status %s", response.Status())
		}
		return named(response.JSON201.Id)
	}}, err
}

func stripeCaller(client *http.Client, base string) (entrant, error) {
	theirs := stripe.NewClient("sk_test_benchmark", stripe.WithBackends(stripe.NewBackendsWithConfig(&stripe.BackendConfig{
		HTTPClient: client, URL: stripe.String(base), LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull}, EnableTelemetry: stripe.Bool(false),
	})))
	return entrant{name: "stripe-go", do: func(int) error {
		params := &stripe.CheckoutSessionCreateParams{
			Mode: stripe.String("payment"), SuccessURL: stripe.String("https://shop.example.com/thanks"),
			LineItems: []*stripe.CheckoutSessionCreateLineItemParams{{Price: stripe.String("price_1"), Quantity: stripe.Int64(1)}},
		}
		params.SetIdempotencyKey(idempotencyKey)
		created, err := theirs.V1CheckoutSessions.Create(context.Background(), params)
		if err != nil {
			return err
		}
		return named(created.ID)
	}}, nil
}

func paddleCaller(client *http.Client, base string) (entrant, error) {
	theirs, err := paddle.New("pdl_sdbx_apikey_benchmark", paddle.WithBaseURL(base), paddle.WithClient(client))
	return entrant{name: "paddle-go-sdk", do: func(int) error {
		created, err := theirs.CreateTransaction(context.Background(), &paddle.CreateTransactionRequest{
			Items: []paddle.CreateTransactionItems{*paddle.NewCreateTransactionItemsTransactionItemFromCatalog(&paddle.TransactionItemFromCatalog{PriceID: "pri_1", Quantity: 1})},
		})
		if err != nil {
			return err
		}
		return named(created.ID)
	}}, err
}

// openAICaller sends our create through its client, which any API can be called with.
func openAICaller(client *http.Client, base string) (entrant, error) {
	theirs := openai.NewClient(option.WithAPIKey("sk-benchmark"), option.WithBaseURL(base), option.WithHTTPClient(client))
	return entrant{name: "openai-go", do: func(int) error {
		var created struct {
			ID string `json:"id"`
		}
		if err := theirs.Post(context.Background(), "v1/sessions", map[string]any{"amount": 1499, "currency": "USD"}, &created); err != nil {
			return err
		}
		return named(created.ID)
	}}, nil
}
