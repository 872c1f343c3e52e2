package retry

import (
	"context"
	"math/rand/v2"
	"time"
)

// A Policy says when a request is sent again. Policies are values; change a copy of [Default]. Safe for concurrent use.
type Policy struct {
	// MaxRetries is how often a request is sent again after the first time.
	MaxRetries int

	// BaseDelay and MaxDelay bound the wait after the n-th failure, from 0 to min(MaxDelay, BaseDelay * 2^(n-1)),
	// uniformly (full jitter).
	BaseDelay, MaxDelay time.Duration

	// MaxRetryAfter is the longest Retry-After that is waited for. When a gateway asks for more, its answer is
	// returned at once, and the caller decides.
	MaxRetryAfter time.Duration

	// AttemptTimeout bounds one attempt, from sending to the last byte of the answer; 0 means no bound.
	AttemptTimeout time.Duration

	// MaxBody is how many bytes of an answer are read; a longer one is an error. 0 means 1 MiB.
	MaxBody int64

	// Budget bounds retries across requests; nil means no bound. Share one per client.
	Budget *Budget

	// Predicates are asked in order, and the first that is sure decides. Nil means [Predicates].
	Predicates []Predicate

	// Before is called before every attempt, outside of its time limit, and may wait. Its error ends the call; nothing
	// is sent then. Nil means nothing to do.
	Before func(ctx context.Context) error

	// Jitter returns a number in [0, 1). Nil means math/rand.
	Jitter func() float64
}

// Default is the policy for card payments: 2 retries, 0.5 s to 8 s, Retry-After up to 60 s, 30 s per attempt.
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
