package storetest

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func endedContext(t *testing.T, s store) {
	held := s.fresh(t, "held", long)
	ended, cancel := context.WithCancel(t.Context())
	cancel()

	_, err := s.ask(ended, "a", long)
	requireCanceled(t, "Claim", err)
	requireCanceled(t, "Extend", s.Extend(ended, "held", held, 1))
	requireCanceled(t, "Complete", s.Complete(ended, "held", held))
	requireCanceled(t, "Release", s.Release(ended, "held", held))

	s.fresh(t, "a", long)
	s.is(t, webhooks.StateInFlight, "held")
	s.complete(t, "held", held)
}

func requireCanceled(t *testing.T, call string, err error) {
	t.Helper()
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("%s with a context that was canceled: got %v, want context.Canceled", call, err)
	}
}

// Gateways hang up and deadlines pass at any moment. Whatever a call that was broken off has done,
// the event is in one of the three states afterwards, is worked on once at a time, and can be
// finished.
func canceledCalls(t *testing.T, s store) {
	atOnce(t, 8, func(ctx context.Context, i int) error {
		for n := range 10 {
			key := strconv.Itoa(i) + "/" + strconv.Itoa(n)
			brief, cancel := context.WithTimeout(ctx, rand.N(4*time.Millisecond))
			claim, err := s.ask(brief, key, short)
			if err == nil && claim.State == webhooks.StateNew {
				_ = s.Complete(brief, key, claim.Token) // perhaps
			}
			cancel()
		}
		return nil
	})
	for i := range 8 {
		for n := range 10 {
			key := strconv.Itoa(i) + "/" + strconv.Itoa(n)
			eventually(t, "an event whose claim was broken off to be new or done", func() bool {
				claim := s.claim(t, key, long)
				if claim.State == webhooks.StateNew {
					s.is(t, webhooks.StateInFlight, key)
					s.complete(t, key, claim.Token)
				}
				return claim.State != webhooks.StateInFlight
			})
			s.is(t, webhooks.StateDone, key)
		}
	}
}
