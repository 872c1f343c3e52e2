package sdk

import (
	"context"
	"net/http"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/settings"
)

// A Middleware wraps the transport that sends requests. It sees every attempt, with the API key in
// the request's header and the checkout URL in the response's body: it must log neither.
type Middleware func(next http.RoundTripper) http.RoundTripper

// WithMiddleware adds middleware around every attempt, outside the middleware that was added
// before. Each is called once, to wrap the client's transport. A panic in it reaches the caller.
func WithMiddleware(middleware ...Middleware) ClientOption {
	return clientOption(func(c *settings.Client) {
		for _, wrap := range middleware {
			if wrap != nil {
				c.Middleware = append(c.Middleware, wrap)
			}
		}
	})
}

// A CallResult is how a call ended.
type CallResult struct {
	Response Response // zero when Err is not nil
	Err      error    // an *Error or an *OutcomeUnknownError
}

// An Observer watches calls, for traces and metrics. It is called when a call begins, and returns
// the context that the call continues with and a function that is called once, when the call ends.
// Both may run concurrently for other calls. A nil context or function is ignored, and a panic in
// either is swallowed.
type Observer func(ctx context.Context, operation string) (context.Context, func(CallResult))

// WithObserver watches calls. A call begins when its arguments have been accepted: what is rejected
// locally, such as an invalid amount, is returned to the caller at once and not observed. Waiting
// for a [Limiter] is part of the call.
func WithObserver(observer Observer) ClientOption {
	return clientOption(func(c *settings.Client) { c.Observer = observer })
}

// An ErrorReport is a call that has failed for good. Nothing in it is secret.
type ErrorReport struct {
	Err        error  // an *Error or an *OutcomeUnknownError
	Operation  string // "vora.CreateSession"
	Method     string
	URL        string // without query
	Status     int    // of the last response; 0 when there was none
	RequestID  string
	Code       Code
	Attempt    int // the number of the last attempt, from 1
	SDKVersion string
}

// WithErrorReporter calls a function once for each call that was sent and failed for good, for an
// error tracker: not for calls that were never sent, such as one with an invalid amount, nor for
// attempts that a retry made good. A panic in the function is swallowed: reporting must not break a
// payment.
func WithErrorReporter(report func(ctx context.Context, report ErrorReport)) ClientOption {
	return clientOption(func(c *settings.Client) { c.ErrorReporter = report })
}

// A Notice is what a gateway announces about an endpoint: that the endpoint, or the API version
// that responded, is deprecated or will be shut down, or that there is a newer version.
type Notice struct {
	Operation       string
	Version         string    // the API version that responded; empty for an API without versions
	LatestVersion   string    // the newest API version; newer than Version when that is what the notice is about
	Deprecated      bool      // by the Deprecation header
	DeprecatedSince time.Time // zero when the header says only true
	Sunset          time.Time // when it stops working; zero when not announced
	Link            string    // where it is explained
}

// WithNoticeHandler calls a function when a gateway announces something new about an endpoint: once
// for each operation and each different notice in the life of a client, at most 100 times. A logger
// gets a warning at the same time. A panic in the function is swallowed.
func WithNoticeHandler(handle func(ctx context.Context, notice Notice)) ClientOption {
	return clientOption(func(c *settings.Client) { c.NoticeHandler = handle })
}
