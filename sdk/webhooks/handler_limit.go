package webhooks

import (
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"
)

// WithRateLimit responds 429 with Retry-After to deliveries beyond the limit, before any of the
// body is read: burst is the max at once, and perSecond the max in the long run, from all senders
// together. Gateways deliver again, but not for long (Vora three times within 31 s): a limit near
// the real rate loses events. A limit per address is better, with [WithRateLimitFunc] or in front
// of the handler. (VisionScope documentation, section 8.)
func WithRateLimit(perSecond float64, burst int) HandlerOption {
	return func(h *Handler) {
		if !(perSecond > 0) || math.IsInf(perSecond, 0) || burst < 1 {
			h.problems = append(h.problems, fmt.Errorf("webhooks: a rate limit of %v per second and %d at once allows no delivery", perSecond, burst))
			return
		}
		limit := newBucket(perSecond, burst)
		h.allow = append(h.allow, func(*http.Request) bool { return limit.take() })
	}
}

// WithRateLimitFunc asks a function about each request, before any of the body is read, for example
// per address or with a counter that several processes share. The response to a delivery that it
// does not allow is 429 with Retry-After. It is called concurrently.
func WithRateLimitFunc(allow func(*http.Request) bool) HandlerOption {
	return func(h *Handler) {
		if allow != nil {
			h.allow = append(h.allow, allow)
		}
	}
}

func (h *Handler) allows(r *http.Request) bool {
	for _, allow := range h.allow {
		if !allow(r) {
			return false
		}
	}
	return true
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
	return &bucket{perSecond: perSecond, max: float64(burst), tokens: float64(burst), last: time.Now()}
}

func (b *bucket) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.tokens = min(b.max, b.tokens+b.perSecond*max(0, now.Sub(b.last).Seconds()))
	b.last = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
