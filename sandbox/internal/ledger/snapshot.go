package ledger

import (
	"slices"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// A Snapshot is the ledger at one moment. Lists are oldest first.
type Snapshot struct {
	Merchants      []control.Merchant
	Sessions       []control.Session
	Requests       []control.Request
	Deliveries     []control.Delivery
	Faults         []control.Fault
	DeliveryFaults []control.DeliveryFault
	Paused         bool

	// How many there are, also of those that the snapshot leaves out.
	SessionCount, RequestCount, DeliveryCount, Held int
}

// Snapshot copies what the ledger has: of each list the newest, count at most; all when count is 0.
func (l *Ledger) Snapshot(count int) Snapshot {
	l.lock()
	defer l.unlock()
	q := &l.deliveries
	return Snapshot{
		Merchants: l.merchantsLocked(),
		Sessions:  l.sessionsLocked(count), SessionCount: len(l.sessions.oldest),
		Requests: l.requestsLocked(count), RequestCount: len(l.journal),
		Deliveries: q.snapshotLocked(count), DeliveryCount: len(q.all),
		Faults: slices.Clone(l.faults), DeliveryFaults: slices.Clone(q.faults),
		Paused: q.paused, Held: len(q.held),
	}
}

// Sessions lists the sessions, oldest first.
func (l *Ledger) Sessions() []control.Session {
	l.lock()
	defer l.unlock()
	return l.sessionsLocked(0)
}

// Requests lists the journal, oldest first.
func (l *Ledger) Requests() []control.Request {
	l.lock()
	defer l.unlock()
	return l.requestsLocked(0)
}

// Deliveries lists the deliveries, oldest first.
func (l *Ledger) Deliveries() []control.Delivery {
	l.lock()
	defer l.unlock()
	return l.deliveries.snapshotLocked(0)
}

func (l *Ledger) sessionsLocked(count int) []control.Session {
	return each(newest(l.sessions.oldest, count), func(x *record) control.Session {
		l.expireIfDueLocked(x)
		return x.Session.Session
	})
}

func (l *Ledger) requestsLocked(count int) []control.Request {
	return each(newest(l.journal, count), func(r *control.Request) control.Request { return *r })
}

func (q *deliveries) snapshotLocked(count int) []control.Delivery {
	return each(newest(q.all, count), (*delivery).snapshot)
}

// newest is the end of a list.
func newest[T any](all []T, count int) []T {
	if count == 0 {
		return all
	}
	return all[max(len(all)-count, 0):]
}

func each[A, B any](all []A, f func(A) B) []B {
	out := make([]B, len(all))
	for i, a := range all {
		out[i] = f(a)
	}
	return out
}
