package ratelimit

import (
	"container/heap"
	"container/list"
	"time"
)

// A class is calls that are equal before a limit. API keys take turns; the calls of one key are a
// line, in the order of their arrival. No step depends on how many calls wait, but for the depth of
// a heap.
type class struct {
	lines map[string]*line // those that have calls
	ring  list.List        // of the lines that may go, in the order of their turns
	held  schedule[*line]  // lines that may not go, because their API key has no room

	deadlines schedule[*waiter]
	waiting   int       // how many calls are in line
	longer    []int     // by n: how many lines have more than n calls
	fullUntil time.Time // until when the address has no room
}

func newClass() *class { return &class{lines: map[string]*line{}} }

// A line is the calls of one API key.
type line struct {
	key   string
	calls list.List     // of *waiter
	place *list.Element // in the ring; nil while the line is held
	until time.Time     // when the API key has room, while the line is held
	index int           // among the held
}

// A waiter is a call in line.
type waiter struct {
	key       string
	operation string
	deadline  time.Time // zero when there is none
	turn      chan error

	queue *queue
	class *class
	line  *line         // nil when it is out of the line
	place *list.Element // in the line
	index int           // among the deadlines
}

// join puts a call at the end of its API key's line.
func (c *class) join(w *waiter) {
	l, ok := c.lines[w.key]
	if !ok {
		l = &line{key: w.key}
		c.lines[w.key] = l
		c.toEnd(l)
	}
	c.waiting++
	if n := l.calls.Len(); n == len(c.longer) {
		c.longer = append(c.longer, 1)
	} else {
		c.longer[n]++
	}
	w.line, w.place = l, l.calls.PushBack(w)
	if !w.deadline.IsZero() {
		heap.Push(&c.deadlines, w)
	}
}

// remove takes a call out of its line.
func (c *class) remove(w *waiter) {
	l := w.line
	l.calls.Remove(w.place)
	w.line, w.place = nil, nil
	if !w.deadline.IsZero() {
		heap.Remove(&c.deadlines, w.index)
	}
	c.waiting--
	n := l.calls.Len()
	if c.longer[n]--; c.longer[n] == 0 { // then there is no longer one either
		c.longer = c.longer[:n]
	}
	if n > 0 {
		return
	}
	delete(c.lines, l.key)
	if l.place == nil {
		heap.Remove(&c.held, l.index)
		return
	}
	c.ring.Remove(l.place)
	l.place = nil
}

// toEnd gives a line its next turn after all others.
func (c *class) toEnd(l *line) {
	if l.place == nil {
		l.place = c.ring.PushBack(l)
	} else {
		c.ring.MoveToBack(l.place)
	}
}

// first is the line whose turn it is.
func (c *class) first() *line { return c.ring.Front().Value.(*line) }

// head is the first call of a line.
func (l *line) head() *waiter { return l.calls.Front().Value.(*waiter) }

// grant lets the first call of a line go. The next one of its API key waits for the other keys.
func (c *class) grant(l *line) {
	w := l.head()
	if c.remove(w); l.calls.Len() > 0 {
		c.toEnd(l)
	}
	w.turn <- nil
}

// hold takes a line out of the ring until its API key has room. Calls that cannot wait so long end.
func (c *class) hold(l *line, until, now time.Time) {
	c.ring.Remove(l.place)
	l.place, l.until = nil, until
	heap.Push(&c.held, l)
	for l.calls.Len() > 0 && l.head().cannotWait(until) {
		c.reject(l.head(), until.Sub(now))
	}
}

// release puts lines back whose API keys have room.
func (c *class) release(now time.Time) {
	for len(c.held) > 0 && !c.held[0].until.After(now) {
		c.toEnd(heap.Pop(&c.held).(*line))
	}
}

// full notes that the address has no room. Calls that cannot wait so long end.
func (c *class) full(until, now time.Time) {
	c.fullUntil = until
	for len(c.deadlines) > 0 && c.deadlines[0].cannotWait(until) {
		c.reject(c.deadlines[0], until.Sub(now))
	}
}

// cannotWait reports whether the call's deadline comes before a time.
func (w *waiter) cannotWait(until time.Time) bool {
	return !w.deadline.IsZero() && !until.Before(w.deadline)
}

func (c *class) reject(w *waiter, wait time.Duration) {
	c.remove(w)
	w.turn <- tooLate(w.operation, wait)
}
