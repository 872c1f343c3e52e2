package webhooks

import (
	"fmt"
	"math"
	"net/http"
	"runtime/debug"
	"sync"
	"time"
)

// WithRateLimit bounds what rejected deliveries cost: burst is the max of them at once, and
// perSecond the max in the long run, from all senders together. Those beyond it get a 429 with
// Retry-After, are not diagnosed, and have one line in the log per second. A delivery that verifies
// is never limited, however many forgeries come beside it: gateways deliver again, but not for long
// (Vora three times within 31 s), and a limit in front of verification loses paid orders.
// (VisionScope documentation, section 8.)
func WithRateLimit(perSecond float64, burst int) HandlerOption {
	return func(h *Handler) {
		if !(perSecond > 0) || math.IsInf(perSecond, 0) || burst < 1 {
			h.problems = append(h.problems, fmt.Errorf("webhooks: a rate limit of %v per second and %d at once allows no delivery", perSecond, burst))
			return
		}
		h.limit = newBucket(perSecond, burst)
	}
}

// WithRateLimitFunc asks a function about each request, before any of the body is read, for example
// per address or with a counter that several processes share. The response to a delivery that it
// does not allow is 429 with Retry-After; it is counted as [ReasonRateLimited], and has at most one
// line in the log per second. It is called concurrently; when it panics, the response is 503.
//
// It does not know what is authentic: a limit over all senders together loses paid orders while
// somebody else posts junk.
func WithRateLimitFunc(allow func(*http.Request) bool) HandlerOption {
	return func(h *Handler) {
		if allow != nil {
			h.allow = append(h.allow, allow)
		}
	}
}

// admit is nil for a request that the functions of [WithRateLimitFunc] allow.
func (h *Handler) admit(r *http.Request) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("webhooks: a function of WithRateLimitFunc panicked: %v\n%s", v, debug.Stack())
		}
	}()
	for _, allow := range h.allow {
		if !allow(r) {
			return &Rejection{Reason: ReasonRateLimited}
		}
	}
	return nil
}

// overLimit charges a rejected delivery, unless the look-up failed. A merchant without keys is
// charged like a wrong signature, from which nobody may tell it.
func (h *Handler) overLimit(rejection *Rejection) bool {
	if rejection.Reason == ReasonLookupFailed || rejection.Reason == ReasonRateLimited {
		return false
	}
	return h.limit != nil && !h.limit.take()
}

// A limitedCount counts what the log does not mention.
type limitedCount struct {
	mu   sync.Mutex
	n    int
	last time.Time
}

// next counts one more, and returns how many there were when a second has passed since the last
// time; otherwise 0.
func (c *limitedCount) next() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	now := time.Now()
	if now.Sub(c.last) < time.Second {
		return 0
	}
	n := c.n
	c.n, c.last = 0, now
	return n
}

// A bucket holds tokens and gets new ones over time.
type bucket struct {
	perSecond float64
	max       float64

	mu     sync.Mutex
	tokens float64
	last   time.Time
}

func newBucket(perSecond float64, burst int) *bucket {
	return &bucket{perSecond: perSecond, max: float64(burst), tokens: float64(burst)}
}

func (b *bucket) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.tokens = min(b.max, b.tokens+b.perSecond*now.Sub(b.last).Seconds())
	b.last = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
