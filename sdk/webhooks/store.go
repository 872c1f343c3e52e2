package webhooks

import (
	"context"
	"crypto/rand"
	"errors"
	"strconv"
	"time"
)

// A State is what a store knows about an event. The zero value is not one: it gives nobody the
// right to work on the event.
type State int

// The states.
const (
	StateNew      State = iota + 1 // the caller has the claim, until it completes, releases, or the lease ends
	StateInFlight                  // another token has the claim
	StateDone                      // its work is done
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

// ErrClaimLost is returned by Extend, Complete and Release for a claim that is not the caller's:
// its lease ended and another holder has the event now, or it was released, or it never existed.
var ErrClaimLost = errors.New("webhooks: the claim is lost: its lease ended and another holder has the event, or it was released")

// ErrInvalidLease is returned by Claim and Extend for a lease that is not positive.
var ErrInvalidLease = errors.New("webhooks: a lease must be positive")

// ErrInvalidToken is returned by Claim for a token that is empty, longer than 64 characters, or has
// characters other than letters, digits, "-" and "_".
var ErrInvalidToken = errors.New("webhooks: a claim's token must have 1 to 64 letters and digits: use NewToken")

// ErrInvalidAge is returned by Purge for a negative age.
var ErrInvalidAge = errors.New("webhooks: the age must not be negative")

// NewToken makes a token that no other claim has.
func NewToken() string { return rand.Text() }

// CheckClaim returns [ErrInvalidToken] or [ErrInvalidLease] for what no store accepts. It is for
// implementations of [Store].
func CheckClaim(token string, lease time.Duration) error {
	if lease <= 0 {
		return ErrInvalidLease
	}
	if token == "" || len(token) > 64 {
		return ErrInvalidToken
	}
	for _, c := range []byte(token) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return ErrInvalidToken
		}
	}
	return nil
}

// A Store remembers which events are being worked on and which are done, so that each is worked on
// once. It is safe for concurrent use, from as many processes as share what is behind it. Each
// method is one atomic step: a store that first reads and then writes gives the same event to two
// callers.
//
// A dedupe key is any string without a NUL; keys of up to 1 KiB that differ in one byte are
// different keys. Leases are measured by the clock of what is behind the store (the database's, the
// cache's), never by the caller's: two machines seldom agree on the time. A method that returns nil
// has done its work for good: it is committed. A method that returns an error may or may not have
// done its work, but never half of it, and every method may be called again with the same token
// until the caller knows: the [Handler] does.
//
// Package storetest has the tests of all this, for stores of your own.
type Store interface {
	// Claim asks for an event with a token of the caller's choice, from [NewToken]. It is StateNew
	// when the event is free, and also when the token already has the claim, whose lease then
	// starts again. A claim that is neither completed nor released ends with its lease, so that the
	// crash of its holder does not lose the event: the next claim gets it. A lease that is not
	// positive is ErrInvalidLease, a malformed token ErrInvalidToken.
	Claim(ctx context.Context, key, token string, lease time.Duration) (State, error)
	// Extend starts the lease of a claim again, while its holder is at work. It succeeds after the
	// end of the lease too, as long as no other claim of the event has succeeded since. It
	// succeeds, and changes nothing, when the event is done with the same token: a function may
	// complete its event before it returns. Otherwise it is ErrClaimLost.
	Extend(ctx context.Context, key, token string, lease time.Duration) error
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
	// age is ErrInvalidAge.
	Purge(ctx context.Context, olderThan time.Duration) (int, error)
}
