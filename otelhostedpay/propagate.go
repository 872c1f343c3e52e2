package otelhostedpay

import (
	"net/http"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// Propagate sends the trace that a call belongs to along with every attempt, for the day on which a
// proxy of yours, a sandbox or a gateway has spans of its own. Give it to [sdk.WithMiddleware]:
//
//	client, err := vora.New(key, sdk.WithObserver(otelhostedpay.Observer()), sdk.WithMiddleware(otelhostedpay.Propagate()))
//
// Gateways see the headers traceparent and, if your tracing sets it, tracestate: the IDs of trace
// and span, and whether the trace is sampled. They are random and say nothing about a buyer.
// Baggage, which can say anything, is never sent, whatever the global propagator is.
func Propagate() sdk.Middleware {
	return func(next http.RoundTripper) http.RoundTripper { return propagating{next} }
}

type propagating struct{ next http.RoundTripper }

// RoundTrip sends a copy, because a transport must not change the request that it is given.
func (p propagating) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx := request.Context()
	if trace.SpanContextFromContext(ctx).IsValid() {
		request = request.Clone(ctx)
		propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(request.Header))
	}
	return p.next.RoundTrip(request)
}
