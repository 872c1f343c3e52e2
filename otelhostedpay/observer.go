package otelhostedpay

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// Observer traces and measures the calls of a client, or of many: give it to each of them with
// [sdk.WithObserver].
//
// A call is one span, named after its operation; its attempts are events of the span, each at the
// time it began. A call that is rejected before it is sent, because of its arguments, is not
// observed.
func Observer(opts ...Option) sdk.Observer {
	tracer, meter := instruments(opts)
	duration := meter.seconds("hostedpay.client.call.duration", "How long calls take, with their retries and waits.")
	attempts := meter.counter("hostedpay.client.attempts", "{attempt}", "How often requests are sent.")
	failures := meter.counter("hostedpay.client.failures", "{call}", "Calls that failed for good.")

	return func(ctx context.Context, operation string) (context.Context, func(sdk.CallResult)) {
		name := operationKey.String(operation)
		start := time.Now()
		ctx, span := tracer.Start(ctx, operation, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(name))
		return ctx, func(result sdk.CallResult) {
			call := callOf(result)
			if span.IsRecording() {
				call.describe(span)
			}
			span.End()

			ended := list{name}
			ended.status(call.status)
			ended.failure(call.failure)
			duration.Record(ctx, time.Since(start).Seconds(), labels(ended))
			for _, a := range call.attempts {
				one := list{name}
				one.status(a.Status)
				one.failure(failure(a.Code, a.Status, a.Err))
				attempts.Add(ctx, 1, labels(one))
			}
			if call.failure != "" {
				failed := list{name, outcomeUnknownKey.Bool(call.unknown)}
				failed.failure(call.failure)
				failures.Add(ctx, 1, labels(failed))
			}
		}
	}
}

// A call is what of its result may be recorded.
type call struct {
	status     int
	code       sdk.Code
	requestID  string
	retryAfter time.Duration
	attempts   []sdk.Attempt
	failure    string // empty when it succeeded
	unknown    bool
}

func callOf(result sdk.CallResult) call {
	if result.Err == nil {
		r := result.Response
		return call{status: r.Status, requestID: r.RequestID, attempts: r.Attempts}
	}
	c := call{failure: failureOf(result.Err)}
	var unknown *sdk.OutcomeUnknownError
	c.unknown = errors.As(result.Err, &unknown)
	var e *sdk.Error
	if errors.As(result.Err, &e) {
		c.status, c.code, c.requestID, c.retryAfter, c.attempts = e.Status, e.Code, e.RequestID, e.RetryAfter, e.Attempts
	}
	return c
}

func (c *call) describe(span trace.Span) {
	attributes := list{attemptsKey.Int(len(c.attempts))}
	attributes.status(c.status)
	attributes.token(requestIDKey, c.requestID)
	if c.failure != "" {
		attributes.token(codeKey, string(c.code))
		attributes.failure(c.failure)
		attributes.seconds(retryAfterKey, c.retryAfter)
		attributes.add(outcomeUnknownKey.Bool(c.unknown))
		span.SetStatus(codes.Error, c.failure)
	}
	span.SetAttributes(attributes...)
	for _, a := range c.attempts {
		span.AddEvent("attempt", trace.WithTimestamp(a.Start), trace.WithAttributes(attempt(a)...))
	}
}

func attempt(a sdk.Attempt) []attribute.KeyValue {
	attributes := list{attemptKey.Int(a.Number), attemptDurationKey.Float64(a.Duration.Seconds())}
	attributes.status(a.Status)
	attributes.token(codeKey, string(a.Code))
	attributes.token(requestIDKey, a.RequestID)
	attributes.failure(failure(a.Code, a.Status, a.Err))
	attributes.seconds(attemptWaitKey, a.Wait)
	if a.Stopped != "" {
		attributes.add(attemptStoppedKey.String(a.Stopped))
	}
	return attributes
}
