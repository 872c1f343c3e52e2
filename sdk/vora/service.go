package vora

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/transport"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// A Health is how the gateway is. The set of statuses is open.
type Health struct {
	Status   string        // ok, healthy, degraded or down
	Version  string        // the version that answers
	Latency  time.Duration // of this check
	Response sdk.Response
}

// Up tells whether the gateway says that it is well.
func (h Health) Up() bool {
	return h.Status == string(gen.HealthStatusOk) || h.Status == string(gen.HealthStatusHealthy)
}

// Health asks the gateway how it is, without a key and without retries. Degraded and down are results; an error means
// that nobody answered. (Vora integrator guide, "Endpoints today".)
func (c *Client) Health(ctx context.Context, opts ...sdk.Option) (*Health, error) {
	return c.health(ctx, "vora.Health", nil, opts)
}

// DeepHealth also has the gateway check what stands behind it. Limited to 5 in a minute for each address.
func (c *Client) DeepHealth(ctx context.Context, opts ...sdk.Option) (*Health, error) {
	deep := true
	return c.health(ctx, "vora.DeepHealth", &deep, opts)
}

func (c *Client) health(ctx context.Context, operation string, deep *bool, opts []sdk.Option) (*Health, error) {
	endpoint, err := c.endpoint.With(operation, opts)
	if err != nil {
		return nil, err
	}
	endpoint.Options.MaxRetries = 0
	call := transport.Call{Operation: operation, Safety: retry.Idempotent, Accepts: isHealth}
	if deep != nil {
		call.Metered = sdk.LimitDeepHealth
	}
	version := present(&endpoint.Options.APIVersion)
	var wire gen.Health
	start := time.Now()
	response, err := eitherPath(endpoint, call, &wire, func() bool { return wire.Status != "" },
		func(base *url.URL) (*http.Request, error) {
			return gen.NewGetHealthRequest(ctx, base, gen.GetHealthParams{Deep: deep, VonPayVersion: version})
		},
		func(base *url.URL) (*http.Request, error) {
			return gen.NewGetHealthAtAPIRequest(ctx, base, gen.GetHealthAtAPIParams{Deep: deep, VonPayVersion: version})
		})
	if err != nil {
		return nil, err
	}
	return &Health{Status: string(wire.Status), Version: wire.Version, Latency: time.Since(start), Response: response}, nil
}

// isHealth recognises a health body behind a 503.
func isHealth(status int, body []byte) bool {
	var health gen.Health
	return status == http.StatusServiceUnavailable && json.Unmarshal(body, &health) == nil && health.Status != ""
}

// A Discovery is what the gateway says about itself. The document is open: what is not described here is in
// Response.Raw.
type Discovery struct {
	APIVersion   string
	Endpoints    map[string]any
	Docs         string
	SDK          map[string]any
	Capabilities []string
	Currencies   []string
	Response     sdk.Response
}

// Discovery reads the gateway's discovery document, without a key.
func (c *Client) Discovery(ctx context.Context, opts ...sdk.Option) (*Discovery, error) {
	const operation = "vora.Discovery"
	endpoint, err := c.endpoint.With(operation, opts)
	if err != nil {
		return nil, err
	}
	call := transport.Call{Operation: operation, Safety: retry.Idempotent}
	version := present(&endpoint.Options.APIVersion)
	var wire gen.Discovery
	response, err := eitherPath(endpoint, call, &wire, func() bool { return true },
		func(base *url.URL) (*http.Request, error) {
			return gen.NewGetDiscoveryRequest(ctx, base, gen.GetDiscoveryParams{VonPayVersion: version})
		},
		func(base *url.URL) (*http.Request, error) {
			return gen.NewGetDiscoveryAtWellKnownRequest(ctx, base, gen.GetDiscoveryAtWellKnownParams{VonPayVersion: version})
		})
	if err != nil {
		return nil, err
	}
	return &Discovery{
		APIVersion:   value(wire.APIVersion),
		Endpoints:    value(wire.Endpoints),
		Docs:         value(wire.Docs),
		SDK:          value(wire.Sdk),
		Capabilities: value(wire.Capabilities),
		Currencies:   value(wire.Currencies),
		Response:     response,
	}, nil
}

// eitherPath asks at the integrator guide's path and, where that is not found, once at the other documents' path.
func eitherPath(endpoint transport.Endpoint, call transport.Call, out any, essential func() bool, first, second func(base *url.URL) (*http.Request, error)) (sdk.Response, error) {
	endpoint.Options.IdempotencyKey = ""
	request, err := first(endpoint.Base)
	if err == nil {
		call.Otherwise, err = second(endpoint.Base)
	}
	if err != nil {
		return sdk.Response{}, transport.RefuseRequest(call.Operation, err)
	}
	return endpoint.Do(call, request, out, essential)
}
