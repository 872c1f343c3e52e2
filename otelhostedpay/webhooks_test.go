package otelhostedpay_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/otelhostedpay"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

const (
	subscriptionSecret = "whsec_sentinel"
	checkoutSecret     = "6d0f2c1b8a9e4f7053b1c2d3sentinel"
)

// receiver takes the deliveries of all schemes, and shows itself to the telemetry.
func (tel *telemetry) receiver(t *testing.T, work webhooks.EventFunc, opts ...webhooks.HandlerOption) http.Handler {
	t.Helper()
	keys := func(secret string) webhooks.KeySource {
		source, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(secret)})
		require.NoError(t, err)
		return source
	}
	verifier := webhooks.Any(webhooks.Vora(keys(apiKey)), webhooks.VoraV2(keys(subscriptionSecret)), webhooks.VisionScope(keys(checkoutSecret)))
	handler, err := webhooks.NewHandler(verifier, otelhostedpay.Func(work, tel.options()...), opts...)
	require.NoError(t, err)
	return otelhostedpay.Handler(handler, tel.options()...)
}

func deliver(handler http.Handler, delivery *http.Request) *httptest.ResponseRecorder {
	response := httptest.NewRecorder()
	handler.ServeHTTP(response, delivery)
	return response
}

func done(context.Context, webhooks.Event) error { return nil }

func TestDeliveries(t *testing.T) {
	t.Parallel()
	succeeded := webhookstest.SessionSucceeded()
	const (
		v1  = "webhook.scheme=vora-v1 webhook.type=session.succeeded"
		id  = "session_id=vp_cs_test_k3TqJ9xWz2LmN8pR "
		in  = `internal "webhooks.EventFunc" `
		out = `server "webhooks.Handler" `
	)
	tests := []struct {
		name     string
		delivery *http.Request
		work     webhooks.EventFunc
		spans    string
		metrics  string
	}{
		{
			name: "done", delivery: webhookstest.Vora(apiKey, succeeded), work: done,
			spans:   in + id + v1 + "\n" + out + "http.response.status_code=200 " + v1 + "\n",
			metrics: "deliveries http.response.status_code=200 " + v1 + " 1 {delivery}\nfunction.duration " + v1 + " 1 times\n",
		},
		{
			name: "of VisionScope", delivery: webhookstest.VisionScope(checkoutSecret, webhookstest.PaymentFailed()), work: done,
			spans: in + "session_id=cs_mo8ly3a8_67d5e72898f11888 webhook.scheme=visionscope webhook.type=payment.failed\n" +
				out + "http.response.status_code=200 webhook.scheme=visionscope webhook.type=payment.failed\n",
			metrics: "deliveries http.response.status_code=200 webhook.scheme=visionscope webhook.type=payment.failed 1 {delivery}\n" +
				"function.duration webhook.scheme=visionscope webhook.type=payment.failed 1 times\n",
		},
		{
			name: "a type that the contract lists", delivery: webhookstest.VoraV2(subscriptionSecret, webhookstest.VoraV2Event("payout.paid", nil)), work: done,
			spans: in + "webhook.scheme=vora-v2 webhook.type=payout.paid\n" +
				out + "http.response.status_code=200 webhook.scheme=vora-v2 webhook.type=payout.paid\n",
			metrics: "deliveries http.response.status_code=200 webhook.scheme=vora-v2 webhook.type=payout.paid 1 {delivery}\n" +
				"function.duration webhook.scheme=vora-v2 webhook.type=payout.paid 1 times\n",
		},
		{
			name: "a new type", delivery: webhookstest.VoraV2(subscriptionSecret, webhookstest.VoraV2Event("moon.full", nil)), work: done,
			spans: in + "webhook.scheme=vora-v2 webhook.type=moon.full\n" +
				out + "http.response.status_code=200 webhook.scheme=vora-v2 webhook.type=_OTHER\n",
			metrics: "deliveries http.response.status_code=200 webhook.scheme=vora-v2 webhook.type=_OTHER 1 {delivery}\n" +
				"function.duration webhook.scheme=vora-v2 webhook.type=_OTHER 1 times\n",
		},
		{
			name: "a type that is not an identifier", delivery: webhookstest.Vora(apiKey, webhookstest.SessionSucceeded(webhookstest.Set("event", "a b"), webhookstest.SessionID("https://x"))), work: done,
			spans: in + "session_id=_OTHER webhook.scheme=vora-v1 webhook.type=_OTHER\n" +
				out + "http.response.status_code=200 webhook.scheme=vora-v1 webhook.type=_OTHER\n",
			metrics: "deliveries http.response.status_code=200 webhook.scheme=vora-v1 webhook.type=_OTHER 1 {delivery}\n" +
				"function.duration webhook.scheme=vora-v1 webhook.type=_OTHER 1 times\n",
		},
		{
			name: "the function fails", delivery: webhookstest.Vora(apiKey, succeeded),
			work: func(context.Context, webhooks.Event) error { return errors.New("out of stock") },
			spans: in + "error.type=_OTHER " + id + v1 + " Error: _OTHER\n" +
				out + "error.type=500 http.response.status_code=500 " + v1 + " Error: 500\n",
			metrics: "deliveries error.type=500 http.response.status_code=500 " + v1 + " 1 {delivery}\nfunction.duration error.type=_OTHER " + v1 + " 1 times\n",
		},
		{
			name: "the function gives up", delivery: webhookstest.Vora(apiKey, succeeded),
			work: func(context.Context, webhooks.Event) error { return fmt.Errorf("ship: %w", context.Canceled) },
			spans: in + "error.type=canceled " + id + v1 + " Error: canceled\n" +
				out + "error.type=500 http.response.status_code=500 " + v1 + " Error: 500\n",
			metrics: "deliveries error.type=500 http.response.status_code=500 " + v1 + " 1 {delivery}\nfunction.duration error.type=canceled " + v1 + " 1 times\n",
		},
		{
			name: "the function's call fails", delivery: webhookstest.Vora(apiKey, succeeded),
			work: func(context.Context, webhooks.Event) error {
				return fmt.Errorf("read the session: %w", &sdk.Error{Code: sdk.CodeSessionNotFound})
			},
			spans: in + "error.type=session_not_found " + id + v1 + " Error: session_not_found\n" +
				out + "error.type=500 http.response.status_code=500 " + v1 + " Error: 500\n",
			metrics: "deliveries error.type=500 http.response.status_code=500 " + v1 + " 1 {delivery}\nfunction.duration error.type=session_not_found " + v1 + " 1 times\n",
		},
		{
			name: "the function panics", delivery: webhookstest.Vora(apiKey, succeeded),
			work: func(context.Context, webhooks.Event) error { panic("no shelf") },
			spans: in + "error.type=panic " + id + v1 + " Error: panic\n" +
				out + "error.type=500 http.response.status_code=500 " + v1 + " Error: 500\n",
			metrics: "deliveries error.type=500 http.response.status_code=500 " + v1 + " 1 {delivery}\nfunction.duration error.type=panic " + v1 + " 1 times\n",
		},
		{
			name: "another key signed it", delivery: webhookstest.Vora("vp_sk_test_other", succeeded), work: done,
			spans:   out + "error.type=webhook_invalid_signature http.response.status_code=401\n",
			metrics: "deliveries error.type=webhook_invalid_signature http.response.status_code=401 1 {delivery}\n",
		},
		{
			name: "VisionScope's refusals have no code", delivery: webhookstest.VisionScope("guessed", webhookstest.PaymentFailed()), work: done,
			spans:   out + "error.type=401 http.response.status_code=401\n",
			metrics: "deliveries error.type=401 http.response.status_code=401 1 {delivery}\n",
		},
		{
			name: "somebody looks what is there", delivery: httptest.NewRequest(http.MethodGet, "/webhooks", nil), work: done,
			spans:   out + "error.type=405 http.response.status_code=405\n",
			metrics: "deliveries error.type=405 http.response.status_code=405 1 {delivery}\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tel := setup(t)
			deliver(tel.receiver(t, test.work), test.delivery)
			require.Equal(t, test.spans, tel.spans())
			require.Equal(t, test.metrics, withoutPrefix(tel.metrics(t)))
		})
	}
}

