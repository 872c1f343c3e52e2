package ledger

import (
	"context"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// changes are how others learn that something has happened.
type changes struct {
	next    chan struct{} // closed at the next change; nil while nobody waits for it
	untold  []control.Change
	telling bool // somebody is calling OnChange
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
	l.changes.untold = append(l.changes.untold, c)
}

// tell calls OnChange for the changes that it has not been told yet, unless somebody else is doing
// so: that one goes on with what came meanwhile, so that the order is kept.
func (l *Ledger) tell() {
	c, more := l.nextUntold(false)
	defer func() {
		if more { // OnChange panicked
			l.mu.Lock()
			l.changes.telling = false
			l.mu.Unlock()
		}
	}()
	for more {
		l.config.OnChange(c)
		c, more = l.nextUntold(true)
	}
}

// nextUntold is the next change to tell; none when another goroutine is telling.
func (l *Ledger) nextUntold(telling bool) (c control.Change, more bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	q := &l.changes
	if q.telling && !telling {
		return c, false
	}
	q.telling = len(q.untold) > 0
	if !q.telling {
		return c, false
	}
	c, q.untold = q.untold[0], q.untold[1:]
	return c, true
}

// NextChange is closed when something happens.
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
