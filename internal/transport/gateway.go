package transport

import (
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Gateway is what differs between gateways on the way of a call, as data that all clients of it
// share.
type Gateway struct {
	ID          sdk.Gateway
	Constructor string // "vora.New", for errors

	// BaseURL is where calls go unless an option says otherwise. A gateway without a public address
	// has none, and NeedsBaseURL as the error's message.
	BaseURL, NeedsBaseURL string

	// BasePaths are what request builders add to the base URL, and an integrator's own
	// configuration may end in, the longest first; nil when there is nothing to remove.
	BasePaths []string

	MaxRetries     int
	AttemptTimeout time.Duration

	// KeyHeader and KeyPrefix are how a request carries the API key.
	KeyHeader, KeyPrefix string

	// VersionHeader and LatestVersionHeader are the response headers of an API with versions, in
	// canonical spelling.
	VersionHeader, LatestVersionHeader string

	// AssignedCode is the catalog code of a status, for a gateway whose error responses carry none.
	// Nil when they do. The page of a proxy has none: it says nothing about the request.
	AssignedCode func(status int) string
}
