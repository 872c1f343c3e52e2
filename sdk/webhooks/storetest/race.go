package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func race(t *testing.T, s store) {
	for round := range 5 {
		key := strconv.Itoa(round)
		token := s.oneOf(t, key)
		s.is(t, webhooks.StateInFlight, key)
		s.release(t, key, token)
		token = s.oneOf(t, key)
		s.complete(t, key, token)
		s.is(t, webhooks.StateDone, key)
	}
}

func raceAfterTheLease(t *testing.T, s store) {
	late := s.fresh(t, "a", short)
	var holders atomic.Int32
	var token atomic.Value
	// They ask until one of them has it; all of them ask once more after that.
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	atOnce(t, crowd, func(context.Context, int) error {
		for last := false; ; {
			claim, err := s.ask(ctx, "a", long)
			switch {
			case err != nil:
				return err
			case claim.State == webhooks.StateNew:
				holders.Add(1)
				token.Store(claim.Token)
			case claim.State != webhooks.StateInFlight:
				return fmt.Errorf("the event is %s, want in flight", claim.State)
			}
			if last {
				return nil
			}
			last = holders.Load() > 0
			pause()
		}
	})
	if n := holders.Load(); n != 1 {
		t.Fatalf("after the lease %d have the event, want 1", n)
	}
	s.rejects(t, "a", late)
	s.complete(t, "a", token.Load().(string))
}

// oneOf claims an event many times at once; one must get it, whose token it returns.
func (s store) oneOf(t *testing.T, key string) string {
	t.Helper()
	claims := make([]claimed, crowd)
	atOnce(t, crowd, func(ctx context.Context, i int) (err error) {
		claims[i], err = s.ask(ctx, key, long)
		return err
	})
	var holders []string
	for _, claim := range claims {
		switch claim.State {
		case webhooks.StateNew:
			holders = append(holders, claim.Token)
		case webhooks.StateInFlight:
		default:
			t.Fatalf("an event that nobody completed is %s", claim.State)
		}
	}
	if len(holders) != 1 {
		t.Fatalf("of %d who claimed at once %d have the event, want 1", crowd, len(holders))
	}
	return holders[0]
}

// Workers take turns, fail, and try again, as deliveries do. None may hold what another holds, and
// each event is completed once.
func oneHolderAtATime(t *testing.T, s store) {
	const events, turns = 3, 4 // each event fails turns times before its work succeeds
	var holding, failures, completed [events]atomic.Int32
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	atOnce(t, 12, func(_ context.Context, i int) error {
		for event := i % events; ; {
			key := strconv.Itoa(event)
			claim, err := s.ask(ctx, key, long)
			if err != nil {
				return err
			}
			switch claim.State {
			case webhooks.StateDone:
				return nil
			case webhooks.StateInFlight:
				pause()
				continue
			case webhooks.StateNew:
			}
			if others := holding[event].Add(1) - 1; others != 0 {
				return fmt.Errorf("an event is held by %d others already", others)
			}
			settle := s.Complete
			if failures[event].Add(1) <= turns {
				settle = s.Release
			} else {
				completed[event].Add(1)
			}
			holding[event].Add(-1)
			if err := settle(ctx, key, claim.Token); err != nil {
				return err
			}
		}
	})
	for event := range completed {
		if n := completed[event].Load(); n != 1 {
			t.Errorf("event %d was completed %d times, want once", event, n)
		}
	}
}

// pause lets others through: a store may be unfair to who is one of many.
func pause() { time.Sleep(rand.N(4 * time.Millisecond)) }

func claimWhileCompleting(t *testing.T, s store) {
	for round := range 5 {
		key := strconv.Itoa(round)
		token := s.fresh(t, key, long)
		var completed atomic.Bool
		var asked sync.WaitGroup
		asked.Add(8)
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		atOnce(t, 9, func(_ context.Context, i int) error {
			if i == 8 {
				asked.Wait()
				err := s.Complete(ctx, key, token)
				completed.Store(err == nil)
				return err
			}
			for first := true; ; first = false {
				after := completed.Load()
				claim, err := s.ask(ctx, key, long)
				if first {
					asked.Done()
				}
				switch {
				case err != nil:
					return err
				case claim.State == webhooks.StateNew:
					return errors.New("an event that was in flight, then done, is new")
				case claim.State == webhooks.StateDone:
					return nil
				case after:
					return errors.New("an event is in flight after it was completed")
				}
				pause()
			}
		})
		cancel()
	}
}
