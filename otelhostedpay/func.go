package otelhostedpay

import (
	"context"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Func traces and measures the function that does the work of events. Its span is a child of the delivery's, when
// [Handler] wraps the handler, and what the function does with its context is a child of its own. Of an error only the
// kind is recorded: its text is yours.
func Func(work webhooks.EventFunc, opts ...Option) webhooks.EventFunc {
	if work == nil {
		return nil // which webhooks.NewHandler refuses
	}
	tracer, meter := instruments(opts)
	duration := meter.seconds("hostedpay.webhook.function.duration", "How long the function takes for an event.")

	return func(ctx context.Context, event webhooks.Event) (err error) {
		known := labelsOf(event)
		about(ctx, known)

		info := event.Info()
		attributes := list{schemeKey.String(string(info.Scheme))}
		attributes.token(typeKey, info.Type)
		attributes.token(sessionIDKey, info.SessionID)
		start := time.Now()
		ctx, span := tracer.Start(ctx, "webhooks.EventFunc", trace.WithAttributes(attributes...))

		kind := panicked // until the function returns
		// Not span.End alone: called by defer itself, it would record a panic with its text.
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

// labelsOf is what of an event can label a metric.
func labelsOf(event webhooks.Event) []attribute.KeyValue {
	info, kind := event.Info(), other
	switch event := event.(type) {
	case *webhooks.UnknownEvent:
	case *webhooks.VoraV2Event:
		if slices.Contains(typesV2(), vora.EventV2Type(event.Type)) {
			kind = event.Type
		}
	default: // whose type is their Go type's
		kind = info.Type
	}
	return []attribute.KeyValue{schemeKey.String(string(info.Scheme)), typeKey.String(kind)}
}

// typesV2 are those that the contract lists. Gateways add to them; a new one is _OTHER in metrics, because whoever can
// sign events could otherwise fill them with labels.
func typesV2() []vora.EventV2Type {
	return []vora.EventV2Type{
		vora.EventV2TypeApplicationApproved, vora.EventV2TypeApplicationDenied,
		vora.EventV2TypeChargeFailed, vora.EventV2TypeChargeRefunded, vora.EventV2TypeChargeSucceeded,
		vora.EventV2TypeDisputeCreated, vora.EventV2TypeDisputeLost, vora.EventV2TypeDisputeWon,
		vora.EventV2TypeMerchantReadyForPayments,
		vora.EventV2TypePaymentIntentCancelled, vora.EventV2TypePaymentIntentFailed, vora.EventV2TypePaymentIntentSucceeded,
		vora.EventV2TypePayoutFailed, vora.EventV2TypePayoutPaid,
	}
}
