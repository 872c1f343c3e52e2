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
// A burst then waits its turn instead of failing. Every attempt counts, retries too. (Vora contract, x-rate-limits.)
package ratelimit

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Limiter keeps calls inside the limits. Safe for concurrent use; make one with [New].
type Limiter struct {
	addresses int

	mu      sync.Mutex
	kinds   map[sdk.LimitKind]*window
	keys    map[string]*window // creates
	sweepAt int                // how many keys make it worth looking for idle ones
	line    []*waiter          // in the order of arrival
	next    time.Time          // when the first of them can go; zero when nobody waits
	timer   *time.Timer        // until then
}

// An Option changes how a limiter works.
type Option func(*Limiter)

// WithAddresses says how many addresses the calls go out from, in turn: a limit for each address then holds that many
// times. The default is 1, where the limit of a key is never reached, because the address's is lower.
func WithAddresses(n int) Option { return func(l *Limiter) { l.addresses = max(n, 1) } }

// New makes a limiter with Vora's documented limits.
func New(opts ...Option) *Limiter {
	l := &Limiter{addresses: 1, kinds: map[sdk.LimitKind]*window{}, keys: map[string]*window{}, sweepAt: fewKeys}
	for _, apply := range opts {
		apply(l)
	}
	return l
}

// Wait waits until the call has room, first come, first served. When the room does not come before the context's
// deadline it returns at once, with an [*sdk.Error] of code rate_limit_exceeded that says how long the wait would have
// been. Who leaves the queue because the context ended makes room for those behind.
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

// join lets a call go at once, which gives nil, or puts it in line.
func (l *Limiter) join(ctx context.Context, call sdk.LimitedCall) (*waiter, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if len(l.line) > 0 && !now.Before(l.next) { // the timer is late
		l.advance(now)
	}
	w := &waiter{windows: l.windowsOf(call, now)}
	at := w.room()
	if !at.After(now) {
		w.take(now)
		return nil, nil
	}
	if deadline, limited := ctx.Deadline(); limited {
		if turn := l.forecast(w, now); !turn.Before(deadline) {
			return nil, tooLate(call.Operation, turn.Sub(now))
		}
	}
	w.turn = make(chan struct{})
	l.line = append(l.line, w)
	if len(l.line) == 1 || at.Before(l.next) {
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

// leave takes a call out of the line.
func (l *Limiter) leave(w *waiter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.line, w); i >= 0 {
		l.line = slices.Delete(l.line, i, i+1)
	}
	if len(l.line) == 0 && l.timer != nil {
		l.timer.Stop()
	}
}

// advance lets everybody go who has room now.
func (l *Limiter) advance(now time.Time) {
	var next time.Time
	if l.line, next = pass(l.line, now); len(l.line) > 0 {
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

// forecast is when a newcomer would have its turn if everybody in line stays: the same as will happen, played on copies.
func (l *Limiter) forecast(newcomer *waiter, now time.Time) time.Time {
	copies := map[*window]*window{}
	line := make([]*waiter, 0, len(l.line)+1)
	for _, w := range l.line {
		line = append(line, w.on(copies))
	}
	newcomer = newcomer.on(copies)
	line = append(line, newcomer)
	for at := now; ; {
		left, next := pass(line, at)
		if !slices.Contains(left, newcomer) {
			return at
		}
		line, at = left, next
	}
}

// pass lets everybody in a line go who has room, in order, and gives who is left and when the first of those can go. It
// works in place.
func pass(line []*waiter, now time.Time) (left []*waiter, next time.Time) {
	left = slices.DeleteFunc(line, func(w *waiter) bool {
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

func (l *Limiter) windowsOf(call sdk.LimitedCall, now time.Time) []*window {
	var each int
	switch call.Kind {
	case sdk.LimitCreate:
		each = contract.VoraCreatesPerAddress
	case sdk.LimitRead:
		each = contract.VoraReadsPerAddress
	case sdk.LimitDeepHealth:
		each = contract.VoraDeepHealthChecksPerAddress
	default:
		return nil // a kind of a newer package sdk, or somebody's own
	}
	kind, ok := l.kinds[call.Kind]
	if !ok {
		kind = &window{most: each * l.addresses}
		l.kinds[call.Kind] = kind
	}
	if call.Kind != sdk.LimitCreate || kind.most <= contract.VoraCreatesPerKey {
		return []*window{kind}
	}
	key, ok := l.keys[call.KeyID]
	if !ok {
		if len(l.keys) >= l.sweepAt {
			l.sweep(now)
		}
		key = &window{most: contract.VoraCreatesPerKey}
		l.keys[call.KeyID] = key
	}
	return []*window{kind, key}
}

const fewKeys = 1024

// sweep forgets keys that have been idle, so that a limiter does not grow with every key that it has ever seen.
func (l *Limiter) sweep(now time.Time) {
	awaited := map[*window]bool{}
	for _, waiting := range l.line {
		for _, w := range waiting.windows {
			awaited[w] = true
		}
	}
	for key, w := range l.keys {
		if !awaited[w] && w.idle(now) {
			delete(l.keys, key)
		}
	}
	l.sweepAt = max(fewKeys, 2*len(l.keys))
}
