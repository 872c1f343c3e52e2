package sandbox

import (
	"context"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// ID is the identity of the sandbox. It is random, also with [WithSeed]: one that was started anew
// has another, by which a program that changed something recognizes that it is forgotten.
func (s *Sandbox) ID() string { return s.id }

// Sessions lists the sessions that the sandbox remembers, oldest first, 10,000 at most.
func (s *Sandbox) Sessions() []control.Session { return s.ledger.Sessions() }

// Requests lists the last API calls, oldest first, 1000 at most unless [WithJournalSize] says
// otherwise.
func (s *Sandbox) Requests() []control.Request { return s.ledger.Requests() }

// Snapshot is everything that the sandbox remembers, at one moment.
func (s *Sandbox) Snapshot() control.Snapshot {
	all := s.ledger.Snapshot(0)
	return control.Snapshot{
		At: s.executor.Now(), Merchants: all.Merchants, Sessions: all.Sessions, Requests: all.Requests,
		Deliveries: all.Deliveries,
	}
}

// Wait waits until a condition holds, without polling: it is evaluated again whenever something
// happens in the sandbox. The condition may call the sandbox's methods. The error is the context's.
func (s *Sandbox) Wait(ctx context.Context, condition func() bool) error {
	return s.ledger.Wait(ctx, condition)
}
