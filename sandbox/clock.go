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
	// Advance moves the clock by d, and does on the way, one after the other, what is due.
	Advance(d time.Duration)
}

// Clock is the sandbox's time, to read and to move.
func (s *Sandbox) Clock() Clock { return s.clock }

// NewManualClock makes a clock that shows start and stands still until it is moved.
func NewManualClock(start time.Time) *ManualClock { return &ManualClock{calendar{now: start}} }

// A ManualClock stands still until it is moved.
type ManualClock struct{ calendar }

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
	c.note(c.now.Add(max(d, 0)), f)
}

// Advance moves the clock by d, and does on the way, one after the other, what is due.
func (c *ManualClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moveTo(c.now.Add(d))
}

// A runningClock is the machine's, and can be moved ahead of it.
type runningClock struct {
	calendar
	ahead time.Duration
	timer *time.Timer
}

func newRunningClock() *runningClock { return &runningClock{} }

// Now is the machine's time, and how far the clock was moved.
func (c *runningClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

// AfterFunc calls f in a goroutine of its own.
func (c *runningClock) AfterFunc(d time.Duration, f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := time.Now().Add(c.ahead + max(d, 0))
	c.note(at, func() { go f() })
	if c.pending[0].at.Equal(at) {
		c.arm()
	}
}

// Advance moves the clock ahead of the machine's.
func (c *runningClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
	c.moveTo(time.Now().Add(c.ahead))
	c.arm()
}

// arm sets the timer to the next appointment.
func (c *runningClock) arm() {
	if c.timer != nil {
		c.timer.Stop()
	}
	if len(c.pending) == 0 {
		return
	}
	c.timer = time.AfterFunc(time.Until(c.pending[0].at.Add(-c.ahead)), func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.moveTo(time.Now().Add(c.ahead))
		c.arm()
	})
}

// A calendar is what is to be done when.
type calendar struct {
	mu      sync.Mutex
	now     time.Time
	pending []appointment // by time
}

type appointment struct {
	at time.Time
	f  func()
}

func (c *calendar) note(at time.Time, f func()) {
	i, _ := slices.BinarySearchFunc(c.pending, at, func(p appointment, at time.Time) int {
		if p.at.After(at) {
			return 1
		}
		return -1 // behind those of the same time
	})
	c.pending = slices.Insert(c.pending, i, appointment{at, f})
}

// moveTo does what is due until end. The lock is open while an appointment is kept, so that it can make others.
func (c *calendar) moveTo(end time.Time) {
	for len(c.pending) > 0 && !c.pending[0].at.After(end) {
		next := c.pending[0]
		c.pending = c.pending[1:]
		c.reach(next.at)
		c.mu.Unlock()
		next.f()
		c.mu.Lock()
	}
	c.reach(end)
}

// reach moves the clock, and not back when somebody else has moved it further meanwhile.
func (c *calendar) reach(t time.Time) {
	if t.After(c.now) {
		c.now = t
	}
}
