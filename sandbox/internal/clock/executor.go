package clock

import (
	"context"
	"errors"
	"sync"
	"time"
)

// An Executor runs the sandbox's tasks by its clock until the sandbox is closed. Safe for
// concurrent use.
type Executor struct {
	clock  Clock
	factor time.Duration

	ctx     context.Context // ends with Close
	stop    context.CancelFunc
	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

// ErrClosed ends the sleep of a caller when the sandbox is closed.
var ErrClosed = errors.New("the sandbox was closed")

// NewExecutor returns an executor whose gateways' own waits are divided by factor.
func NewExecutor(clock Clock, factor int) *Executor {
	ctx, stop := context.WithCancel(context.Background())
	return &Executor{clock: clock, factor: time.Duration(factor), ctx: ctx, stop: stop}
}

// Clock is the clock that the executor goes by.
func (e *Executor) Clock() Clock { return e.clock }

// Now is the clock's time.
func (e *Executor) Now() time.Time { return e.clock.Now() }

// Context ends when the executor is closed.
func (e *Executor) Context() context.Context { return e.ctx }

// After runs f when one of the gateway's own waits is over. The time factor shortens it.
func (e *Executor) After(task Task, wait time.Duration, f func()) { e.Exactly(task, wait/e.factor, f) }

// Due is when one of the gateways' own waits that begins now is over.
func (e *Executor) Due(wait time.Duration) time.Time { return e.Now().Add(wait / e.factor) }

// Exactly runs f when wait has passed. The time factor does not shorten it.
func (e *Executor) Exactly(task Task, wait time.Duration, f func()) {
	e.clock.AfterFunc(task, wait, func() {
		if !e.begin() {
			return
		}
		defer e.running.Done()
		f()
	})
}

// begin reports whether a task may still run.
func (e *Executor) begin() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		e.running.Add(1)
	}
	return !e.closed
}

// Sleep keeps a caller waiting. The error is the context's, or [ErrClosed].
func (e *Executor) Sleep(ctx context.Context, task Task, wait time.Duration) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(e.ctx, func() { cancel(ErrClosed) })()
	if err := e.clock.Sleep(ctx, task, wait); err != nil {
		return context.Cause(ctx)
	}
	return nil
}

// Close runs no task any more, and returns when those under way have ended.
func (e *Executor) Close() {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	e.stop()
	e.running.Wait()
}
