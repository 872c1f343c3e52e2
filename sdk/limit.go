package sdk

import "context"

// A Metered call counts against a gateway's rate limit.
type Metered struct {
	Operation string
	Kind      MeteredKind
	Key       string // tells API keys apart, without being one
}

// A MeteredKind is a limit that calls share.
type MeteredKind string

// The kinds of calls that gateways meter.
const (
	MeteredCreate     MeteredKind = "create"
	MeteredRead       MeteredKind = "read"
	MeteredDeepHealth MeteredKind = "deep_health"
)

// A Limiter holds calls back until a gateway's rate limit has room for them. It is asked before every attempt, outside
// of the attempt's time limit. Wait returns an error when the room does not come before the context ends, and does so at
// once; its error ends the call, and nothing is sent. Safe for concurrent use. Package ratelimit has one.
type Limiter interface {
	Wait(ctx context.Context, call Metered) error
}

// WithLimiter queues calls that would exceed a rate limit instead of having them refused. Share one limiter between all
// clients behind one address: they share the gateway's limit.
func WithLimiter(limiter Limiter) Option { return func(o *Options) { o.Limiter = limiter } }
