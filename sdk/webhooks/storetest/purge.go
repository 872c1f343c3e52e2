package storetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func (s store) purger(t *testing.T) webhooks.Purger {
	t.Helper()
	purger, ok := s.Store.(webhooks.Purger)
	if !ok {
		t.Skip("the store is no webhooks.Purger")
	}
	return purger
}

func purge(t *testing.T, s store) {
	purger := s.purger(t)
	s.complete(t, "done", s.fresh(t, "done", long))
	held := s.fresh(t, "held", long)
	s.fresh(t, "abandoned", 1)

	if n, err := purger.Purge(t.Context(), time.Hour); n != 0 || err != nil {
		t.Fatalf("Purge of what is older than an hour: got %d, %v; nothing is", n, err)
	}
	s.is(t, webhooks.StateDone, "done")
	if _, err := purger.Purge(t.Context(), -1); !errors.Is(err, webhooks.ErrInvalidAge) {
		t.Fatalf("Purge with a negative age: got %v, want ErrInvalidAge", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := purger.Purge(ended, 0)
	requireCanceled(t, "Purge", err)
	s.is(t, webhooks.StateDone, "done")

	purged := 0
	eventually(t, "what is over to be purged", func() bool {
		n, err := purger.Purge(t.Context(), 0)
		if err != nil {
			t.Fatalf("Purge: %v", err)
		}
		purged += n
		return purged >= 2
	})
	if purged != 2 {
		t.Fatalf("Purge forgot %d events, want the done one and the abandoned one", purged)
	}
	s.fresh(t, "done", long)
	s.fresh(t, "abandoned", long)
	s.is(t, webhooks.StateInFlight, "held")
	s.complete(t, "held", held)
	s.is(t, webhooks.StateDone, "held")
}

// Purging must not take what was abandoned a moment ago and has a new holder now.
func purgeWhileClaiming(t *testing.T, s store) {
	purger := s.purger(t)
	const workers, purgers, rounds = 6, 2, 40
	var working atomic.Int32
	working.Store(workers)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	fresh := func(key string, lease time.Duration) (string, error) {
		for {
			claim, err := s.ask(ctx, key, lease)
			if err != nil || claim.State == webhooks.StateNew {
				return claim.Token, err
			}
		}
	}
	atOnce(t, workers+purgers, func(_ context.Context, i int) error {
		if i >= workers {
			for working.Load() > 0 {
				if _, err := purger.Purge(ctx, 0); err != nil {
					return err
				}
				time.Sleep(100 * time.Microsecond) // lets others through
			}
			return nil
		}
		defer working.Add(-1)
		key := strconv.Itoa(i)                // nobody else's
		enough := time.Now().Add(time.Second) // for a store that is slow
		for round := 0; round < rounds && time.Now().Before(enough); round++ {
			if _, err := fresh(key, 1); err != nil { // abandoned
				return err
			}
			token, err := fresh(key, long)
			if err != nil {
				return err
			}
			claim, err := s.ask(ctx, key, long)
			if err != nil {
				return err
			}
			if claim.State != webhooks.StateInFlight {
				return fmt.Errorf("an event that is held is %s: purging took it", claim.State)
			}
			if err := s.Release(ctx, key, token); err != nil {
				return err
			}
		}
		return nil
	})
}
