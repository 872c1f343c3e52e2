package ratelimit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Limiter keeps calls inside the limits. Safe for concurrent use; make one with [New] or
// [NewShared].
type Limiter struct {
	addresses int
	logger    *slog.Logger
	own       *MemoryCounter // the calls of this process
	shared    *shared        // nil when there are no other processes

	mu     sync.Mutex
	queues map[scope]*queue
}

// An Option changes how a limiter works.
type Option func(*Limiter)

// WithAddresses sets how many addresses the calls are made from, in turn: a limit per address then
// holds that many times. The default is 1, with which Vora's limit per API key is never reached,
// because the limit per address is lower.
func WithAddresses(n int) Option { return func(l *Limiter) { l.addresses = max(n, 1) } }

// WithLogger has a limiter of [NewShared] log when its counter fails, at warn level, and when it is
// back, at info level. Without a logger it logs nothing.
func WithLogger(logger *slog.Logger) Option { return func(l *Limiter) { l.logger = logger } }

// New makes a limiter with the documented limits of every gateway, for one process.
func New(opts ...Option) *Limiter {
	l := &Limiter{addresses: 1, own: NewMemoryCounter(), queues: map[scope]*queue{}}
	for _, apply := range opts {
		apply(l)
	}
	return l
}

// NewShared makes a limiter that counts together with those of other processes. processes is how
// many there are at most, this one included: while the counter fails, each keeps to that part of
// the limits, rounded down, but to one call at least.
func NewShared(counter Counter, processes int, opts ...Option) (*Limiter, error) {
	switch {
	case counter == nil:
		return nil, errors.New("ratelimit: the counter is nil: use New for a limiter of one process")
	case processes < 1:
		return nil, fmt.Errorf("ratelimit: %d processes: count this one too", processes)
	}
	l := New(opts...)
	l.shared = &shared{counter: counter, processes: processes, logger: l.logger}
	return l, nil
}

// Wait waits until the call has room and it is its turn. When the room does not come before the
// context's deadline it returns at once, with an [*sdk.Error] of code rate_limit_exceeded that says
// how long the wait would be. The calls of other API keys, or of other processes, that arrive later
// and go first can lengthen a wait that has begun; it ends with the same error as soon as it is
// certain that the deadline comes before any room. A call that leaves the queue because its context
// ended makes room for those behind it.
func (l *Limiter) Wait(ctx context.Context, call sdk.LimitedCall) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	rule, limited := documented()[scope{call.Gateway, call.Kind}]
	if !limited {
		return nil
	}
	w := &waiter{key: call.KeyID, operation: call.Operation, turn: make(chan error, 1)}
	w.deadline, _ = ctx.Deadline()
	if err := l.join(w, rule, call); err != nil {
		return err
	}
	select {
	case err := <-w.turn:
		if err == nil && ctx.Err() != nil {
			l.passOn(w)
			return ctx.Err()
		}
		return err
	case <-ctx.Done():
		l.leave(w)
		return ctx.Err()
	}
}

// join puts a call in line, unless its turn would come too late.
func (l *Limiter) join(w *waiter, rule rule, call sdk.LimitedCall) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	q := l.queue(rule, call)
	w.queue, w.class = q, q.buyers
	if call.Background {
		w.class = q.background
	}
	now := time.Now()
	if !w.deadline.IsZero() {
		if turn := l.forecast(w, now); w.cannotWait(turn) {
			return tooLate(w.operation, turn.Sub(now))
		}
	}
	w.class.join(w)
	l.drive(q)
	return nil
}

// queue is where a call waits.
func (l *Limiter) queue(rule rule, call sdk.LimitedCall) *queue {
	at := scope{call.Gateway, call.Kind}
	q, ok := l.queues[at]
	if !ok {
		q = newQueue(at, rule, l.addresses)
		l.queues[at] = q
	}
	return q
}

// leave takes a call out of the line.
func (l *Limiter) leave(w *waiter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case w.line != nil:
		w.class.remove(w)
		l.drive(w.queue)
	case <-w.turn == nil: // it came in the same moment
		w.queue.passOn(w.class)
	}
}

// passOn gives the turn of a call that does not use it to another.
func (l *Limiter) passOn(w *waiter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w.queue.passOn(w.class)
}

func tooLate(operation string, wait time.Duration) error {
	return &sdk.Error{
		Operation: operation, Code: sdk.CodeRateLimitExceeded, CodeAssigned: true, RetryAfter: wait,
		Message: fmt.Sprintf("the gateway's rate limit has room in %s, which is after the context's deadline; this attempt was not sent", wait.Round(time.Millisecond)),
	}
}
