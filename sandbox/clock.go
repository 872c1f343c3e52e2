package sandbox

import (
	"slices"
	"sync"
	"time"
)

// A Clock is the sandbox's time. Safe for concurrent use.
type Clock interface {
	Now() time.Time
	// AfterFunc calls f when d has passed, not before it has returned itself.
	AfterFunc(d time.Duration, f func())
}

// systemClock is the machine's.
type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) AfterFunc(d time.Duration, f func()) { time.AfterFunc(d, f) }

// A ManualClock stands still until it is moved.
type ManualClock struct {
	mu      sync.Mutex
	now     time.Time
	pending []appointment // by time
}

type appointment struct {
	at time.Time
	f  func()
}

// NewManualClock makes a clock that shows start.
func NewManualClock(start time.Time) *ManualClock { return &ManualClock{now: start} }

// Now is what the clock shows.
func (c *ManualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// AfterFunc calls f when the clock has been moved by d.
func (c *ManualClock) AfterFunc(d time.Duration, f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := appointment{at: c.now.Add(max(d, 0)), f: f}
	i, _ := slices.BinarySearchFunc(c.pending, a.at, func(p appointment, at time.Time) int {
		if p.at.After(at) {
			return 1
		}
		return -1 // behind those of the same time
	})
	c.pending = slices.Insert(c.pending, i, a)
}

// Advance moves the clock by d, and does on the way, one after the other, what is due.
func (c *ManualClock) Advance(d time.Duration) {
	c.mu.Lock()
	end := c.now.Add(d)
	for len(c.pending) > 0 && !c.pending[0].at.After(end) {
		next := c.pending[0]
		c.pending = c.pending[1:]
		c.now = next.at
		c.mu.Unlock()
		next.f()
		c.mu.Lock()
	}
	c.now = end
	c.mu.Unlock()
}
