package ledger

import (
	"slices"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// AddFault puts a fault of calls in force.
func (l *Ledger) AddFault(f control.Fault) {
	l.lock()
	defer l.unlock()
	l.faults = append(l.faults, f)
	l.changedLocked(control.Change{Kind: control.ChangeSettings})
}

// ClearFaults ends all faults of calls.
func (l *Ledger) ClearFaults() {
	l.lock()
	defer l.unlock()
	l.faults = nil
	l.changedLocked(control.Change{Kind: control.ChangeSettings})
}

// Faults lists the faults of calls that are in force, oldest first.
func (l *Ledger) Faults() []control.Fault {
	l.lock()
	defer l.unlock()
	return append([]control.Fault{}, l.faults...) // a list in JSON, even when empty
}

// TakeFault finds the oldest fault that applies to a call, which then happens: it counts against
// the fault's times.
func (l *Ledger) TakeFault(applies func(*control.Fault) bool) *control.Fault {
	l.lock()
	defer l.unlock()
	for i := range l.faults {
		if !applies(&l.faults[i]) {
			continue
		}
		f := l.faults[i]
		if f.Times == 1 {
			l.faults = slices.Delete(l.faults, i, i+1)
		} else if f.Times > 1 {
			l.faults[i].Times--
		}
		return &f
	}
	return nil
}