// withoutPrefix takes away what all names of these metrics begin with.
func withoutPrefix(metrics string) string {
	return regexp.MustCompile(`(?m)^hostedpay\.webhook\.`).ReplaceAllString(metrics, "")
}

func TestADuplicateIsADeliveryWithoutAFunction(t *testing.T) {
	t.Parallel()
	tel := setup(t)
	handler := tel.receiver(t, done)
	delivery := webhookstest.Vora(apiKey, webhookstest.SessionSucceeded())
	deliver(handler, delivery)
	tel.exporter.Reset()
	deliver(handler, webhookstest.Redelivery(delivery))
	require.Equal(t, `server "webhooks.Handler" http.response.status_code=200 webhook.duplicate=true`+"\n", tel.spans())
	require.Contains(t, tel.metrics(t), "hostedpay.webhook.deliveries http.response.status_code=200 webhook.duplicate=true 1 {delivery}\n")
}

func TestTheFunctionTakesPartInTheTrace(t *testing.T) {
	t.Parallel()
	tel := setup(t)
	handler := tel.receiver(t, func(ctx context.Context, _ webhooks.Event) error {
		_, span := tel.tracers.Tracer("shop").Start(ctx, "ship")
		span.End()
		return nil
	})
	delivery := webhookstest.Vora(apiKey, webhookstest.SessionSucceeded())
	delivery.Header.Set("Traceparent", "00-11111111111111111111111111111111-2222222222222222-01") // by anybody
	deliver(handler, delivery)

	spans := tel.exporter.GetSpans()
	require.Len(t, spans, 3)
	ship, function, whole := spans[0], spans[1], spans[2]
	require.Equal(t, function.SpanContext.SpanID(), ship.Parent.SpanID())
	require.Equal(t, whole.SpanContext.SpanID(), function.Parent.SpanID())
	require.False(t, whole.Parent.IsValid(), "nobody's header makes a delivery part of a trace")
}

