package ratelimit

import (
	"context"
	"sync"
	"time"
)

// A Counter counts the calls that all processes of a platform make. It must be safe for concurrent
// use. Package redisstore has one on Redis; package countertest tests one of your own.
type Counter interface {
	// Take counts a call against limits when all of them have room for it, and returns nil. When
	// one of them has no room it counts the call against none, and returns for each limit how long
	// it takes until it has room, which is 0 for those that have.
	//
	// A limit has room when fewer than Max calls were counted under its name in the last Window, by
	// the counter's own clock. Calls for the background come with the same name and a lower Max.
	Take(ctx context.Context, limits ...Limit) (waits []time.Duration, err error)
}

// A Limit allows Max calls in any Window. Those with one name are counted together, and have the
// same Window.
type Limit struct {
	Name   string // "vora:create", or "vora:create:" and a hash that distinguishes API keys
	Max    int    // at least 1
	Window time.Duration
}

// A MemoryCounter counts the calls of one process: what [New] counts with, and a [Counter] for
// tests. Safe for concurrent use.
type MemoryCounter struct {
	mu      sync.Mutex
	windows map[string]*window
	sweepAt int // how many windows make it worth looking for idle ones
}

var _ Counter = (*MemoryCounter)(nil)

const fewWindows = 1024

// NewMemoryCounter makes a counter that has counted nothing.
func NewMemoryCounter() *MemoryCounter {
	return &MemoryCounter{windows: map[string]*window{}, sweepAt: fewWindows}
}

// Take counts a call when all limits have room. It fails only when the context has ended.
func (c *MemoryCounter) Take(ctx context.Context, limits ...Limit) ([]time.Duration, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return c.take(limits), nil
}

func (c *MemoryCounter) take(limits []Limit) []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	now, full := time.Now(), false
	waits := make([]time.Duration, len(limits))
	for i, limit := range limits {
		waits[i] = c.window(limit, now).turn(limit.Max, 0, now).Sub(now)
		full = full || waits[i] > 0
	}
	if full {
		return waits
	}
	c.count(limits, now)
	return nil
}

// add counts a call that another counter let go.
func (c *MemoryCounter) add(limits []Limit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count(limits, time.Now())
}

func (c *MemoryCounter) count(limits []Limit, now time.Time) {
	for _, limit := range limits {
		w := c.window(limit, now)
		w.times = append(w.times, now)
	}
}

// turn is when the n-th call after now has room, n from 0, if all of them can go from a time on.
func (c *MemoryCounter) turn(limit Limit, n int, now, from time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.window(limit, now).turn(limit.Max, n, from)
}

// window is the one of a limit, without what is too old to count.
func (c *MemoryCounter) window(limit Limit, now time.Time) *window {
	w, ok := c.windows[limit.Name]
	if !ok {
		if len(c.windows) >= c.sweepAt {
			c.sweep(now)
		}
		w = &window{span: limit.Window}
		c.windows[limit.Name] = w
	}
	w.forget(now)
	return w
}

// sweep drops windows that have been idle, so that a counter does not grow with every API key that
// it has ever seen.
func (c *MemoryCounter) sweep(now time.Time) {
	for name, w := range c.windows {
		if w.forget(now); len(w.times) == 0 {
			delete(c.windows, name)
		}
	}
	c.sweepAt = max(fewWindows, 2*len(c.windows))
}

// A window is when the calls went that count against a limit, oldest first.
type window struct {
	span  time.Duration
	times []time.Time
}

func (w *window) forget(now time.Time) {
	for len(w.times) > 0 && now.Sub(w.times[0]) >= w.span {
		w.times = w.times[1:]
	}
}

// turn is when the n-th of calls that can go from a time on has room, n from 0, if nothing but
// limit calls in any window holds them up.
func (w *window) turn(limit, n int, from time.Time) time.Time {
	counted := min(len(w.times), limit)
	free := limit - counted
	if n < free {
		return from
	}
	// The calls go in rounds of as many as the limit has: a round's calls one window after those
	// of the round before.
	n -= free
	before := from
	if i := n % limit; i < counted {
		before = w.times[len(w.times)-counted+i]
	}
	return later(from, before.Add(w.span*time.Duration(n/limit+1)))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
