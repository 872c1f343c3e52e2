// Package settings is what the options of package sdk set. It is internal so that an option can be
// made and passed on, but neither read nor applied, outside this module.
package settings

import (
	"log/slog"
	"net/http"
	"time"
)

// A Client is the settings of a client.
type Client struct {
	Call // the defaults of its calls

	BaseURL        string
	PlainHTTPHosts []string
	HTTPClient     *http.Client
	Middleware     []func(http.RoundTripper) http.RoundTripper
	SkipChecks     bool
	Logger         *slog.Logger

	// Values of types that the packages sdk and sdk/retry declare, which import this one. Nil when
	// not set.
	Observer      any // sdk.Observer
	ErrorReporter any // func(context.Context, sdk.ErrorReport)
	NoticeHandler any // func(context.Context, sdk.Notice)
	Limiter       any // sdk.Limiter
	Policy        any // retry.Policy
}

// A Call is the settings of one call.
type Call struct {
	MaxRetries     int
	AttemptTimeout time.Duration
	Background     bool   // no buyer waits for it
	IdempotencyKey string // empty, except for a call that creates something
	OwnKey         bool   // the caller gave the idempotency key
}
