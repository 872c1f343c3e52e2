package sdk

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// An Option changes how a client, or one call, works. Given to a constructor it holds for every call; given to a call,
// for that call. The last one wins.
type Option func(*Options)

// Options is what options change. Each gateway's package documents its defaults.
type Options struct {
	BaseURL        string
	APIVersion     string
	HTTPClient     *http.Client
	MaxRetries     int
	AttemptTimeout time.Duration
	IdempotencyKey string
	SkipChecks     bool
	Logger         *slog.Logger
	Middleware     []Middleware
	Observer       Observer
	ErrorReporter  func(context.Context, ErrorReport)
	NoticeHandler  func(context.Context, Notice)
	Limiter        Limiter
}

// With returns the options with opts applied, in order.
func (o Options) With(opts ...Option) Options {
	for _, apply := range opts {
		if apply != nil {
			apply(&o)
		}
	}
	return o
}

// WithBaseURL sends calls to another address, such as a sandbox. It must be https, or http on this machine, and may
// have a path.
func WithBaseURL(url string) Option { return func(o *Options) { o.BaseURL = url } }

// WithAPIVersion asks for another API version than the one that this SDK was generated for.
func WithAPIVersion(version string) Option { return func(o *Options) { o.APIVersion = version } }

// WithHTTPClient sends requests through a client of your own: its Transport and Jar are used. Redirects are never
// followed, whatever its CheckRedirect says, because they would carry the API key away. The client is not changed.
func WithHTTPClient(client *http.Client) Option { return func(o *Options) { o.HTTPClient = client } }

// WithMaxRetries sets how often a request is sent again after the first time. 0 turns retries off; a negative number
// is 0.
func WithMaxRetries(n int) Option { return func(o *Options) { o.MaxRetries = max(n, 0) } }

// WithAttemptTimeout bounds each attempt, from sending to the last byte of the answer. The caller's context bounds
// the whole call. 0 means no bound of its own.
func WithAttemptTimeout(d time.Duration) Option { return func(o *Options) { o.AttemptTimeout = d } }

// WithIdempotencyKey names the purchase that a create call belongs to: the same key for every repetition of the same
// purchase, another key for another purchase. Up to 255 printable ASCII characters. Without one the SDK makes a random
// key for each call, which covers that call's own retries and nothing else.
//
// Meant for a call; as an option of a client it would make every call the same purchase, and constructors refuse it.
func WithIdempotencyKey(key string) Option { return func(o *Options) { o.IdempotencyKey = key } }

// WithoutChecks sends parameters to the gateway without checking them against the contract first. For the day on
// which a gateway relaxes a rule and this SDK does not know it yet.
func WithoutChecks() Option { return func(o *Options) { o.SkipChecks = true } }

// WithLogger logs each finished call, at debug level when it succeeded and at warn when it failed. Only the operation,
// status, code, request id, attempts and duration are logged. Without a logger the SDK logs nothing.
func WithLogger(logger *slog.Logger) Option { return func(o *Options) { o.Logger = logger } }
