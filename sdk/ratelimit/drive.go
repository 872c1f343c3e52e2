package ratelimit

import "time"

// drive lets calls go, in turn, for as long as there is room. It runs whenever a call arrives,
// leaves or may have room, with the lock held.
func (l *Limiter) drive(q *queue) {
	for !q.asking { // else whoever asks goes on
		now := time.Now()
		c, at := q.next(now)
		if c == nil {
			l.wakeAt(q, at, now)
			return
		}
		key := c.first().key
		limits := q.limits(c, key)
		if l.shared.works(now) {
			q.asking = true
			go l.ask(q, c, key, limits)
			return
		}
		q.settle(c, key, l.shared.cap(l.own.take(l.shared.part(limits)), now), now)
	}
}

// ask asks the shared counter about the call whose turn it is.
func (l *Limiter) ask(q *queue, c *class, key string, limits []Limit) {
	waits, err := l.shared.take(limits)
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	q.asking = false
	if l.shared.note(err, now); err == nil {
		if waits == nil {
			l.own.add(limits)
		}
		q.settle(c, key, waits, now)
	}
	l.drive(q)
}

// settle does what a counter said about the next call of an API key, which may have left since.
func (q *queue) settle(c *class, key string, waits []time.Duration, now time.Time) {
	line, waiting := c.lines[key]
	switch {
	case waits == nil && waiting:
		c.grant(line)
	case waits == nil:
		q.passOn(c)
	case waits[0] > 0:
		c.full(now.Add(waits[0]), now)
	case waiting:
		c.hold(line, now.Add(waits[1]), now)
	}
}

// wakeAt drives the queue at a time, and at no other; never for the zero time.
func (l *Limiter) wakeAt(q *queue, at, now time.Time) {
	if at.Equal(q.wake) {
		return
	}
	if q.timer != nil {
		q.timer.Stop()
	}
	if q.wake = at; at.IsZero() {
		return
	}
	q.timer = time.AfterFunc(at.Sub(now), func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		q.wake = time.Time{}
		l.drive(q)
	})
}
