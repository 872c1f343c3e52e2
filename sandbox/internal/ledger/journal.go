package ledger

import "github.com/hostedpay/hostedpay-go/sandbox/control"

// NextNumber is the number of the next request.
func (l *Ledger) NextNumber() int64 { return l.numbers.Add(1) }

// Record adds a request to the journal, and forgets the oldest one when there are too many.
func (l *Ledger) Record(r *control.Request) {
	l.lock()
	defer l.unlock()
	l.changedLocked(control.Change{Kind: control.ChangeRequestCompleted, At: r.At, Request: r.Number})
	if l.config.JournalSize == 0 {
		return
	}
	if len(l.journal) >= l.config.JournalSize {
		l.journal = l.journal[1:] // append moves the rest, once in a while
	}
	l.journal = append(l.journal, r)
}
