package ledger

import (
	"context"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// changes are those who wait for a change, and the changes that OnChange has not been called for.
type changes struct {
	next      chan struct{} // closed at the next change; nil while nobody waits for it
	queue     []control.Change
	notifying bool // a goroutine is calling OnChange
}

// changedLocked wakes everybody who waits for a change, and queues it for OnChange.
func (l *Ledger) changedLocked(c control.Change) {
	if l.changes.next != nil {
		close(l.changes.next)
		l.changes.next = nil
	}
	if l.config.OnChange == nil {
		return
	}
	if c.At.IsZero() {
		c.At = l.config.Executor.Now()
	}
	l.changes.queue = append(l.changes.queue, c)
}

// notify calls OnChange for the queued changes, unless another goroutine is doing so: that one
// calls it for those that came meanwhile, which keeps the order.
func (l *Ledger) notify() {
	c, more := l.dequeue(false)
	defer func() {
		if more { // OnChange panicked
			l.mu.Lock()
			l.changes.notifying = false
			l.mu.Unlock()
		}
	}()
	for more {
		l.config.OnChange(c)
		c, more = l.dequeue(true)
	}
}

// dequeue takes the next change for a goroutine that is notifying, or is about to; none when
// another goroutine is notifying.
func (l *Ledger) dequeue(notifying bool) (c control.Change, more bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	q := &l.changes
	if q.notifying && !notifying {
		return c, false
	}
	q.notifying = len(q.queue) > 0
	if !q.notifying {
		return c, false
	}
	c, q.queue = q.queue[0], q.queue[1:]
	return c, true
}

// NextChange returns a channel that is closed at the next change.
func (l *Ledger) NextChange() <-chan struct{} {
	l.lock()
	defer l.unlock()
	if l.changes.next == nil {
		l.changes.next = make(chan struct{})
	}
	return l.changes.next
}

// Wait waits until a condition holds, without polling: it is evaluated again whenever something
// happens. The error is the context's.
func (l *Ledger) Wait(ctx context.Context, condition func() bool) error {
	for {
		change := l.NextChange()
		if condition() {
			return nil
		}
		select {
		case <-change:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
