package otelhostedpay

import (
	"context"
	"net/http"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// Handler traces and counts the deliveries that a *webhooks.Handler, or another handler of
// webhooks, receives. Wrap its function in [Func] too: only that knows what was delivered.
//
// A delivery is one server span, with the status of the response, its code when it is an error, and
// whether the event was a duplicate. It is part of the trace that the request's context carries,
// for example from a router that is traced, but not of one that its headers claim: anybody can
// write those.
func Handler(next http.Handler, opts ...Option) http.Handler {
	tracer, meter := instruments(opts)
	return &handler{
		next: next, tracer: tracer,
		deliveries: meter.counter("hostedpay.webhook.deliveries", "{delivery}", "Deliveries of webhooks, by response."),
	}
}

type handler struct {
	next       http.Handler
	tracer     trace.Tracer
	deliveries metric.Int64Counter
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kind := trace.SpanKindServer
	if trace.SpanContextFromContext(r.Context()).IsValid() {
		kind = trace.SpanKindInternal // the server's span is somebody else's
	}
	ctx, span := h.tracer.Start(r.Context(), "webhooks.Handler", trace.WithSpanKind(kind))
	d := &delivery{}
	recorder := &recorder{ResponseWriter: w}
	returned := false
	// Not span.End alone: called by defer itself, it would record a panic with its message.
	defer func() {
		attributes, failed := d.describe(recorder, returned)
		span.SetAttributes(attributes...)
		if failed != "" {
			span.SetStatus(codes.Error, failed)
		}
		span.End()
		h.deliveries.Add(ctx, 1, labels(attributes))
	}()
	h.next.ServeHTTP(recorder, r.WithContext(context.WithValue(ctx, deliveryKey{}, d)))
	returned = true
}

// A delivery learns from its function what it is.
type delivery struct {
	event atomic.Pointer[[]attribute.KeyValue]
}

type deliveryKey struct{}

// about tells the delivery that a context belongs to, if it belongs to one, what is delivered.
func about(ctx context.Context, event []attribute.KeyValue) {
	if d, ok := ctx.Value(deliveryKey{}).(*delivery); ok {
		d.event.Store(&event)
	}
}

// describe gives the attributes of the span, which are also the labels of the metric, and the
// span's failure: only what is this server's fault, as everywhere with HTTP.
func (d *delivery) describe(r *recorder, returned bool) (attributes list, failed string) {
	if event := d.event.Load(); event != nil {
		attributes.add(*event...)
	}
	if !returned {
		attributes.status(r.status)
		attributes.failure(panicked)
		return attributes, panicked
	}
	status, duplicate, kind := r.summary()
	attributes.status(status)
	attributes.failure(kind)
	if duplicate {
		attributes.add(duplicateKey.Bool(true))
	}
	if status >= http.StatusInternalServerError {
		failed = kind
	}
	return attributes, failed
}
