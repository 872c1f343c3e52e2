// Package ratelimit queues calls so that they stay inside Vora's documented rate limits.
//
// The limits count requests in any 60 seconds: 10 creates, 30 reads and 5 deep health checks for each address, and 30
// creates for each key. All tenants of a platform share the limit of the address that they go out from, and it is the
// first to be reached. So share one limiter between their clients:
//
//	limiter := ratelimit.New()
//	acme, err := vora.New(acmeKey, sdk.WithLimiter(limiter))
//	…
//	cobalt, err := vora.New(cobaltKey, sdk.WithLimiter(limiter))
//
// A burst then waits its turn instead of failing. (Vora contract, x-rate-limits.)
package ratelimit

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Limiter keeps calls inside the limits. Safe for concurrent use; make one with [New].
type Limiter struct {
	mu      sync.Mutex
	window  time.Duration
	windows map[string]*window
}

// New makes a limiter with Vora's documented limits.
func New() *Limiter {
	return &Limiter{window: contract.VoraRateLimitWindow, windows: map[string]*window{}}
}

// A window is the times of the last calls of one limit, as many as it allows, oldest first. Times to come are calls that
// wait.
type window struct {
	most  int
	times []time.Time
}

// Wait waits until the call has room, in the order of arrival. When the room does not come before the context's deadline
// it returns at once, with an [*sdk.Error] of code rate_limit_exceeded that says how long the wait would have been.
func (l *Limiter) Wait(ctx context.Context, call sdk.Metered) error {
	at, err := l.reserve(ctx, call)
	if err != nil {
		return err
	}
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err() // its place in the queue stays taken, which errs on the gateway's side
	}
}

// reserve finds the first moment at which all limits of the call have room, and takes it.
func (l *Limiter) reserve(ctx context.Context, call sdk.Metered) (time.Time, error) {
	if err := ctx.Err(); err != nil {
		return time.Time{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	at := now
	limits := l.limits(call)
	for _, w := range limits {
		if room := w.room(l.window); room.After(at) {
			at = room
		}
	}
	if deadline, limited := ctx.Deadline(); limited && !at.Before(deadline) {
		return at, &sdk.Error{
			Operation: call.Operation, Code: sdk.CodeRateLimitExceeded, CodeAssigned: true, RetryAfter: at.Sub(now),
			Message: fmt.Sprintf("the gateway's rate limit has room in %s, which is after the context's deadline; this attempt was not sent", at.Sub(now).Round(time.Millisecond)),
		}
	}
	for _, w := range limits {
		w.take(at)
	}
	return at, nil
}

func (l *Limiter) limits(call sdk.Metered) []*window {
	switch call.Kind {
	case sdk.MeteredCreate:
		return []*window{l.limit("creates", contract.VoraCreatesPerAddress), l.limit("creates "+call.Key, contract.VoraCreatesPerKey)}
	case sdk.MeteredRead:
		return []*window{l.limit("reads", contract.VoraReadsPerAddress)}
	case sdk.MeteredDeepHealth:
		return []*window{l.limit("deep health checks", contract.VoraDeepHealthChecksPerAddress)}
	}
	return nil
}

func (l *Limiter) limit(name string, most int) *window {
	w, ok := l.windows[name]
	if !ok {
		w = &window{most: most}
		l.windows[name] = w
	}
	return w
}

// room is when the window has room for one more.
func (w *window) room(length time.Duration) time.Time {
	if len(w.times) < w.most {
		return time.Time{}
	}
	return w.times[0].Add(length)
}

func (w *window) take(at time.Time) {
	if len(w.times) == w.most {
		copy(w.times, w.times[1:])
		w.times[w.most-1] = at
		return
	}
	w.times = append(w.times, at)
}
