package vora

import (
	"context"
	"net/http"
	"time"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/transport"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// A Health is how the gateway is. The set of statuses is open.
type Health struct {
	Status   string        // ok, healthy, degraded or down
	Version  string        // the API version that responds
	Latency  time.Duration // of this check
	Response sdk.Response
}

// Up reports whether the gateway says that it is well.
func (h Health) Up() bool {
	return h.Status == string(gen.HealthStatusOk) || h.Status == string(gen.HealthStatusHealthy)
}

// Health asks the gateway how it is, without an API key and without retries. Degraded and down are
// results; an error means that there was no usable response. (Vora integrator guide, "Endpoints
// today".)
func (c *Client) Health(ctx context.Context) (*Health, error) {
	return c.health(ctx, "vora.Health", "", nil)
}

// DeepHealth also has the gateway check its own dependencies. Limited to 5 a minute per address.
func (c *Client) DeepHealth(ctx context.Context) (*Health, error) {
	deep := true
	return c.health(ctx, "vora.DeepHealth", sdk.LimitDeepHealth, &deep)
}

func (c *Client) health(ctx context.Context, operation string, limit sdk.LimitKind, deep *bool) (*Health, error) {
	call := c.transport.NewCall(transport.Call{
		Operation: operation, Safety: retry.Idempotent, Limit: limit, Anonymous: true, ResultStatuses: []int{http.StatusServiceUnavailable},
	}, sdk.WithMaxRetries(0))
	start, base, version := time.Now(), c.transport.Base, present(&c.version)
	wire, response, err := transport.Do[healthBody](c.transport, call, // the integrator guide's path, then the other documents'
		transport.Built(gen.NewGetHealthRequest(ctx, base, gen.GetHealthParams{Deep: deep, VonPayVersion: version})),
		transport.Built(gen.NewGetHealthAtAPIRequest(ctx, base, gen.GetHealthAtAPIParams{Deep: deep, VonPayVersion: version})))
	if err != nil {
		return nil, err
	}
	return &Health{Status: string(wire.Status), Version: wire.Version, Latency: time.Since(start), Response: response}, nil
}

type healthBody struct{ gen.Health }

// Complete reports whether there is a status, whatever the HTTP status is.
func (b *healthBody) Complete(int) bool { return b.Status != "" }

// A Discovery is what the gateway says about itself. The document is open: what is not described
// here is in Response.Raw.
type Discovery struct {
	APIVersion   string
	Endpoints    map[string]any
	Docs         string
	SDK          map[string]any
	Capabilities []string
	Currencies   []string
	Response     sdk.Response
}

// Discovery reads the gateway's discovery document, without an API key.
func (c *Client) Discovery(ctx context.Context, opts ...sdk.CallOption) (*Discovery, error) {
	call := c.transport.NewCall(transport.Call{Operation: "vora.Discovery", Safety: retry.Idempotent, Anonymous: true}, opts...)
	base, version := c.transport.Base, present(&c.version)
	wire, response, err := transport.Do[discoveryBody](c.transport, call, // the integrator guide's path, then the other documents'
		transport.Built(gen.NewGetDiscoveryRequest(ctx, base, gen.GetDiscoveryParams{VonPayVersion: version})),
		transport.Built(gen.NewGetDiscoveryAtWellKnownRequest(ctx, base, gen.GetDiscoveryAtWellKnownParams{VonPayVersion: version})))
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

type discoveryBody struct{ gen.Discovery }

// Complete is always true: every field of the document is optional.
func (b *discoveryBody) Complete(int) bool { return true }
