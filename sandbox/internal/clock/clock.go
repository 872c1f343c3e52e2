// Package clock is the sandbox's time and its executor. Everything that the sandbox does later or
// in a goroutine of its own goes through a [Clock], with a [Task] that says what it is for, so that
// a simulation can decide the order.
package clock

import (
	"context"
	"math"
	"time"
)

// A Clock is the sandbox's time. The sandbox never calls it with its lock held. Safe for concurrent
// use.
type Clock interface {
	// Now is the current time.
	Now() time.Time
	// AfterFunc calls f when wait has passed by this clock, but not before AfterFunc has returned.
	// A wait that is not positive means as soon as possible.
	AfterFunc(task Task, wait time.Duration, f func())
	// Sleep blocks a caller of the gateways' APIs or of the control API for wait, or until ctx
	// ends, and returns the context's error then. It is a fault's latency, or the pause between two
	// changes that a listener hears of, so that a clock that is moved by hand sleeps by the
	// machine's clock, as the caller's own timeouts do. [Forever] ends with ctx alone.
	Sleep(ctx context.Context, task Task, wait time.Duration) error
	// Advance moves the clock by d and runs what is due on the way, one after the other.
	Advance(d time.Duration)
}

// Forever is the wait of a call that hangs.
const Forever = time.Duration(math.MaxInt64)

// sleep waits by the machine's clock.
func sleep(ctx context.Context, wait time.Duration) error {
	var over <-chan time.Time // never, for Forever
	if wait < Forever {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
