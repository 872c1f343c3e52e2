package sandbox

import (
	"slices"
	"time"
)

// watchOver sees to it that a session expires when its lifetime is over. All sessions share one appointment with the
// clock, so that those that are forgotten leave nothing behind. Called with Sandbox.mu held.
func (s *Sandbox) watchOver(x *session) {
	i := len(s.expiring)
	if i > 0 && x.expiresAt.Before(s.expiring[i-1].expiresAt) {
		i, _ = slices.BinarySearchFunc(s.expiring, x.expiresAt, byExpiry)
	}
	s.expiring = slices.Insert(s.expiring, i, x)
	s.watch()
}

// unwatch forgets a session. Called with Sandbox.mu held.
func (s *Sandbox) unwatch(x *session) {
	if len(s.expiring) > 0 && s.expiring[0] == x { // the usual case, without moving the others
		s.expiring = s.expiring[1:]
		return
	}
	i, _ := slices.BinarySearchFunc(s.expiring, x.expiresAt, byExpiry)
	for ; i < len(s.expiring) && s.expiring[i].expiresAt.Equal(x.expiresAt); i++ {
		if s.expiring[i] == x {
			s.expiring = slices.Delete(s.expiring, i, i+1)
			return
		}
	}
}

// watch makes the appointment for the session that expires next, unless there is an earlier one.
func (s *Sandbox) watch() {
	if len(s.expiring) == 0 {
		return
	}
	next := s.expiring[0].expiresAt
	if !s.watched.IsZero() && !next.Before(s.watched) {
		return
	}
	s.watched = next
	s.clock.AfterFunc(next.Sub(s.clock.Now()), s.unlessClosed(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.watched.Equal(next) {
			s.watched = time.Time{}
		}
		for len(s.expiring) > 0 && !s.clock.Now().Before(s.expiring[0].expiresAt) {
			s.expireIfDue(s.expiring[0])
			s.expiring = s.expiring[1:]
		}
		s.watch()
	}))
}

func byExpiry(x *session, t time.Time) int { return x.expiresAt.Compare(t) }
