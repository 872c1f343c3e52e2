package sdk

import (
	"context"
	"net/http"
	"time"
)

// A Middleware wraps what sends a request. It sees every attempt, with the API key in its header and the checkout URL in
// its answer's body: it must not log either.
type Middleware func(next http.RoundTripper) http.RoundTripper

// WithMiddleware adds middleware around every attempt, outside of what was added before. Each is called once to wrap a
// client's transport, and once more for a call that is given middleware or an HTTP client of its own. A panic in it
// reaches the caller.
func WithMiddleware(middleware ...Middleware) Option {
	return func(o *Options) {
		o.Middleware = append(o.Middleware[:len(o.Middleware):len(o.Middleware)], middleware...)
	}
}

// A CallResult is how a call ended.
type CallResult struct {
	Response Response // zero when Err is not nil
	Err      error    // an *Error or an *OutcomeUnknownError
}

// An Observer watches calls, for traces and metrics. It is called when a call begins, and returns the context that the
// call goes on with and a function that is called once, when the call ends. Both may run concurrently for other calls.
// A nil context or function is ignored, and a panic in them is swallowed.
type Observer func(ctx context.Context, operation string) (context.Context, func(CallResult))

// WithObserver watches calls. A call begins when its arguments have been accepted: what is refused here, such as a wrong
// amount, is an error that the caller has at once, and is not observed. Waiting for a [Limiter] is part of the call.
func WithObserver(observer Observer) Option { return func(o *Options) { o.Observer = observer } }

// An ErrorReport is a call that has failed for good. Nothing in it is secret.
type ErrorReport struct {
	Err        error  // an *Error or an *OutcomeUnknownError
	Operation  string // "vora.CreateSession"
	Method     string
	URL        string // without query
	Status     int    // of the last answer; 0 when none came
	RequestID  string
	Code       Code
	Attempt    int // which attempt was the last, from 1
	SDKVersion string
}

// WithErrorReporter calls a function once for each call that was sent and failed for good, for an error tracker; not for
// what was never sent, such as a wrong amount, nor for attempts that were followed by a better one. A panic in it is
// swallowed: reporting must not break a payment.
func WithErrorReporter(report func(ctx context.Context, report ErrorReport)) Option {
	return func(o *Options) { o.ErrorReporter = report }
}

// A Notice is what a gateway says about the future of an endpoint: that it, or the version that answered, is deprecated
// or has a last day, or that there is a newer version.
type Notice struct {
	Operation       string
	Version         string    // that answered
	LatestVersion   string    // that there is; newer than Version when that is what the notice is about
	Deprecated      bool      // by the Deprecation header
	DeprecatedSince time.Time // zero when the header says only true
	Sunset          time.Time // when it stops working; zero when not said
	Link            string    // where it is explained
}

// WithNoticeHandler calls a function when a gateway says something new about an endpoint's future: once for each
// operation and each different notice in the life of a client, at most 100 times. A logger gets a warning at the same
// time. A panic in the function is swallowed.
func WithNoticeHandler(handle func(ctx context.Context, notice Notice)) Option {
	return func(o *Options) { o.NoticeHandler = handle }
}
