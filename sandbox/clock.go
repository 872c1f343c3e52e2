package sandbox

import (
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/internal/clock"
)

// A Clock is the sandbox's time and executor: everything that the sandbox does later or in a goroutine of its own goes
// through it, and never with a lock held. Implement it to decide the order in a simulation; it must be safe for
// concurrent use.
//
//	Now() time.Time
//	AfterFunc(task Task, wait time.Duration, f func())                   // calls f when wait has passed, not before it has returned itself
//	Sleep(ctx context.Context, task Task, wait time.Duration) error      // blocks the caller of an API that a fault makes wait
//	Advance(d time.Duration)                                             // moves the clock by d and runs what is due on the way
type Clock = clock.Clock

// A Task says what the sandbox waits for or runs later: its Kind, and the SessionID, DeliveryID, Event, Attempt and Request
// that it is about. String writes it in one line.
type Task = clock.Task

// A ManualClock is a [Clock] that stands still until it is advanced, and then runs one task after the other. A caller
// whom a fault makes wait sleeps by the machine's clock, as its own timeouts do.
type ManualClock = clock.Manual

// NewManualClock returns a clock that shows start.
func NewManualClock(start time.Time) *ManualClock { return clock.NewManual(start) }

// Clock is the sandbox's clock, to read and to advance.
func (s *Sandbox) Clock() Clock { return s.executor.Clock() }
