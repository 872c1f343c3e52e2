package ratelimit

import "time"

// forecast is when a call would have its turn if it joined the queue now and nobody else came or
// left; or any time before its deadline, if even the last place in line is in time. Of a shared
// counter only the calls of this process and what it said last are known, so that the turn comes
// then or later.
//
// It costs a step for each API key in line and each call of the same key that is ahead, but no more
// than calls can go before the deadline, because it holds the lock.
func (l *Limiter) forecast(w *waiter, now time.Time) time.Time {
	last := l.turnAfter(w, w.class.waiting, now)
	if !w.cannotWait(last) {
		return last
	}
	room := times(w.queue.address.Max, int(w.deadline.Sub(now)/w.queue.address.Window)+2)
	return l.turnAfter(w, w.class.ahead(w.key, room), now)
}

// turnAfter is when a call has its turn if others of its class are ahead.
func (l *Limiter) turnAfter(w *waiter, ahead int, now time.Time) time.Time {
	q, c := w.queue, w.class
	limits := l.current(q.limits(c, w.key), now)
	turn := l.turn(c, limits[0], ahead, now)
	if c == q.background && q.buyers.waiting > 0 {
		// When the last buyer's call has gone, none of the background's part is free.
		last := l.turn(q.buyers, l.current(q.limits(q.buyers, w.key), now)[0], q.buyers.waiting-1, now)
		turn = later(turn, last.Add(limits[0].rounds(ahead)+limits[0].Window))
	}
	if len(limits) == 1 {
		return turn
	}
	ofKey := 0
	if line, waiting := c.lines[w.key]; waiting {
		ofKey = line.calls.Len()
	}
	return l.own.turn(limits[1], ofKey, now, turn)
}

// current are the limits that hold now: those of the process alone while the counter does not work.
func (l *Limiter) current(limits []Limit, now time.Time) []Limit {
	if l.shared.works(now) {
		return limits
	}
	return l.shared.part(limits)
}

// turn is when the n-th call of a class has room at its address, n from 0.
func (l *Limiter) turn(c *class, limit Limit, n int, now time.Time) time.Time {
	turn := l.own.turn(limit, n, now, now)
	if c.fullUntil.After(now) {
		turn = later(turn, c.fullUntil.Add(limit.rounds(n)))
	}
	return turn
}

// rounds is how much later than the first call the n-th one has room at the earliest.
func (l Limit) rounds(n int) time.Duration { return l.Window * time.Duration(n/l.Max) }

// ahead is how many calls have their turn before a new one of an API key, counted up to enough.
func (c *class) ahead(key string, enough int) int {
	l, waiting := c.lines[key]
	if !waiting {
		return c.ring.Len()
	}
	// Every key has as many turns as this one has calls, or as it has itself, if those are fewer.
	// Those that come before this one in the ring have one more.
	n, ahead := l.calls.Len(), 0
	for i := 0; i < n && ahead < enough; i++ {
		ahead += c.longer[i]
	}
	for e := c.ring.Front(); e != l.place && ahead < enough; e = e.Next() {
		if e.Value.(*line).calls.Len() > n {
			ahead++
		}
	}
	return ahead
}
