package clock

import (
	"context"
	"time"
)

// A Running clock is the machine's clock, and can be advanced ahead of it.
type Running struct {
	calendar
	ahead time.Duration
	timer *time.Timer
}

// NewRunning returns a clock that shows the machine's time.
func NewRunning() *Running { return &Running{} }

// Now is the machine's time and what the clock was advanced by.
func (c *Running) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

// AfterFunc calls f in a goroutine of its own.
func (c *Running) AfterFunc(_ Task, wait time.Duration, f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := time.Now().Add(c.ahead + max(wait, 0))
	c.addLocked(at, func() { go f() })
	if c.pending[0].at.Equal(at) {
		c.armLocked()
	}
}

// Sleep waits by the machine's clock.
func (c *Running) Sleep(ctx context.Context, _ Task, wait time.Duration) error {
	return sleep(ctx, wait)
}

// Advance moves the clock ahead of the machine's.
func (c *Running) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
	c.moveToLocked(time.Now().Add(c.ahead))
	c.armLocked()
}

// armLocked sets the timer to the next appointment.
func (c *Running) armLocked() {
	if c.timer != nil {
		c.timer.Stop()
	}
	if len(c.pending) == 0 {
		return
	}
	c.timer = time.AfterFunc(time.Until(c.pending[0].at.Add(-c.ahead)), func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.moveToLocked(time.Now().Add(c.ahead))
		c.armLocked()
	})
}
