package otelhostedpay_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/hostedpay/hostedpay-go/otelhostedpay"
	"github.com/hostedpay/hostedpay-go/sdk"
)

func TestPropagateNamesTheCallOnEveryAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tel := setup(t)
		var seen []http.Header
		client := tel.client(t, func(attempt int, request *http.Request) (*http.Response, error) {
			seen = append(seen, request.Header)
			if attempt == 1 {
				return response(503, `{"error":"Later.","code":"auth_service_unavailable"}`), nil
			}
			return response(201, created), nil
		}, sdk.WithMiddleware(otelhostedpay.Propagate()))
		_, err := client.CreateSession(withBaggage(t), purchase())
		require.NoError(t, err)

		call := tel.exporter.GetSpans()[0].SpanContext
		require.Len(t, seen, 2)
		for _, header := range seen {
			require.Equal(t, []string{"00-" + call.TraceID().String() + "-" + call.SpanID().String() + "-01"}, header.Values("traceparent"))
			require.Empty(t, header.Values("baggage"))
			require.Equal(t, "Bearer "+apiKey, header.Get("Authorization"))
		}
	})
}

// withBaggage is a context whose baggage is nobody else's business.
func withBaggage(t *testing.T) context.Context {
	t.Helper()
	member, err := baggage.NewMember("buyer", "ada")
	require.NoError(t, err)
	all, err := baggage.New(member)
	require.NoError(t, err)
	return baggage.ContextWithBaggage(t.Context(), all)
}

func TestGatewaysSeeNoTraceUnlessItIsPropagated(t *testing.T) {
	t.Parallel()
	tel := setup(t)
	client := tel.client(t, func(_ int, request *http.Request) (*http.Response, error) {
		require.Empty(t, request.Header.Values("traceparent"))
		return response(201, created), nil
	})
	_, err := client.CreateSession(t.Context(), purchase())
	require.NoError(t, err)
	require.NotEmpty(t, tel.spans())
}

func TestPropagateWithoutATraceChangesNothing(t *testing.T) {
	t.Parallel()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://checkout.example.com/", nil)
	require.NoError(t, err)
	_, err = otelhostedpay.Propagate()(&counting{next: func(_ int, sent *http.Request) (*http.Response, error) {
		require.Same(t, request, sent)
		return response(200, `{}`), nil
	}}).RoundTrip(request)
	require.NoError(t, err)
}

// A transport must not change the request that it is given: the next attempt, and the caller, have
// the same one.
func TestPropagateSendsACopy(t *testing.T) {
	t.Parallel()
	ctx, span := trace.NewTracerProvider().Tracer("shop").Start(t.Context(), "checkout")
	defer span.End()
	require.True(t, oteltrace.SpanContextFromContext(ctx).IsValid())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://checkout.example.com/", nil)
	require.NoError(t, err)
	_, err = otelhostedpay.Propagate()(&counting{next: func(_ int, sent *http.Request) (*http.Response, error) {
		require.NotEmpty(t, sent.Header.Get("traceparent"))
		return response(200, `{}`), nil
	}}).RoundTrip(request)
	require.NoError(t, err)
	require.Empty(t, request.Header)
}
