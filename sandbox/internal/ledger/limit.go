package ledger

import "time"

const (
	maxBuckets = 10_000 // and those of a second more, because looking through them takes a while
	sweepEvery = time.Second
)

// A bucket is the calls of the last window that count against one limit.
type bucket []time.Time

// buckets are the buckets of all limits.
type buckets struct {
	calls map[string]bucket
	swept time.Time // when they were last looked through for idle ones
}

// Usage says how much of a rate limit is left.
type Usage struct {
	Remaining int           // calls until the limit
	Reset     time.Time     // when the oldest call no longer counts
	Wait      time.Duration // until then
	Exhausted bool          // the call is over the limit, and was not counted
}

// Count counts a call against a limit of calls within a window. The name stands for the limit and
// the caller.
func (l *Ledger) Count(name string, limit int, window time.Duration) Usage {
	l.lock()
	defer l.unlock()
	now, b := l.config.Executor.Now(), &l.buckets
	calls := b.calls[name]
	for len(calls) > 0 && now.Sub(calls[0]) >= window {
		calls = calls[1:]
	}
	reset := now.Add(window)
	if len(calls) > 0 {
		reset = calls[0].Add(window)
	}
	exhausted := len(calls) >= limit
	if !exhausted {
		calls = append(calls, now)
	}
	if len(b.calls) >= maxBuckets && now.Sub(b.swept) >= sweepEvery {
		b.sweepLocked(now, window)
	}
	b.calls[name] = calls
	return Usage{Remaining: limit - len(calls), Reset: reset, Wait: reset.Sub(now), Exhausted: exhausted}
}

// sweepLocked makes room when many have called: the buckets of those who have not for a while are
// as good as new.
func (b *buckets) sweepLocked(now time.Time, window time.Duration) {
	b.swept = now
	for name, calls := range b.calls {
		if len(calls) == 0 || now.Sub(calls[len(calls)-1]) >= window {
			delete(b.calls, name)
		}
	}
}
