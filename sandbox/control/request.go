package control

import (
	"context"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Request is a call to one of the gateways' APIs and its response. It contains no API key.
type Request struct {
	Number         int64         `json:"number"`       // counts the requests to all gateways from 1; a session names its own
	ID             string        `json:"id,omitempty"` // the response's X-Request-Id; empty where the gateway sends none
	Gateway        sdk.Gateway   `json:"gateway"`
	MerchantID     string        `json:"merchantId,omitempty"` // of the API key; empty when the key is unknown
	At             time.Time     `json:"at"`                   // by the sandbox's clock
	Duration       time.Duration `json:"durationNs"`           // by the machine's clock
	Method         string        `json:"method"`
	Path           string        `json:"path"` // with its query
	IdempotencyKey string        `json:"idempotencyKey,omitempty"`
	Version        string        `json:"version,omitempty"` // of the API, as requested
	UserAgent      string        `json:"userAgent,omitempty"`
	Body           string        `json:"body,omitempty"`     // its first 16 KiB
	Status         int           `json:"status"`             // 0 when the connection was cut
	Response       string        `json:"response,omitempty"` // the first 16 KiB of the response's body
	Fault          string        `json:"fault,omitempty"`    // that was injected, as [ParseFault] reads it
}

// Requests lists the last calls of the gateways' APIs, oldest first.
func (c *Client) Requests(ctx context.Context) ([]Request, error) {
	return get[[]Request](ctx, c, "requests")
}
