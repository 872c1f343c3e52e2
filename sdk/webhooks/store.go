package webhooks

import (
	"context"
	"errors"
	"time"
)

// A State is what a store knows about an event.
type State int

// The states.
const (
	New      State = iota // nobody has it: the caller now does, until it completes, releases, or the lease ends
	InFlight              // somebody else has it
	Done                  // its work is done
)

// A Claim is the right to work on an event.
type Claim struct {
	State State
	Token string // proves, to Complete and Release, that the claim is still the caller's
}

// ErrClaimLost is the answer to Complete or Release when the lease ended and somebody else has the event now.
var ErrClaimLost = errors.New("webhooks: the claim's lease ended, and the event belongs to somebody else")

// A Store remembers which events are being worked on and which are done, so that each is worked on once. Claim is
// atomic. Safe for concurrent use.
type Store interface {
	// Claim asks for an event. A claim that is neither completed nor released ends with its lease, so that the crash of
	// its holder does not lose the event.
	Claim(ctx context.Context, key string, lease time.Duration) (Claim, error)
	// Complete marks the event as done.
	Complete(ctx context.Context, key, token string) error
	// Release gives the event back, so that its next delivery is new.
	Release(ctx context.Context, key, token string) error
}
