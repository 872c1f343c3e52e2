package ledger

import (
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/clock"
)

// expireIfDueLocked ends a session whose lifetime is over. The timer may be late; a read must not
// be.
func (l *Ledger) expireIfDueLocked(x *record) {
	if x.Status == control.SessionPending && !x.ExpiresAt.IsZero() && !l.config.Executor.Now().Before(x.ExpiresAt) {
		tx := &Tx{Session: &x.Session, ledger: l}
		tx.Become(control.SessionExpired)
		l.config.Expired(tx)
	}
}

// watchLocked sees to it that a session expires when its lifetime is over. All sessions share one
// task, so that those that are forgotten leave none behind.
func (l *Ledger) watchLocked(x *record) {
	s := &l.sessions
	i := len(s.expiring)
	if i > 0 && x.ExpiresAt.Before(s.expiring[i-1].ExpiresAt) {
		i, _ = slices.BinarySearchFunc(s.expiring, x.ExpiresAt, byExpiry)
	}
	s.expiring = slices.Insert(s.expiring, i, x)
	l.scheduleExpiryLocked()
}

// unwatchLocked forgets a session.
func (s *sessions) unwatchLocked(x *record) {
	if len(s.expiring) > 0 && s.expiring[0] == x { // the usual case, without moving the others
		s.expiring = s.expiring[1:]
		return
	}
	i, _ := slices.BinarySearchFunc(s.expiring, x.ExpiresAt, byExpiry)
	for ; i < len(s.expiring) && s.expiring[i].ExpiresAt.Equal(x.ExpiresAt); i++ {
		if s.expiring[i] == x {
			s.expiring = slices.Delete(s.expiring, i, i+1)
			return
		}
	}
}

// scheduleExpiryLocked plans the task for the session that expires next, unless an earlier one is
// planned.
func (l *Ledger) scheduleExpiryLocked() {
	s := &l.sessions
	if len(s.expiring) == 0 {
		return
	}
	next := s.expiring[0]
	if !s.nextTask.IsZero() && !next.ExpiresAt.Before(s.nextTask) {
		return
	}
	s.nextTask = next.ExpiresAt
	wait := next.ExpiresAt.Sub(l.config.Executor.Now())
	l.afterLocked(func() {
		l.config.Executor.Exactly(clock.Task{Kind: clock.TaskExpire, SessionID: next.ID}, wait, func() { l.expire(next.ExpiresAt) })
	})
}

// expire ends all sessions whose lifetime is over, and plans the next task.
func (l *Ledger) expire(planned time.Time) {
	l.lock()
	defer l.unlock()
	s := &l.sessions
	if s.nextTask.Equal(planned) {
		s.nextTask = time.Time{}
	}
	for len(s.expiring) > 0 && !l.config.Executor.Now().Before(s.expiring[0].ExpiresAt) {
		l.expireIfDueLocked(s.expiring[0])
		s.expiring = s.expiring[1:]
	}
	l.scheduleExpiryLocked()
}

func byExpiry(x *record, t time.Time) int { return x.ExpiresAt.Compare(t) }
