package control

import (
	"context"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Request is a call to one of the gateways' APIs and its response. It contains no API key.
type Request struct {
	// Number counts the requests to all gateways from 1. Session.CreatedBy refers to it.
	Number int64 `json:"number"`
	// ID is the response's X-Request-Id; empty where the gateway sends none.
	ID      string      `json:"id,omitempty"`
	Gateway sdk.Gateway `json:"gateway"`
	// MerchantID is the merchant of the API key; empty for an unknown key.
	MerchantID string `json:"merchantId,omitempty"`
	// At is a time of the sandbox's clock.
	At time.Time `json:"at"`
	// Duration is measured by the machine's clock.
	Duration time.Duration `json:"durationNs,format:nano"`
	Method   string        `json:"method"`
	// Path includes the query.
	Path           string `json:"path"`
	IdempotencyKey string `json:"idempotencyKey,omitempty"`
	// Version is the API version that was requested.
	Version   string `json:"version,omitempty"`
	UserAgent string `json:"userAgent,omitempty"`
	// Body is the first 16 KiB of the body.
	Body string `json:"body,omitempty"`
	// Status is 0 when the connection was reset.
	Status int `json:"status"`
	// Response is the first 16 KiB of the response's body.
	Response string `json:"response,omitempty"`
	// Fault is the fault that was injected, as [ParseFault] reads it.
	Fault string `json:"fault,omitempty"`
}

// Requests lists the last calls of the gateways' APIs, oldest first.
func (c *Client) Requests(ctx context.Context) ([]Request, error) {
	return get[[]Request](ctx, c, "requests")
}
