package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Whatever the machine's speed, no other claim can succeed before the lease has passed since the
// claim was asked for. A tenth is for a server whose clock is being corrected.
func leaseLasts(t *testing.T, s store) {
	const lease = 2 * short
	asked := time.Now()
	s.fresh(t, "a", lease)
	s.freshInTime(t, "a")
	if waited := time.Since(asked); waited < lease*9/10 {
		t.Fatalf("a lease of %s ended after %s", lease, waited)
	}
}

func leaseEnds(t *testing.T, s store) {
	late := s.fresh(t, "a", short)
	now := s.freshInTime(t, "a")
	if late == now {
		t.Fatal("two claims have the same token: the late one could complete the other's work")
	}
	s.rejects(t, "a", late)
	s.is(t, webhooks.StateInFlight, "a") // the late one took nothing away
	s.complete(t, "a", now)
	s.rejects(t, "a", late)
	s.is(t, webhooks.StateDone, "a")

	// Somebody who came and went has had the event too.
	late = s.fresh(t, "b", short)
	s.release(t, "b", s.freshInTime(t, "b"))
	s.rejects(t, "b", late)
	s.fresh(t, "b", long)
}

func lateButAlone(t *testing.T, s store) {
	completes, releases := s.fresh(t, "completes", short), s.fresh(t, "releases", short)
	time.Sleep(2 * short)
	s.complete(t, "completes", completes)
	s.is(t, webhooks.StateDone, "completes")
	s.release(t, "releases", releases)
	s.fresh(t, "releases", long)
}

func badLease(t *testing.T, s store) {
	for _, lease := range []time.Duration{0, -1, -time.Hour} {
		if _, err := s.Claim(t.Context(), "a", lease); !errors.Is(err, webhooks.ErrInvalidLease) {
			t.Fatalf("Claim with a lease of %s: got %v, want ErrBadLease", lease, err)
		}
	}
	s.fresh(t, "a", 1) // shorter than the resolution of most clocks
	s.freshInTime(t, "a")
	s.is(t, webhooks.StateInFlight, "a")
}
