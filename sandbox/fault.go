package sandbox

import "github.com/hostedpay/hostedpay-go/sandbox/control"

// Inject makes calls go wrong from now on. The oldest fault that fits a call is the one that
// happens.
func (s *Sandbox) Inject(f control.Fault) error { return wrap(s.injector.Inject(f)) }

// ClearFaults ends all faults.
func (s *Sandbox) ClearFaults() { s.ledger.ClearFaults() }

// Faults lists the faults that are in force, oldest first.
func (s *Sandbox) Faults() []control.Fault { return s.ledger.Faults() }
