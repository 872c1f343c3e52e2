package retry

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/settings"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Policy says when a request is sent again. Policies are values; change a copy of [Default]. Safe
// for concurrent use.
type Policy struct {
	// MaxRetries is how often a request is sent again after the first time.
	MaxRetries int

	// BaseDelay and MaxDelay bound the wait after the n-th failure, from 0 to min(MaxDelay,
	// BaseDelay * 2^(n-1)), uniformly (full jitter).
	BaseDelay, MaxDelay time.Duration

	// MaxRetryAfter is the longest Retry-After that is waited for. When a gateway asks for more,
	// its response is returned at once, and the caller decides.
	MaxRetryAfter time.Duration

	// AttemptTimeout bounds one attempt, from sending to the last byte of the response; 0 means no
	// bound.
	AttemptTimeout time.Duration

	// MaxBody is how many bytes of a response are read; a longer one is an error. 0 means 1 MiB.
	MaxBody int64

	// Budget bounds retries across requests; nil means no bound. Share one per client.
	Budget *Budget

	// Predicates are asked in order, and the first that is sure decides. Nil means [Predicates].
	Predicates []Predicate

	// ReadResponse reads what a response says about itself, once for each. The body may be
	// truncated. Nil means that only the status counts, and that the request ID is X-Request-Id,
	// without what looks like a gateway's API key. A client of this SDK reads its gateway's
	// responses itself.
	ReadResponse func(status int, header http.Header, body []byte) ResponseInfo

	// Before is called before every attempt, outside its time limit, and may wait. Its error ends
	// the call, and nothing is sent. Nil means nothing to do.
	Before func(ctx context.Context) error

	// Jitter returns a number in [0, 1), which the wait's bound is multiplied by. Nil means
	// math/rand. It may be called concurrently.
	Jitter func() float64
}

// ResponseInfo is what a response says about itself, besides its status. All but RequestID is about
// error responses, which are all but 2xx.
type ResponseInfo struct {
	RequestID string   // for [sdk.Attempt], and so fit for a log
	Code      sdk.Code // empty when it has none
	Retryable *bool    // the gateway's own word on retrying; nil when it does not say

	// Spoken means that the response is in the gateway's own form, so that it comes from the
	// gateway and not from a proxy in between.
	Spoken bool
}

// WithPolicy has a client retry by a policy of your own:
//
//	policy := retry.Default()
//	policy.BaseDelay = 10 * time.Millisecond
//	client, err := vora.New(key, retry.WithPolicy(policy))
//
// [sdk.WithMaxRetries] and [sdk.WithAttemptTimeout] after it, or with a call, change the policy's
// own. A nil Budget gives the client a budget of its own, of [DefaultBudget]. ReadResponse is
// the client's. Before runs after the client's limiter.
func WithPolicy(policy Policy) sdk.ClientOption { return policyOption{policy} }

type policyOption struct{ policy Policy }

func (o policyOption) ApplyClient(c *settings.Client) {
	c.Policy, c.MaxRetries, c.AttemptTimeout = o.policy, max(o.policy.MaxRetries, 0), o.policy.AttemptTimeout
}

// Default is the policy for card payments: 2 retries, 0.5 s to 8 s, Retry-After up to 60 s, 30 s
// per attempt.
func Default() Policy {
	return Policy{
		MaxRetries:     2,
		BaseDelay:      500 * time.Millisecond,
		MaxDelay:       8 * time.Second,
		MaxRetryAfter:  60 * time.Second,
		AttemptTimeout: 30 * time.Second,
	}
}

const defaultMaxBody = 1 << 20

func (p Policy) maxBody() int64 {
	if p.MaxBody > 0 {
		return p.MaxBody
	}
	return defaultMaxBody
}

// backoff is the wait after the n-th failure, n from 1.
func (p Policy) backoff(n int) time.Duration {
	ceiling := min(p.BaseDelay, p.MaxDelay)
	for i := 1; i < n && ceiling < p.MaxDelay; i++ {
		ceiling += min(ceiling, p.MaxDelay-ceiling) // doubled, without overflow
	}
	jitter := p.Jitter
	if jitter == nil {
		jitter = rand.Float64
	}
	return time.Duration(jitter() * float64(ceiling))
}
