package otelhostedpay

import (
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
)

// A meter makes instruments. One that cannot be made is reported to OpenTelemetry's error handler
// and measures nothing: a payment does not fail because of its metrics.
type meter struct{ metric.Meter }

func (m meter) counter(name, unit, description string) metric.Int64Counter {
	counter, err := m.Int64Counter(name, metric.WithUnit(unit), metric.WithDescription(description))
	if err != nil {
		otel.Handle(err)
		return noop.Int64Counter{}
	}
	return counter
}

// seconds is a histogram. Its buckets are those of the semantic conventions for HTTP, and three
// more, because a call that waits and tries again, or a slow function, can take longer.
func (m meter) seconds(name, description string) metric.Float64Histogram {
	histogram, err := m.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(description),
		metric.WithExplicitBucketBoundaries(.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10, 30, 60, 120))
	if err != nil {
		otel.Handle(err)
		return noop.Float64Histogram{}
	}
	return histogram
}

func labels(attributes []attribute.KeyValue) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(attributes...))
}
