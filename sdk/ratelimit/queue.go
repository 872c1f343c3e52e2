package ratelimit

import "time"

// A queue is the calls of one kind that wait for one gateway.
type queue struct {
	address, key       Limit // key has no name where API keys have no limit that matters
	buyers, background *class

	asking bool        // whether the shared counter is being asked
	timer  *time.Timer // until the next call may have room
	wake   time.Time   // when that is
}

func newQueue(of scope, rule rule, addresses int) *queue {
	q := &queue{buyers: newClass(), background: newClass()}
	q.address, q.key = rule.limits(of, addresses)
	return q
}

// limits are those that a call counts against, the address's first.
func (q *queue) limits(c *class, key string) []Limit {
	limits := []Limit{q.address}
	if q.key.Name != "" {
		limits = append(limits, Limit{Name: q.key.Name + key, Max: q.key.Max, Window: q.key.Window})
	}
	if c == q.background {
		for i := range limits {
			limits[i] = limits[i].forBackground()
		}
	}
	return limits
}

// next is the class whose first call may go now: the background's only when no buyer's call can.
// Without one it is nil, and the time is when there may be one; the zero time when nobody waits.
func (q *queue) next(now time.Time) (*class, time.Time) {
	var at time.Time
	for _, c := range []*class{q.buyers, q.background} {
		c.release(now)
		if len(c.held) > 0 {
			at = earlier(at, c.held[0].until)
		}
		if c.ring.Len() > 0 {
			if c.fullUntil.After(now) {
				return nil, earlier(at, c.fullUntil)
			}
			return c, now
		}
	}
	return nil, at
}

// passOn gives a turn that nobody used to the next call. Where API keys are counted too, it cannot
// be another key's, and lapses.
func (q *queue) passOn(c *class) {
	if q.buyers.ring.Len() > 0 {
		c = q.buyers
	}
	if c.ring.Len() > 0 && q.key.Name == "" {
		c.grant(c.first())
	}
}

// earlier of two times, of which the zero time is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}
