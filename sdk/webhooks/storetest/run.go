package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Run tests that a store keeps what [webhooks.Store] promises, and [webhooks.Purger] if it is one.
// newStore makes an empty store; whatever it opens it closes with t.Cleanup.
func Run(t *testing.T, newStore func(t *testing.T) webhooks.Store) {
	t.Helper()
	for _, test := range []struct {
		name string
		run  func(*testing.T, store)
	}{
		{"an event is new, in flight, then done", lifeOfAnEvent},
		{"a released event is new", released},
		{"done is final", doneIsFinal},
		{"completing twice is completing once", completedTwice},
		{"without a claim nothing succeeds", withoutClaim},
		{"different keys are different events", differentKeys},
		{"many keys", manyKeys},
		{"one of 64 concurrent claims succeeds", race},
		{"one of 64 concurrent claims after a lease succeeds", raceAfterTheLease},
		{"one holder at a time", oneHolderAtATime},
		{"an event is never new again while it is being completed", claimWhileCompleting},
		{"a lease lasts", leaseLasts},
		{"after a lease the next claim succeeds and the late holder has lost it", leaseEnds},
		{"a late holder without a successor completes", lateButAlone},
		{"claiming twice with one token is claiming once", claimedTwice},
		{"extending starts the lease again", extended},
		{"extending what is done changes nothing", extendedWhenDone},
		{"a late holder without a successor extends", lateExtends},
		{"an invalid lease is an error", badLease},
		{"an invalid token is an error", badToken},
		{"an ended context does nothing", endedContext},
		{"canceled calls leave nothing half done", canceledCalls},
		{"purging", purge},
		{"purging while others claim", purgeWhileClaiming},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, store{newStore(t)})
		})
	}
}

const (
	long     = 10 * time.Minute       // no test takes so long that such a lease ends
	short    = 100 * time.Millisecond // for leases whose end a test waits for
	patience = 30 * time.Second       // how long something that must happen may take
	crowd    = 64
)

// A store is the one under test, whose unexpected errors end the test. Only the goroutine of the
// test may use the methods that do not return an error.
type store struct{ webhooks.Store }

// A claimed event has a token when it is new.
type claimed struct {
	State webhooks.State
	Token string
}

// ask claims an event with a new token.
func (s store) ask(ctx context.Context, key string, lease time.Duration) (claimed, error) {
	token := webhooks.NewToken()
	state, err := s.Claim(ctx, key, token, lease)
	if state != webhooks.StateNew {
		token = ""
	}
	return claimed{state, token}, err
}

func (s store) claim(t *testing.T, key string, lease time.Duration) claimed {
	t.Helper()
	claim, err := s.ask(t.Context(), key, lease)
	if err != nil {
		t.Fatalf("Claim(%.40q, %s): %v", key, lease, err)
	}
	return claim
}

// again claims an event with a token that may have it.
func (s store) again(t *testing.T, key, token string) webhooks.State {
	t.Helper()
	state, err := s.Claim(t.Context(), key, token, long)
	if err != nil {
		t.Fatalf("Claim(%.40q) with the same token: %v", key, err)
	}
	return state
}

// extend extends the lease of event a.
func (s store) extend(t *testing.T, token string, lease time.Duration) {
	t.Helper()
	if err := s.Extend(t.Context(), "a", token, lease); err != nil {
		t.Fatalf("Extend: %v", err)
	}
}

// fresh claims an event that must be new, and returns the token.
func (s store) fresh(t *testing.T, key string, lease time.Duration) string {
	t.Helper()
	claim := s.claim(t, key, lease)
	if claim.State != webhooks.StateNew {
		t.Fatalf("Claim(%.40q) is %s, want new", key, claim.State)
	}
	return claim.Token
}

// is requires an event to be in flight or done.
func (s store) is(t *testing.T, want webhooks.State, key string) {
	t.Helper()
	if claim := s.claim(t, key, long); claim.State != want {
		t.Fatalf("Claim(%.40q) is %s, want %s", key, claim.State, want)
	}
}

func (s store) complete(t *testing.T, key, token string) {
	t.Helper()
	if err := s.Complete(t.Context(), key, token); err != nil {
		t.Fatalf("Complete(%.40q): %v", key, err)
	}
}

func (s store) release(t *testing.T, key, token string) {
	t.Helper()
	if err := s.Release(t.Context(), key, token); err != nil {
		t.Fatalf("Release(%.40q): %v", key, err)
	}
}

// rejects requires neither Extend nor Complete nor Release to accept a token.
func (s store) rejects(t *testing.T, key, token string) {
	t.Helper()
	if err := s.Extend(t.Context(), key, token, long); !errors.Is(err, webhooks.ErrClaimLost) {
		t.Fatalf("Extend(%.40q) with a token that is not the holder's: got %v, want ErrClaimLost", key, err)
	}
	s.rejectsComplete(t, key, token)
	s.rejectsRelease(t, key, token)
}

func (s store) rejectsComplete(t *testing.T, key, token string) {
	t.Helper()
	if err := s.Complete(t.Context(), key, token); !errors.Is(err, webhooks.ErrClaimLost) {
		t.Fatalf("Complete(%.40q) with a token that is not the holder's: got %v, want ErrClaimLost", key, err)
	}
}

func (s store) rejectsRelease(t *testing.T, key, token string) {
	t.Helper()
	if err := s.Release(t.Context(), key, token); !errors.Is(err, webhooks.ErrClaimLost) {
		t.Fatalf("Release(%.40q) with a token that is not the holder's: got %v, want ErrClaimLost", key, err)
	}
}

// freshInTime claims an event until it is new, and returns the token.
func (s store) freshInTime(t *testing.T, key string) string {
	t.Helper()
	var token string
	eventually(t, "the event to be new", func() bool {
		claim := s.claim(t, key, long)
		token = claim.Token
		return claim.State == webhooks.StateNew
	})
	return token
}

// eventually waits for what must happen.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !happened(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited %s for %s", patience, what)
		}
	}
}

// atOnce runs a function in several goroutines, which start together, and reports their errors.
func atOnce(t *testing.T, goroutines int, run func(ctx context.Context, i int) error) {
	t.Helper()
	var done sync.WaitGroup
	start := make(chan struct{})
	for i := range goroutines {
		done.Go(func() {
			<-start
			if err := run(t.Context(), i); err != nil {
				t.Errorf("goroutine %d: %v", i, err)
			}
		})
	}
	close(start)
	done.Wait()
	if t.Failed() {
		t.FailNow()
	}
}
