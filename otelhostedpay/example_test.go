package otelhostedpay_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/hostedpay/hostedpay-go/otelhostedpay"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

func ExampleObserver() {
	// A program sets the global providers up, and leaves WithTracerProvider out.
	exporter := tracetest.NewInMemoryExporter()
	tracers := trace.NewTracerProvider(trace.WithSyncer(exporter))
	observer := otelhostedpay.Observer(otelhostedpay.WithTracerProvider(tracers))

	gateways, err := sandbox.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer gateways.Close()
	server := httptest.NewServer(gateways)
	defer server.Close()
	client, err := vora.New(sandbox.Acme.Vora.SecretKey, sdk.WithBaseURL(server.URL), sdk.WithObserver(observer))
	if err != nil {
		fmt.Println(err)
		return
	}

	created, err := client.CreateSession(context.Background(), vora.SessionParams{Amount: money.Minor(1499, "USD")})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _ = client.GetSession(context.Background(), created.ID)
	_, _ = client.GetSession(context.Background(), "vp_cs_test_nobodys")

	for _, span := range exporter.GetSpans() {
		fmt.Printf("%s %s, attempts: %d, %s %q\n", span.SpanKind, span.Name, len(span.Events), span.Status.Code, span.Status.Description)
	}
	// Output:
	// client vora.CreateSession, attempts: 1, Unset ""
	// client vora.GetSession, attempts: 1, Unset ""
	// client vora.GetSession, attempts: 1, Error "session_not_found"
}

func ExampleHandler() {
	exporter := tracetest.NewInMemoryExporter()
	provider := otelhostedpay.WithTracerProvider(trace.NewTracerProvider(trace.WithSyncer(exporter)))

	const key = "vp_sk_test_example"
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(key)})
	if err != nil {
		fmt.Println(err)
		return
	}
	work := func(_ context.Context, event webhooks.Event) error {
		fmt.Println("ship", event.Info().Amount)
		return nil
	}
	receiver, err := webhooks.NewHandler(webhooks.Vora(keys), otelhostedpay.Func(work, provider))
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("POST /webhooks/vora", otelhostedpay.Handler(receiver, provider))

	delivery := webhookstest.Vora(key, webhookstest.SessionSucceeded(), webhookstest.To("https://shop.example.com/webhooks/vora"))
	mux.ServeHTTP(httptest.NewRecorder(), delivery)
	mux.ServeHTTP(httptest.NewRecorder(), webhookstest.Redelivery(delivery)) // the gateway delivers it twice

	for _, span := range exporter.GetSpans() {
		fmt.Println(span.SpanKind, span.Name)
		for _, a := range span.Attributes {
			fmt.Println("  ", a.Key, "=", a.Value.String())
		}
	}
	// Output:
	// ship 14.99 USD
	// internal webhooks.EventFunc
	//    hostedpay.webhook.scheme = vora-v1
	//    hostedpay.webhook.type = session.succeeded
	//    hostedpay.session_id = vp_cs_test_k3TqJ9xWz2LmN8pR
	// server webhooks.Handler
	//    hostedpay.webhook.scheme = vora-v1
	//    hostedpay.webhook.type = session.succeeded
	//    http.response.status_code = 200
	// server webhooks.Handler
	//    http.response.status_code = 200
	//    hostedpay.webhook.duplicate = true
}
