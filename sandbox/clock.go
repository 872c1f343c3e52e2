package sandbox

import (
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/internal/clock"
)

// A Clock is the sandbox's time and executor: everything that the sandbox does later or in a
// goroutine of its own goes through it, and never with a lock held. Implement it to decide the
// order in a simulation; it must be safe for concurrent use.
//
//	// Now is the current time.
//	Now() time.Time
//	// AfterFunc calls f when wait has passed by this clock, but not before AfterFunc has returned.
//	AfterFunc(task Task, wait time.Duration, f func())
//	// Sleep blocks the caller of an API for a fault's latency, for ever when the call hangs, or a listener to changes
//	// for the pause after one, and returns the error of ctx when that ends first.
//	Sleep(ctx context.Context, task Task, wait time.Duration) error
//	// Advance moves the clock by d and runs what is due on the way.
//	Advance(d time.Duration)
type Clock = clock.Clock

// A Task says what the sandbox waits for or runs later. Its Kind is "expire" (end sessions whose
// lifetime is over), "settle" (find out how a charge ended whose response was lost), "deliver"
// (attempt to deliver an event), "latency" (keep a caller waiting) or "changes" (let changes come
// together before a listener hears of them); SessionID, DeliveryID, Event, Attempt and Request say
// what it is about, as far as they apply. String writes it in one line.
type Task = clock.Task

// A ManualClock is a [Clock] that stands still until it is advanced, and then runs one task after
// the other. A caller whom a fault makes wait sleeps by the machine's clock, as its own timeouts
// do.
type ManualClock = clock.Manual

// NewManualClock returns a clock that shows start.
func NewManualClock(start time.Time) *ManualClock { return clock.NewManual(start) }

// Clock is the sandbox's clock, to read and to advance.
func (s *Sandbox) Clock() Clock { return s.executor.Clock() }
