package otelhostedpay_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/otelhostedpay"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// Whatever is secret or somebody's own here has "sentinel" in it.
func requireNoSentinel(t *testing.T, tel *telemetry) {
	t.Helper()
	require.NotEmpty(t, tel.exporter.GetSpans())
	for _, span := range tel.exporter.GetSpans() {
		// %+v of everything that an exporter is given: names, attributes, events, links, status,
		// scope, resource.
		require.NotContains(t, fmt.Sprintf("%+v", span), "sentinel")
	}
	require.NotContains(t, tel.spans(), "sentinel")
	require.NotContains(t, fmt.Sprintf("%+v", tel.collect(t)), "sentinel")
	require.NotContains(t, tel.metrics(t), "sentinel")
}

func TestCallsKeepSecrets(t *testing.T) {
	t.Parallel()
	quoting := fmt.Sprintf(`{"error":"sentinel %[1]s","code":"%[1]s","fix":"sentinel","docs":"https://docs.example.com/?sentinel","selfHeal":{"nextAction":"sentinel","llmHint":"sentinel"}}`, apiKey)
	tests := map[string]transport{
		"created":           func(int, *http.Request) (*http.Response, error) { return response(201, created), nil },
		"rejected, quoting": func(int, *http.Request) (*http.Response, error) { return response(400, quoting), nil },
		"a text as code": func(int, *http.Request) (*http.Response, error) {
			return response(500, `{"code":"card of sentinel"}`), nil
		},
		"a text as request id": func(int, *http.Request) (*http.Response, error) {
			return response(503, limited, "X-Request-Id", "https://checkout.example.com/?sentinel"), nil
		},
		"a proxy's page": func(int, *http.Request) (*http.Response, error) {
			return response(502, "<h1>sentinel</h1>", "Content-Type", "text/html; sentinel"), nil
		},
		"redirected": func(int, *http.Request) (*http.Response, error) {
			return response(307, "", "Location", "https://elsewhere.example.com/?sentinel"), nil
		},
		"broken":   func(int, *http.Request) (*http.Response, error) { return nil, errors.New("reset by sentinel") },
		"unlikely": func(int, *http.Request) (*http.Response, error) { return response(201, `"sentinel"`), nil },
	}
	for name, gateway := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tel := setup(t)
				client := tel.client(t, gateway, sdk.WithMiddleware(otelhostedpay.Propagate()))
				_, _ = client.CreateSession(t.Context(), purchase(), sdk.WithIdempotencyKey("sentinel-key"))
				requireNoSentinel(t, tel)

				tel = setup(t)
				shop, err := visionscope.New("vsk_live_sentinel", sdk.WithBaseURL(visionscope.DevelopmentURL),
					sdk.WithHTTPClient(&http.Client{Transport: &counting{next: gateway}}),
					sdk.WithObserver(otelhostedpay.Observer(tel.options()...)))
				require.NoError(t, err)
				_, _ = shop.CreateCheckout(t.Context(), visionscope.CheckoutParams{
					Amount: money.Minor(1000, "EUR"), WebhookURL: "https://shop.example.com/webhook?sentinel",
					WebhookSecret: sdk.NewSecret(checkoutSecret), ReturnURL: "https://shop.example.com/return?sentinel",
				})
				requireNoSentinel(t, tel)
			})
		})
	}
}

func TestWebhooksKeepSecrets(t *testing.T) {
	t.Parallel()
	metadata := webhookstest.Set("metadata", map[string]string{"buyer": "sentinel"})
	deliveries := map[string]func() *http.Request{
		"v1": func() *http.Request { return webhookstest.Vora(apiKey, webhookstest.SessionSucceeded(metadata)) },
		"v2": func() *http.Request {
			return webhookstest.VoraV2(subscriptionSecret, webhookstest.VoraV2Event("sentinel type", "sentinel"))
		},
		"visionscope": func() *http.Request {
			return webhookstest.VisionScope(checkoutSecret, webhookstest.PaymentFailed(webhookstest.Set("reason", "sentinel")))
		},
		"odd ids": func() *http.Request {
			return webhookstest.Vora(apiKey, webhookstest.SessionFailed(webhookstest.SessionID("?sentinel")))
		},
		"a very long type": func() *http.Request {
			return webhookstest.Vora(apiKey, webhookstest.SessionFailed(webhookstest.Set("event", strings.Repeat("sentinel", 100))))
		},
		"rejected": func() *http.Request {
			return webhookstest.Vora("vp_sk_test_sentinel2", webhookstest.SessionSucceeded(metadata))
		},
		"in the query": func() *http.Request {
			return webhookstest.Vora(apiKey, webhookstest.SessionSucceeded(metadata), webhookstest.To("https://shop.example.com/webhooks?token=sentinel"))
		},
		"not signed": func() *http.Request {
			return httptest.NewRequest(http.MethodPost, "/webhooks?token=sentinel", strings.NewReader("sentinel"))
		},
	}
	works := map[string]webhooks.EventFunc{
		"done":   done,
		"fails":  func(context.Context, webhooks.Event) error { return errors.New("no stock of sentinel") },
		"panics": func(context.Context, webhooks.Event) error { panic("sentinel") },
	}
	for name, delivery := range deliveries {
		for outcome, work := range works {
			t.Run(name+", "+outcome, func(t *testing.T) {
				t.Parallel()
				tel := setup(t)
				deliver(tel.receiver(t, work), delivery())
				requireNoSentinel(t, tel)
			})
		}
	}
	t.Run("a handler that panics", func(t *testing.T) {
		t.Parallel()
		tel := setup(t)
		handler := otelhostedpay.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("sentinel") }), tel.options()...)
		require.Panics(t, func() { deliver(handler, deliveries["v1"]()) })
		requireNoSentinel(t, tel)
	})
}
