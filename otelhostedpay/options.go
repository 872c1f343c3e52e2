package otelhostedpay

import (
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// An Option changes where spans and metrics go.
type Option func(*options)

type options struct {
	tracers trace.TracerProvider
	meters  metric.MeterProvider
}

// WithTracerProvider sends spans elsewhere than to the global provider.
func WithTracerProvider(provider trace.TracerProvider) Option {
	return func(o *options) { o.tracers = provider }
}

// WithMeterProvider sends metrics elsewhere than to the global provider.
func WithMeterProvider(provider metric.MeterProvider) Option {
	return func(o *options) { o.meters = provider }
}

// scope is the name that spans and metrics of this package carry.
const scope = "github.com/hostedpay/hostedpay-go/otelhostedpay"

func instruments(opts []Option) (trace.Tracer, meter) {
	var o options
	for _, apply := range opts {
		if apply != nil {
			apply(&o)
		}
	}
	if o.tracers == nil {
		o.tracers = otel.GetTracerProvider()
	}
	if o.meters == nil {
		o.meters = otel.GetMeterProvider()
	}
	return o.tracers.Tracer(scope, trace.WithInstrumentationVersion(sdk.Version), trace.WithSchemaURL(semconv.SchemaURL)),
		meter{o.meters.Meter(scope, metric.WithInstrumentationVersion(sdk.Version), metric.WithSchemaURL(semconv.SchemaURL))}
}
