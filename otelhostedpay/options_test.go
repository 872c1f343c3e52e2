package otelhostedpay_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"

	"github.com/hostedpay/hostedpay-go/otelhostedpay"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// The only test that touches the global providers.
func TestTheGlobalProvidersMayBeSetLater(t *testing.T) {
	t.Parallel()
	observer := otelhostedpay.Observer()
	tel := setup(t)
	otel.SetTracerProvider(tel.tracers)
	otel.SetMeterProvider(tel.meters)

	client := setup(t).client(t, func(int, *http.Request) (*http.Response, error) { return response(201, created), nil }, sdk.WithObserver(observer))
	_, err := client.CreateSession(t.Context(), purchase())
	require.NoError(t, err)
	require.Contains(t, tel.spans(), `client "vora.CreateSession"`)
	require.Contains(t, tel.metrics(t), "hostedpay.client.call.duration")
}

// Metrics that cannot be set up cost nobody a payment.
func TestInstrumentsThatCannotBeMade(t *testing.T) {
	t.Parallel()
	tel := setup(t)
	broken := otelhostedpay.WithMeterProvider(brokenMeters{})
	client := tel.client(t, func(int, *http.Request) (*http.Response, error) { return response(400, limited), nil },
		sdk.WithObserver(otelhostedpay.Observer(otelhostedpay.WithTracerProvider(tel.tracers), broken, nil)))
	_, err := client.CreateSession(t.Context(), purchase())
	require.ErrorIs(t, err, sdk.CodeRateLimitExceeded)

	handler := otelhostedpay.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }), broken)
	require.Equal(t, http.StatusOK, deliver(handler, webhookstest.Vora(apiKey, webhookstest.SessionSucceeded())).Code)
}

type brokenMeters struct{ noop.MeterProvider }

func (brokenMeters) Meter(string, ...metric.MeterOption) metric.Meter { return brokenMeter{} }

type brokenMeter struct{ noop.Meter }

func (brokenMeter) Int64Counter(string, ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	return nil, errors.New("no counters today")
}

func (brokenMeter) Float64Histogram(string, ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	return nil, errors.New("no histograms today")
}
