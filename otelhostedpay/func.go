package otelhostedpay

import (
	"context"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Func traces and measures the function that does the work of events. Its span is a child of the
// delivery's, when [Handler] wraps the handler, and what the function does with its context is a
// child of its own. Of an error only the kind is recorded, not its message.
func Func(work webhooks.EventFunc, opts ...Option) webhooks.EventFunc {
	if work == nil {
		return nil // which webhooks.NewHandler rejects
	}
	tracer, meter := instruments(opts)
	tenantLabels := newOptions(opts).tenants
	duration := meter.seconds("hostedpay.webhook.function.duration", "How long the function takes for an event.")

	return func(ctx context.Context, event webhooks.Event) (err error) {
		known := labelsOf(event)
		whose := tenantOf(event, tenantLabels)
		about(ctx, slices.Concat(known, whose))

		info := event.Info()
		attributes := append(list{schemeKey.String(string(info.Scheme))}, whose...)
		attributes.token(typeKey, info.Type)
		attributes.token(sessionIDKey, info.SessionID)
		start := time.Now()
		ctx, span := tracer.Start(ctx, "webhooks.EventFunc", trace.WithAttributes(attributes...))

		kind := panicked // until the function returns
		// Not span.End alone: called by defer itself, it would record a panic with its message.
		defer func() {
			var outcome list
			outcome.failure(kind)
			span.SetAttributes(outcome...)
			if kind != "" {
				span.SetStatus(codes.Error, kind)
			}
			span.End()
			duration.Record(ctx, time.Since(start).Seconds(), labels(slices.Concat(known, outcome)))
		}()
		err = work(ctx, event)
		kind = failureOf(err)
		return err
	}
}

// labelsOf is what of an event can label a metric. A type that no contract lists is _OTHER, because
// whoever can sign events could otherwise fill metrics with labels.
func labelsOf(event webhooks.Event) []attribute.KeyValue {
	info, kind := event.Info(), other
	if _, unknown := event.(*webhooks.UnknownEvent); !unknown && slices.Contains(eventTypes, info.Type) {
		kind = info.Type
	}
	return []attribute.KeyValue{schemeKey.String(string(info.Scheme)), typeKey.String(kind)}
}

// tenantOf is whose event it is, when somebody wants to know that and the event says it.
func tenantOf(event webhooks.Event, labels *tenants.Labels) (whose list) {
	if labels != nil && tenants.Of(event) != "" {
		whose.token(tenantKey, labels.Of(event))
	}
	return whose
}

var eventTypes = contract.EventTypes() // read only
