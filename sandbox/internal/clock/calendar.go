package clock

import (
	"slices"
	"sync"
	"time"
)

// A calendar is what is due when.
type calendar struct {
	mu      sync.Mutex
	now     time.Time
	pending []appointment // by time; those of the same time in the order in which they were made
}

type appointment struct {
	at time.Time
	f  func()
}

func (c *calendar) addLocked(at time.Time, f func()) {
	i, _ := slices.BinarySearchFunc(c.pending, at, func(p appointment, at time.Time) int {
		if p.at.After(at) {
			return 1
		}
		return -1
	})
	c.pending = slices.Insert(c.pending, i, appointment{at, f})
}

// moveToLocked runs what is due until end. It unlocks while an appointment runs, so that this can
// make others.
func (c *calendar) moveToLocked(end time.Time) {
	for len(c.pending) > 0 && !c.pending[0].at.After(end) {
		next := c.pending[0]
		c.pending = c.pending[1:]
		c.reachLocked(next.at)
		c.mu.Unlock()
		next.f()
		c.mu.Lock()
	}
	c.reachLocked(end)
}

// reachLocked moves the clock, but never back: an appointment may have moved it further meanwhile.
func (c *calendar) reachLocked(t time.Time) {
	if t.After(c.now) {
		c.now = t
	}
}
