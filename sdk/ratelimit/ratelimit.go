// Package ratelimit queues calls so that they stay inside the gateways' documented rate limits.
//
// Vora counts requests in any 60 seconds: 10 creates, 30 reads and 5 deep health checks per
// address, and 30 creates per API key. (Vora contract, x-rate-limits.) VisionScope documents no
// limits, and its calls pass. All tenants of a platform share the limit of the address that they
// call from, which is the first to be reached. So share one limiter between their clients:
//
//	limiter := ratelimit.New()
//	acme, err := vora.New(acmeKey, sdk.WithLimiter(limiter))
//	…
//	cobalt, err := vora.New(cobaltKey, sdk.WithLimiter(limiter))
//
// A burst then waits its turn instead of failing. Every attempt counts, retries too.
package ratelimit

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Limiter keeps calls inside the limits. Safe for concurrent use; make one with [New].
type Limiter struct {
	addresses int

	mu        sync.Mutex
	byAddress map[scope]*window
	byKey     map[scope]*window
	sweepAt   int         // how many keys make it worth looking for idle ones
	queue     []*waiter   // in the order of arrival
	next      time.Time   // when the first of them can go; zero when the queue is empty
	timer     *time.Timer // until then
}

// An Option changes how a limiter works.
type Option func(*Limiter)

// WithAddresses sets how many addresses the calls are made from, in turn: a limit per address then
// holds that many times. The default is 1, with which Vora's limit per API key is never reached,
// because the limit per address is lower.
func WithAddresses(n int) Option { return func(l *Limiter) { l.addresses = max(n, 1) } }

// New makes a limiter with the documented limits of every gateway.
func New(opts ...Option) *Limiter {
	l := &Limiter{addresses: 1, byAddress: map[scope]*window{}, byKey: map[scope]*window{}, sweepAt: fewKeys}
	for _, apply := range opts {
		apply(l)
	}
	return l
}

// Wait waits until the call has room, first come, first served. When the room does not come before
// the context's deadline it returns at once, with an [*sdk.Error] of code rate_limit_exceeded that
// says how long the wait would have been. A call that leaves the queue because its context ended
// makes room for those behind it.
func (l *Limiter) Wait(ctx context.Context, call sdk.LimitedCall) error {
	w, err := l.join(ctx, call)
	if w == nil {
		return err
	}
	select {
	case <-w.turn:
		return nil
	case <-ctx.Done():
		l.leave(w)
		return ctx.Err()
	}
}

// join lets a call go at once, and returns no waiter, or queues it.
func (l *Limiter) join(ctx context.Context, call sdk.LimitedCall) (*waiter, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if len(l.queue) > 0 && !now.Before(l.next) { // the timer is late
		l.advance(now)
	}
	w := &waiter{windows: l.windowsOf(call, now)}
	at := w.room()
	if !at.After(now) {
		w.take(now)
		return nil, nil
	}
	if deadline, limited := ctx.Deadline(); limited {
		if turn := l.forecast(w, now, deadline); !turn.Before(deadline) {
			return nil, tooLate(call.Operation, turn.Sub(now))
		}
	}
	w.turn = make(chan struct{})
	l.queue = append(l.queue, w)
	if len(l.queue) == 1 || at.Before(l.next) {
		l.wakeAt(at, now)
	}
	return w, nil
}

func tooLate(operation string, wait time.Duration) error {
	return &sdk.Error{
		Operation: operation, Code: sdk.CodeRateLimitExceeded, CodeAssigned: true, RetryAfter: wait,
		Message: fmt.Sprintf("the gateway's rate limit has room in %s, which is after the context's deadline; this attempt was not sent", wait.Round(time.Millisecond)),
	}
}

// leave removes a call from the queue.
func (l *Limiter) leave(w *waiter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.queue, w); i >= 0 {
		l.queue = slices.Delete(l.queue, i, i+1)
	}
	if len(l.queue) == 0 && l.timer != nil {
		l.timer.Stop()
	}
}

// advance lets every queued call go that has room now.
func (l *Limiter) advance(now time.Time) {
	var next time.Time
	if l.queue, next = pass(l.queue, now); len(l.queue) > 0 {
		l.wakeAt(next, now)
	}
}

func (l *Limiter) wakeAt(next, now time.Time) {
	if l.timer != nil {
		l.timer.Stop()
	}
	l.next = next
	l.timer = time.AfterFunc(next.Sub(now), func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.advance(time.Now())
	})
}

// forecast is when a new call would have its turn if every queued call stays: the same as will
// happen, run on copies. It looks no further than the deadline, after which the result is the same,
// because it holds the lock.
func (l *Limiter) forecast(newcomer *waiter, now, deadline time.Time) time.Time {
	copies := map[*window]*window{}
	queue := make([]*waiter, 0, len(l.queue)+1)
	for _, w := range l.queue {
		queue = append(queue, w.on(copies))
	}
	newcomer = newcomer.on(copies)
	queue = append(queue, newcomer)
	for at := now; ; {
		left, next := pass(queue, at)
		if !slices.Contains(left, newcomer) {
			return at
		}
		queue, at = left, next
		if !at.Before(deadline) {
			return at
		}
	}
}

// pass lets every call of a queue go that has room, in order. It returns the calls that are left,
// and when the first of those can go. It works in place.
func pass(queue []*waiter, now time.Time) (left []*waiter, next time.Time) {
	left = slices.DeleteFunc(queue, func(w *waiter) bool {
		at := w.room()
		if !at.After(now) {
			w.take(now)
			return true
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
		return false
	})
	return left, next
}

// windowsOf are the windows that a call counts in; none when its gateway documents no limit for its
// kind.
func (l *Limiter) windowsOf(call sdk.LimitedCall, now time.Time) []*window {
	gateway := documented[call.Gateway]
	perAddress, limited := gateway.perAddress[call.Kind]
	if !limited {
		return nil
	}
	scope := scope{gateway: call.Gateway, kind: call.Kind}
	address, ok := l.byAddress[scope]
	if !ok {
		address = &window{max: times(perAddress, l.addresses), span: gateway.window + slack}
		l.byAddress[scope] = address
	}
	perKey, limited := gateway.perKey[call.Kind]
	if !limited || address.max <= perKey {
		return []*window{address}
	}
	scope.keyID = call.KeyID
	key, ok := l.byKey[scope]
	if !ok {
		if len(l.byKey) >= l.sweepAt {
			l.sweep(now)
		}
		key = &window{max: perKey, span: gateway.window + slack}
		l.byKey[scope] = key
	}
	return []*window{address, key}
}

// times multiplies a limit, up to what an int holds.
func times(limit, addresses int) int {
	if addresses > math.MaxInt/limit {
		return math.MaxInt
	}
	return limit * addresses
}

// A scope is what calls share a limit in.
type scope struct {
	gateway sdk.Gateway
	kind    sdk.LimitKind
	keyID   string // empty for the limit of an address
}

const fewKeys = 1024

// sweep drops keys that have been idle, so that a limiter does not grow with every key that it has
// ever seen.
func (l *Limiter) sweep(now time.Time) {
	awaited := map[*window]bool{}
	for _, waiting := range l.queue {
		for _, w := range waiting.windows {
			awaited[w] = true
		}
	}
	for key, w := range l.byKey {
		if !awaited[w] && w.idle(now) {
			delete(l.byKey, key)
		}
	}
	l.sweepAt = max(fewKeys, 2*len(l.byKey))
}
