package sdk

import (
	"context"

	"github.com/hostedpay/hostedpay-go/internal/settings"
)

// A LimitedCall is an attempt that counts against a gateway's rate limit.
type LimitedCall struct {
	Gateway    Gateway
	Operation  string    // "vora.CreateSession"
	Kind       LimitKind // which of the gateway's limits
	KeyID      string    // a hash that distinguishes API keys; not the key
	Background bool      // no buyer waits for it: see [WithBackground]
}

// A LimitKind names a limit that calls of one kind share. The set is open.
type LimitKind string

// The kinds of calls that gateways limit.
const (
	LimitCreate     LimitKind = "create"
	LimitRead       LimitKind = "read"
	LimitDeepHealth LimitKind = "deep_health"
)

// A Limiter delays calls until a gateway's rate limit has room for them. It is asked before every
// attempt, outside the attempt's time limit. When there is no room before the context's deadline,
// Wait returns an error at once; the error ends the call, and nothing is sent. Implementations must
// be safe for concurrent use. Package ratelimit has one, for one process or several.
type Limiter interface {
	Wait(ctx context.Context, call LimitedCall) error
}

// WithLimiter delays calls that would exceed a rate limit, instead of having the gateway reject
// them. Share one limiter between all clients behind one address: they share the gateway's limit.
func WithLimiter(limiter Limiter) ClientOption {
	return clientOption(func(c *settings.Client) { c.Limiter = limiter })
}

// WithBackground says that no buyer waits for a call, or for any call of a client: a sweep, a
// report. A limiter lets such calls go after all others, and leaves room for buyers who come later.
// While there is none to spare they wait, for ever if it comes to that, so give them a deadline.
// Without a limiter it has no effect.
func WithBackground() Option { return option(func(c *settings.Call) { c.Background = true }) }
