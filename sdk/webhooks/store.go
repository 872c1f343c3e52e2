package webhooks

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// A State is what a store knows about an event.
type State int

// The states.
const (
	StateNew      State = iota // the caller has the claim now, until it completes, releases, or the lease ends
	StateInFlight              // another holder has the claim
	StateDone                  // its work is done
)

// String is the name of the state.
func (s State) String() string {
	switch s {
	case StateNew:
		return "new"
	case StateInFlight:
		return "in flight"
	case StateDone:
		return "done"
	}
	return "state " + strconv.Itoa(int(s))
}

// A Claim is the right to work on an event.
type Claim struct {
	State State
	Token string // proves, to Complete and Release, that the claim is still the caller's; empty unless State is New
}

// ErrClaimLost is returned by Complete and Release for a claim that is not the caller's: its lease
// ended and another holder has the event now, or it was released, or it never existed.
var ErrClaimLost = errors.New("webhooks: the claim is lost: its lease ended and another holder has the event, or it was released")

// ErrInvalidLease is returned by Claim for a lease that is not positive.
var ErrInvalidLease = errors.New("webhooks: a lease must be positive")

// ErrInvalidAge is returned by Purge for a negative age.
var ErrInvalidAge = errors.New("webhooks: the age must not be negative")

// A Store remembers which events are being worked on and which are done, so that each is worked on
// once. It is safe for concurrent use, from as many processes as share what is behind it. Each
// method is one atomic step: a store that first reads and then writes gives the same event to two
// callers.
//
// A dedupe key is any string without a NUL; keys of up to 1 KiB that differ in one byte are
// different keys. Leases are measured by the clock of what is behind the store (the database's, the
// cache's), never by the caller's: two machines seldom agree on the time. A method that returns an
// error because its context ended may or may not have done its work, but never half of it; a claim
// whose response was lost ends with its lease.
//
// Package storetest has the tests of all this, for stores of your own.
type Store interface {
	// Claim asks for an event. A claim that is neither completed nor released ends with its lease,
	// so that the crash of its holder does not lose the event: the next claim gets it, with another
	// token. A lease that is not positive is ErrBadLease.
	Claim(ctx context.Context, key string, lease time.Duration) (Claim, error)
	// Complete marks the event as done, which is final. It succeeds after the end of the lease too,
	// as long as no other claim of the event has succeeded since; and again, with the same token,
	// when it has succeeded before. Otherwise it is ErrClaimLost.
	Complete(ctx context.Context, key, token string) error
	// Release ends the claim, so that its next delivery is new. It is ErrClaimLost when the claim
	// is not the caller's any more, or when the event is done.
	Release(ctx context.Context, key, token string) error
}

// A Purger is a [Store] that can forget old events. The stores of this SDK are.
type Purger interface {
	// Purge forgets the events that were done longer ago than this, and the claims whose lease
	// ended longer ago than this, and returns how many. It never touches a claim that is held. A
	// forgotten event is new again: keep events for longer than a gateway delivers them. A negative
	// age is ErrBadAge.
	Purge(ctx context.Context, olderThan time.Duration) (int, error)
}
