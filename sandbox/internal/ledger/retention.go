package ledger

// How much the ledger remembers. Real test data is purged nightly; here the oldest goes when there
// is too much.
const (
	maxSessions   = 10_000
	maxDeliveries = 10_000
	maxAttempts   = 50 // of one delivery
)

// keepSessionLocked remembers a session, and forgets the oldest one when there are too many.
func (l *Ledger) keepSessionLocked(x *record) {
	s := &l.sessions
	if len(s.oldest) >= maxSessions {
		gone := s.oldest[0]
		s.oldest = s.oldest[1:]
		delete(s.byID, gone.ID)
		if gone.replayKey != "" && s.replays[gone.replayKey].made == gone { // after a day the key may stand for another
			delete(s.replays, gone.replayKey)
		}
		s.unwatchLocked(gone)
	}
	s.oldest = append(s.oldest, x)
	s.byID[x.ID] = x
}

// keepLocked remembers a delivery in the same way. One that is still under way goes on.
func (q *deliveries) keepLocked(d *delivery) {
	if len(q.all) >= maxDeliveries {
		q.all = q.all[1:]
	}
	q.all = append(q.all, d)
}
