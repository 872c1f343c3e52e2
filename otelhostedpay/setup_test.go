package otelhostedpay_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/hostedpay/hostedpay-go/otelhostedpay"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

const apiKey = "vp_sk_test_sentinel"

// A telemetry keeps what was recorded, and writes it as lines.
type telemetry struct {
	exporter *tracetest.InMemoryExporter
	tracers  *trace.TracerProvider
	reader   *metric.ManualReader
	meters   *metric.MeterProvider
}

func setup(t *testing.T) *telemetry {
	t.Helper()
	tel := &telemetry{exporter: tracetest.NewInMemoryExporter(), reader: metric.NewManualReader()}
	tel.tracers = trace.NewTracerProvider(trace.WithSyncer(tel.exporter))
	tel.meters = metric.NewMeterProvider(metric.WithReader(tel.reader))
	return tel
}

func (tel *telemetry) options() []otelhostedpay.Option {
	return []otelhostedpay.Option{
		otelhostedpay.WithTracerProvider(tel.tracers), otelhostedpay.WithMeterProvider(tel.meters),
	}
}

// A transport is a gateway in memory. It is told which attempt this is, from 1.
type transport func(attempt int, request *http.Request) (*http.Response, error)

// client is one of Vora's that is observed, and whose gateway is a transport.
func (tel *telemetry) client(t *testing.T, gateway transport, opts ...sdk.ClientOption) *vora.Client {
	t.Helper()
	client, err := vora.New(apiKey, append([]sdk.ClientOption{
		sdk.WithHTTPClient(&http.Client{Transport: &counting{next: gateway}}),
		sdk.WithObserver(otelhostedpay.Observer(tel.options()...)),
	}, opts...)...)
	require.NoError(t, err)
	return client
}

type counting struct {
	next     transport
	attempts int
}

func (c *counting) RoundTrip(request *http.Request) (*http.Response, error) {
	c.attempts++
	return c.next(c.attempts, request)
}

// response is one of the gateway's. The headers are names and values in turn.
func response(status int, body string, headers ...string) *http.Response {
	header := http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {"req_1"}}
	for pair := range slices.Chunk(headers, 2) {
		header.Set(pair[0], pair[1])
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))}
}

const created = `{"id":"vp_cs_test_1","checkoutUrl":"https://checkout.example.com/sentinel-checkout","expiresAt":"2026-04-21T13:48:14Z"}`

func purchase() vora.SessionParams {
	return vora.SessionParams{Amount: money.Minor(1499, "USD"), SuccessURL: "https://shop.example.com/thanks?token=sentinel-query"}
}

// spans are the finished ones, each with its events on lines below it, in the order in which they
// ended.
func (tel *telemetry) spans() string {
	var b strings.Builder
	for _, span := range tel.exporter.GetSpans() {
		fmt.Fprintf(&b, "%s %q%s", span.SpanKind, span.Name, text(span.Attributes))
		if span.Status.Code != codes.Unset {
			fmt.Fprintf(&b, " %s: %s", span.Status.Code, span.Status.Description)
		}
		b.WriteString("\n")
		for _, event := range span.Events {
			fmt.Fprintf(&b, "  %s +%s%s\n", event.Name, event.Time.Sub(span.StartTime), text(event.Attributes))
		}
	}
	return b.String()
}

// metrics are the data points, sorted: a counter's sum, a histogram's count.
func (tel *telemetry) metrics(t *testing.T) string {
	t.Helper()
	var lines []string
	for _, m := range tel.collect(t) {
		switch data := m.Data.(type) {
		case metricdata.Sum[int64]:
			for _, point := range data.DataPoints {
				lines = append(lines, fmt.Sprintf("%s%s %d %s\n", m.Name, text(point.Attributes.ToSlice()), point.Value, m.Unit))
			}
		case metricdata.Histogram[float64]:
			for _, point := range data.DataPoints {
				lines = append(lines, fmt.Sprintf("%s%s %d times\n", m.Name, text(point.Attributes.ToSlice()), point.Count))
			}
		default:
			t.Fatalf("%s is a %T", m.Name, data)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

func (tel *telemetry) collect(t *testing.T) []metricdata.Metrics {
	t.Helper()
	var data metricdata.ResourceMetrics
	require.NoError(t, tel.reader.Collect(context.Background(), &data))
	var all []metricdata.Metrics
	for _, scope := range data.ScopeMetrics {
		all = append(all, scope.Metrics...)
	}
	return all
}

// seconds is the sum of a histogram, whatever its labels.
func (tel *telemetry) seconds(t *testing.T, name string) time.Duration {
	t.Helper()
	var sum float64
	for _, m := range tel.collect(t) {
		if data, ok := m.Data.(metricdata.Histogram[float64]); ok && m.Name == name {
			require.Equal(t, "s", m.Unit)
			for _, point := range data.DataPoints {
				sum += point.Sum
			}
		}
	}
	return time.Duration(sum * float64(time.Second)).Round(time.Millisecond)
}

// text renders attributes in the order of their keys, without what all keys of this package begin
// with.
func text(attributes []attribute.KeyValue) string {
	var parts []string
	for _, a := range attributes {
		parts = append(parts, fmt.Sprintf(" %s=%s", strings.TrimPrefix(string(a.Key), "hostedpay."), a.Value.String()))
	}
	slices.Sort(parts)
	return strings.Join(parts, "")
}