// Under a router that is traced the server's span is the router's, and the delivery is a part of
// it.
func TestATracedRouter(t *testing.T) {
	t.Parallel()
	tel := setup(t)
	ctx, router := tel.tracers.Tracer("router").Start(t.Context(), "POST /webhooks")
	deliver(tel.receiver(t, done), webhookstest.Vora(apiKey, webhookstest.SessionSucceeded()).WithContext(ctx))
	whole := tel.exporter.GetSpans()[1]
	require.Equal(t, router.SpanContext().SpanID(), whole.Parent.SpanID())
	require.Contains(t, tel.spans(), `internal "webhooks.Handler"`)
}

func TestTheFunctionIsMeasured(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tel := setup(t)
		deliver(tel.receiver(t, func(ctx context.Context, _ webhooks.Event) error {
			<-ctx.Done()
			return ctx.Err()
		}, webhooks.WithTimeout(3*time.Second)), webhookstest.Vora(apiKey, webhookstest.SessionSucceeded()))
		require.Equal(t, 3*time.Second, tel.seconds(t, "hostedpay.webhook.function.duration"))
		require.Contains(t, tel.metrics(t), "function.duration error.type=timeout webhook.scheme=vora-v1")
	})
}

// A handler that somebody else wrote, and a function without one.
func TestOtherHandlers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		handler http.HandlerFunc
		span    string
	}{
		{"says nothing", func(http.ResponseWriter, *http.Request) {}, "http.response.status_code=200"},
		{"just writes", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }, "http.response.status_code=200"},
		{"writes a lot", func(w http.ResponseWriter, _ *http.Request) {
			for range 3 {
				_, _ = io.WriteString(w, strings.Repeat("ok", 300))
			}
		}, "http.response.status_code=200"},
		{"hints early", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusAccepted)
		}, "http.response.status_code=202"},
		{"has a code of its own", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTeapot)
			_, _ = io.WriteString(w, `{"code":"short and stout"}`)
		}, "error.type=418 http.response.status_code=418"},
		{"is out", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "later", http.StatusServiceUnavailable) },
			"error.type=503 http.response.status_code=503 Error: 503"},
		{"panics", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "error.type=panic Error: panic"},
		{"panics late", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusOK)
			panic(http.ErrAbortHandler)
		}, "error.type=panic http.response.status_code=200 Error: panic"},
		{"streams", func(w http.ResponseWriter, _ *http.Request) {
			if err := http.NewResponseController(w).Flush(); err != nil {
				w.WriteHeader(http.StatusInternalServerError)
			}
		}, "http.response.status_code=200"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tel := setup(t)
			handler := otelhostedpay.Handler(test.handler, tel.options()...)
			serve := func() { deliver(handler, httptest.NewRequest(http.MethodPost, "/webhooks", nil)) }
			if strings.HasPrefix(test.name, "panics") {
				require.PanicsWithError(t, http.ErrAbortHandler.Error(), serve, "the panic goes on")
			} else {
				serve()
			}
			require.Equal(t, `server "webhooks.Handler" `+test.span+"\n", tel.spans())
			require.Contains(t, tel.metrics(t), "hostedpay.webhook.deliveries ")
		})
	}
}

func TestAFunctionWithoutAHandler(t *testing.T) {
	t.Parallel()
	tel := setup(t)
	work := otelhostedpay.Func(done, tel.options()...)
	event := &webhooks.SessionExpired{EventInfo: webhooks.EventInfo{Scheme: webhooks.SchemeVoraV1, Type: "session.expired", SessionID: "vp_cs_test_1"}}
	require.NoError(t, work(t.Context(), event))
	require.Equal(t, `internal "webhooks.EventFunc" session_id=vp_cs_test_1 webhook.scheme=vora-v1 webhook.type=session.expired`+"\n", tel.spans())
}

// A function that is not there is missed when the handler is made, as it would be without
// telemetry.
func TestNoFunction(t *testing.T) {
	t.Parallel()
	require.Nil(t, otelhostedpay.Func(nil))
}

// Every type that the contract lists is a label; when the contract learns another, this fails.
func TestTheContractsTypesAreLabels(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../gen/vora/vora.gen.go")
	require.NoError(t, err)
	types := regexp.MustCompile(`EventV2Type = "(.+)"`).FindAllStringSubmatch(string(source), -1)
	require.GreaterOrEqual(t, len(types), 14)
	tel := setup(t)
	handler := tel.receiver(t, done)
	for i, found := range types {
		body := webhookstest.VoraV2Event(found[1], nil, webhookstest.Set("id", fmt.Sprintf("evt_%d", i)))
		require.Equal(t, http.StatusOK, deliver(handler, webhookstest.VoraV2(subscriptionSecret, body)).Code)
		require.Contains(t, tel.metrics(t), "webhook.type="+found[1]+" ")
	}
	require.NotContains(t, tel.metrics(t), "_OTHER")
}
