package clock

import (
	"context"
	"time"
)

// A Manual clock stands still until it is advanced. Its zero value is not usable, see [NewManual].
type Manual struct{ calendar }

// NewManual returns a clock that shows start.
func NewManual(start time.Time) *Manual { return &Manual{calendar{now: start}} }

// Now is the time that the clock shows.
func (c *Manual) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// AfterFunc calls f when the clock has been advanced by wait, in the goroutine that advances it.
func (c *Manual) AfterFunc(_ Task, wait time.Duration, f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.addLocked(c.now.Add(max(wait, 0)), f)
}

// Sleep waits by the machine's clock.
func (c *Manual) Sleep(ctx context.Context, _ Task, wait time.Duration) error {
	return sleep(ctx, wait)
}

// Advance moves the clock by d and runs what is due on the way, one after the other.
func (c *Manual) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moveToLocked(c.now.Add(d))
}
