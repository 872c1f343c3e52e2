package sandbox

import (
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// How much a sandbox remembers. Real test data is purged nightly; here the oldest goes when there is too much.
const (
	mostSessions   = 10_000
	mostDeliveries = 10_000
	mostAttempts   = 50     // of one delivery
	mostBuckets    = 10_000 // and those of a second more, because looking through them takes a while

	sweepEvery = time.Second
)

// keepSession remembers a session, and forgets the oldest one when there are too many. Called with Sandbox.mu held.
func (s *Sandbox) keepSession(x *session) {
	if len(s.oldest) >= mostSessions {
		gone := s.oldest[0]
		s.oldest = s.oldest[1:]
		delete(s.sessions, gone.id)
		if gone.replayKey != "" && s.replays[gone.replayKey].created.ID == gone.id { // after a day the key may stand for another
			delete(s.replays, gone.replayKey)
		}
		s.unwatch(gone)
	}
	s.oldest = append(s.oldest, x)
	s.sessions[x.id] = x
}

// keepDelivery remembers a delivery in the same way. One that is still under way goes on.
func (s *Sandbox) keepDelivery(d *delivery) {
	if len(s.deliveries) >= mostDeliveries {
		s.deliveries = s.deliveries[1:]
	}
	s.deliveries = append(s.deliveries, d)
}

// forgetIdleBuckets makes room when many addresses and keys have called: those that have not for a while start anew
// anyway. Called with Sandbox.mu held.
func (s *Sandbox) forgetIdleBuckets(now time.Time) {
	for name, calls := range s.buckets {
		if len(calls) == 0 || now.Sub(calls[len(calls)-1]) >= contract.VoraRateLimitWindow {
			delete(s.buckets, name)
		}
	}
}
