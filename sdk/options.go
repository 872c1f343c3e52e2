package sdk

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/settings"
)

// A ClientOption changes how a client works: give it to a constructor. The last one wins. Each
// gateway's package documents its defaults.
type ClientOption interface{ ApplyClient(*settings.Client) }

// A CallOption changes one call. The last one wins, over the client's options too.
type CallOption interface {
	CreateOption
	ApplyCall(*settings.Call)
}

// A CreateOption changes one call that creates something under an idempotency key: any
// [CallOption], and [WithIdempotencyKey].
type CreateOption interface{ ApplyCreate(*settings.Call) }

// An Option is an option of a client, for all its calls, and of one call.
type Option interface {
	ClientOption
	CallOption
}

type clientOption func(*settings.Client)

func (o clientOption) ApplyClient(c *settings.Client) { o(c) }

type option func(*settings.Call)

func (o option) ApplyClient(c *settings.Client) { o(&c.Call) }
func (o option) ApplyCall(c *settings.Call)     { o(c) }
func (o option) ApplyCreate(c *settings.Call)   { o(c) }

type idempotencyKey string

func (k idempotencyKey) ApplyCreate(c *settings.Call) { c.IdempotencyKey, c.OwnKey = string(k), true }

// WithBaseURL sends calls to another address, such as a sandbox. It must be https, or http on this
// machine or a host of [WithPlainHTTPHosts], and may have a path. An empty one is an error: without
// the option, Vora's clients have Vora's address.
func WithBaseURL(url string) ClientOption {
	return clientOption(func(c *settings.Client) { c.BaseURL = url })
}

// WithPlainHTTPHosts allows plain HTTP to other hosts than this machine, by their names or
// addresses: a sandbox in another container. The base URL, and the URLs that a session names, may
// then be http on these hosts, on any port.
//
// For tests only, because the API key travels unencrypted. A key that is not a test key is
// rejected; keys of VisionScope do not say what they are, so use one of the sandbox's. Each client
// logs a warning, to [slog.Default] when there is no [WithLogger].
func WithPlainHTTPHosts(hosts ...string) ClientOption {
	return clientOption(func(c *settings.Client) { c.PlainHTTPHosts = append(c.PlainHTTPHosts, hosts...) })
}

// WithHTTPClient sends requests through the Transport and the cookie Jar of an HTTP client; its
// Timeout limits each attempt when it is shorter than the attempt's own limit. Redirects are never
// followed, because they would carry the API key to another address. The client is not changed.
//
// A base URL of plain http with a transport that sends it through a proxy is rejected, because the
// proxy would read the API key: without this option, no proxy is used there.
//
// A connection that has gone silent is a limit of what a given transport allows. Of an
// [http.Transport], a retry gets a connection of its own, but the next call may begin on the silent
// one: set HTTP2.SendPingTimeout to have it found. Of any other RoundTripper, retries too go where
// it sends them.
func WithHTTPClient(client *http.Client) ClientOption {
	return clientOption(func(c *settings.Client) { c.HTTPClient = client })
}

// WithMaxRetries sets how often a request is sent again after the first time. 0 turns retries off;
// a negative number is 0.
func WithMaxRetries(n int) Option {
	return option(func(c *settings.Call) { c.MaxRetries = max(n, 0) })
}

// WithAttemptTimeout bounds each attempt, from sending to the last byte of the response. The
// caller's context bounds the whole call. 0 means that only the context does.
func WithAttemptTimeout(d time.Duration) Option {
	return option(func(c *settings.Call) { c.AttemptTimeout = d })
}

// WithIdempotencyKey names the purchase that a create call belongs to: the same key for every
// repetition of the same purchase, another key for another purchase. Up to 255 printable ASCII
// characters. Without the option the SDK makes a random key for each call, which covers only that
// call's own retries; an empty key is an error, because it would do the same unnoticed.
func WithIdempotencyKey(key string) CreateOption { return idempotencyKey(key) }

// WithoutChecks sends parameters to the gateway without checking them against the contract first:
// for the day on which a gateway relaxes a rule and this SDK does not know it yet.
func WithoutChecks() ClientOption {
	return clientOption(func(c *settings.Client) { c.SkipChecks = true })
}

// WithLogger logs each finished call, at debug level when it succeeded and at warn level when it
// failed. Only the operation, status, code, request ID, attempts and duration are logged. Without a
// logger the SDK logs nothing.
func WithLogger(logger *slog.Logger) ClientOption {
	return clientOption(func(c *settings.Client) { c.Logger = logger })
}
