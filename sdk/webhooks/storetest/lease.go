package storetest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Whatever the machine's speed, no other claim can succeed before the lease has passed since the
// claim was asked for. A tenth is for a server whose clock is being corrected.
func leaseLasts(t *testing.T, s store) {
	const lease = 2 * short
	s.fresh(t, "first", long) // the first token, and the first connection, may take longer than a lease
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

// A caller whose response was lost claims again.
func claimedTwice(t *testing.T, s store) {
	token := s.fresh(t, "a", short)
	if state := s.again(t, "a", token); state != webhooks.StateNew {
		t.Fatalf("Claim with the token that has the event is %s, want new: its response may be lost", state)
	}
	time.Sleep(2 * short)
	s.is(t, webhooks.StateInFlight, "a") // the second claim's lease is long
	states := make([]webhooks.State, 8)
	atOnce(t, 8, func(ctx context.Context, i int) (err error) {
		states[i], err = s.Claim(ctx, "a", token, long)
		return err
	})
	for _, state := range states {
		if state != webhooks.StateNew {
			t.Fatalf("one of several claims with the token that has the event is %s, want new", state)
		}
	}
	s.complete(t, "a", token)
	if state := s.again(t, "a", token); state != webhooks.StateDone {
		t.Fatalf("Claim of a done event with the token that completed it is %s, want done", state)
	}

	token = s.fresh(t, "b", short)
	now := s.freshInTime(t, "b")
	if state := s.again(t, "b", token); state != webhooks.StateInFlight {
		t.Fatalf("Claim with a token that has lost the event is %s, want in flight", state)
	}
	s.complete(t, "b", now)
}

func extended(t *testing.T, s store) {
	token := s.fresh(t, "a", short)
	s.extend(t, token, long)
	time.Sleep(2 * short)
	s.is(t, webhooks.StateInFlight, "a")

	asked := time.Now()
	s.extend(t, token, short) // from now on, not from the end of the lease before
	now := s.freshInTime(t, "a")
	if waited := time.Since(asked); waited < short*9/10 {
		t.Fatalf("a lease that was extended by %s ended after %s", short, waited)
	}
	s.rejects(t, "a", token)
	s.is(t, webhooks.StateInFlight, "a")
	s.complete(t, "a", now)

	token = s.fresh(t, "b", long)
	s.release(t, "b", token)
	s.rejects(t, "b", token)
	s.fresh(t, "b", long) // extending brings nothing back
	for _, lease := range []time.Duration{0, -1, -time.Hour} {
		if err := s.Extend(t.Context(), "b", token, lease); !errors.Is(err, webhooks.ErrInvalidLease) {
			t.Fatalf("Extend by %s: got %v, want ErrInvalidLease", lease, err)
		}
	}
}

func extendedWhenDone(t *testing.T, s store) {
	token := s.fresh(t, "a", long)
	s.complete(t, "a", token)
	s.extend(t, token, short)
	time.Sleep(2 * short)
	s.is(t, webhooks.StateDone, "a")
}

func lateExtends(t *testing.T, s store) {
	token := s.fresh(t, "a", short)
	time.Sleep(2 * short)
	s.extend(t, token, long)
	s.is(t, webhooks.StateInFlight, "a")
	s.complete(t, "a", token)
}

func badToken(t *testing.T, s store) {
	for _, token := range []string{"", "a token", "t\x00", "\u00e4", strings.Repeat("t", 65)} {
		if _, err := s.Claim(t.Context(), "a", token, long); !errors.Is(err, webhooks.ErrInvalidToken) {
			t.Fatalf("Claim with the token %q: got %v, want ErrInvalidToken", token, err)
		}
	}
	token := strings.Repeat("t", 64)
	if state := s.again(t, "a", token); state != webhooks.StateNew {
		t.Fatalf("Claim with a token of 64 letters is %s, want new", state)
	}
	s.complete(t, "a", token)
}

func badLease(t *testing.T, s store) {
	for _, lease := range []time.Duration{0, -1, -time.Hour} {
		if _, err := s.ask(t.Context(), "a", lease); !errors.Is(err, webhooks.ErrInvalidLease) {
			t.Fatalf("Claim with a lease of %s: got %v, want ErrInvalidLease", lease, err)
		}
	}
	s.fresh(t, "a", 1) // shorter than the resolution of most clocks
	s.freshInTime(t, "a")
	s.is(t, webhooks.StateInFlight, "a")
}
