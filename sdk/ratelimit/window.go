package ratelimit

import (
	"slices"
	"time"
)

// slack is how much longer than documented a window is: a call that was sent earlier may be under
// way for longer, and the gateway counts arrivals.
const slack = 500 * time.Millisecond

// A window is when the last calls of one limit went, as many as it allows, oldest first.
type window struct {
	max   int
	span  time.Duration
	times []time.Time
}

// room is when the window has room for one more; the zero time when it has always had.
func (w *window) room() time.Time {
	if len(w.times) < w.max {
		return time.Time{}
	}
	return w.times[0].Add(w.span)
}

func (w *window) take(at time.Time) {
	if len(w.times) == w.max {
		copy(w.times, w.times[1:])
		w.times[w.max-1] = at
		return
	}
	w.times = append(w.times, at)
}

func (w *window) idle(now time.Time) bool {
	n := len(w.times)
	return n == 0 || now.Sub(w.times[n-1]) >= w.span
}

// A waiter is a queued call.
type waiter struct {
	windows []*window // all must have room
	turn    chan struct{}
}

func (w *waiter) room() time.Time {
	var latest time.Time
	for _, window := range w.windows {
		if at := window.room(); at.After(latest) {
			latest = at
		}
	}
	return latest
}

func (w *waiter) take(now time.Time) {
	for _, window := range w.windows {
		window.take(now)
	}
	if w.turn != nil {
		close(w.turn)
	}
}

// on is the waiter with copies of its windows, which it shares with others as before.
func (w *waiter) on(copies map[*window]*window) *waiter {
	copied := &waiter{}
	for _, original := range w.windows {
		c, ok := copies[original]
		if !ok {
			c = &window{max: original.max, span: original.span, times: slices.Clone(original.times)}
			copies[original] = c
		}
		copied.windows = append(copied.windows, c)
	}
	return copied
}
