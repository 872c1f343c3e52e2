package otelhostedpay

import (
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
)

// An Option changes where spans and metrics go, or what they say.
type Option func(*options)

type options struct {
	tracers trace.TracerProvider
	meters  metric.MeterProvider
	tenants *tenants.Labels
}

// WithTracerProvider sends spans elsewhere than to the global provider.
func WithTracerProvider(provider trace.TracerProvider) Option {
	return func(o *options) { o.tracers = provider }
}

// WithMeterProvider sends metrics elsewhere than to the global provider.
func WithMeterProvider(provider metric.MeterProvider) Option {
	return func(o *options) { o.meters = provider }
}

// WithTenants has [Func] label deliveries, and their spans, with the tenant of a platform whose
// event it is, for as many tenants as the labels have room for. It is for events that the verifier
// of a [tenants.Directory] has verified; others have no tenant. A tenant whose ID has other
// characters than letters, digits, "_", "-", "." and ":" is _OTHER.
//
//	otelhostedpay.Func(work, otelhostedpay.WithTenants(tenants.NewLabels(100, "acme", "brightline")))
//
// Each label is as many series as deliveries have schemes, types and responses: about ten. The
// duration of the function is not labeled, because a histogram has twenty series for each of them.
func WithTenants(labels *tenants.Labels) Option {
	return func(o *options) { o.tenants = labels }
}

// scope is the name that spans and metrics of this package carry.
const scope = "github.com/hostedpay/hostedpay-go/otelhostedpay"

func instruments(opts []Option) (trace.Tracer, meter) {
	o := newOptions(opts)
	return o.tracers.Tracer(scope, trace.WithInstrumentationVersion(sdk.Version), trace.WithSchemaURL(semconv.SchemaURL)),
		meter{o.meters.Meter(scope, metric.WithInstrumentationVersion(sdk.Version), metric.WithSchemaURL(semconv.SchemaURL))}
}

func newOptions(opts []Option) options {
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
	return o
}
