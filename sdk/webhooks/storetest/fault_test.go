package storetest_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/storetest"
)

// A faulty store is a memory store with one fault, of those that stores have had.
type faulty struct {
	*webhooks.MemoryStore
	claim    func(ctx context.Context, s *webhooks.MemoryStore, key, token string, lease time.Duration) (webhooks.State, error)
	complete func(ctx context.Context, s *webhooks.MemoryStore, key, token string) error
	extend   func(ctx context.Context, s *webhooks.MemoryStore, key, token string, lease time.Duration) error
	release  func(ctx context.Context, s *webhooks.MemoryStore, key, token string) error
	purge    func(ctx context.Context, s *webhooks.MemoryStore, olderThan time.Duration) (int, error)
}

func (f *faulty) Claim(ctx context.Context, key, token string, lease time.Duration) (webhooks.State, error) {
	if f.claim == nil {
		return f.MemoryStore.Claim(ctx, key, token, lease)
	}
	return f.claim(ctx, f.MemoryStore, key, token, lease)
}

func (f *faulty) Extend(ctx context.Context, key, token string, lease time.Duration) error {
	if f.extend == nil {
		return f.MemoryStore.Extend(ctx, key, token, lease)
	}
	return f.extend(ctx, f.MemoryStore, key, token, lease)
}

func (f *faulty) Complete(ctx context.Context, key, token string) error {
	if f.complete == nil {
		return f.MemoryStore.Complete(ctx, key, token)
	}
	return f.complete(ctx, f.MemoryStore, key, token)
}

func (f *faulty) Release(ctx context.Context, key, token string) error {
	if f.release == nil {
		return f.MemoryStore.Release(ctx, key, token)
	}
	return f.release(ctx, f.MemoryStore, key, token)
}

func (f *faulty) Purge(ctx context.Context, olderThan time.Duration) (int, error) {
	if f.purge == nil {
		return f.MemoryStore.Purge(ctx, olderThan)
	}
	return f.purge(ctx, f.MemoryStore, olderThan)
}

// keyed is a store that takes different keys for one.
func keyed(same func(string) string) faulty {
	return faulty{
		claim: func(ctx context.Context, s *webhooks.MemoryStore, key, token string, lease time.Duration) (webhooks.State, error) {
			return s.Claim(ctx, same(key), token, lease)
		},
		complete: func(ctx context.Context, s *webhooks.MemoryStore, key, token string) error {
			return s.Complete(ctx, same(key), token)
		},
		release: func(ctx context.Context, s *webhooks.MemoryStore, key, token string) error {
			return s.Release(ctx, same(key), token)
		},
	}
}

func leased(change func(time.Duration) time.Duration) faulty {
	return faulty{claim: func(ctx context.Context, s *webhooks.MemoryStore, key, token string, lease time.Duration) (webhooks.State, error) {
		return s.Claim(ctx, key, token, change(lease))
	}}
}

func deaf(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }

func fault(name string) faulty {
	type store = *webhooks.MemoryStore
	switch name {
	case "gives everybody the event":
		return faulty{claim: func(ctx context.Context, s store, key, token string, lease time.Duration) (webhooks.State, error) {
			state, err := s.Claim(ctx, key, token, lease)
			if err == nil && state == webhooks.StateInFlight {
				state = webhooks.StateNew
			}
			return state, err
		}}
	case "does not know its own token":
		return faulty{claim: func(ctx context.Context, s store, key, token string, lease time.Duration) (webhooks.State, error) {
			if s.Extend(ctx, key, token, lease) == nil {
				return webhooks.StateInFlight, nil
			}
			return s.Claim(ctx, key, token, lease)
		}}
	case "takes any token":
		return faulty{claim: func(ctx context.Context, s store, key, token string, lease time.Duration) (webhooks.State, error) {
			state, err := s.Claim(ctx, key, token, lease)
			if errors.Is(err, webhooks.ErrInvalidToken) {
				return webhooks.StateNew, nil
			}
			return state, err
		}}
	case "extends nothing":
		return faulty{extend: func(ctx context.Context, s store, key, token string, lease time.Duration) error {
			return s.Extend(ctx, key, token, min(lease, 1))
		}}
	case "anybody extends":
		return faulty{extend: func(ctx context.Context, s store, key, token string, lease time.Duration) error {
			if err := s.Extend(ctx, key, token, lease); !errors.Is(err, webhooks.ErrClaimLost) {
				return err
			}
			return nil
		}}
	case "extending claims":
		return faulty{extend: func(ctx context.Context, s store, key, token string, lease time.Duration) error {
			state, err := s.Claim(ctx, key, token, lease)
			if err == nil && state != webhooks.StateNew {
				err = webhooks.ErrClaimLost
			}
			return err
		}}
	case "looks, then writes":
		return faulty{claim: func(ctx context.Context, s store, key, token string, lease time.Duration) (webhooks.State, error) {
			state, err := s.Claim(ctx, key, token, time.Nanosecond) // the write that decides comes later
			if err != nil || state != webhooks.StateNew {
				return state, err
			}
			time.Sleep(time.Millisecond)
			if again, err := s.Claim(ctx, key, token, lease); again == webhooks.StateNew {
				return again, err
			}
			return state, err
		}}
	case "a lease in the wrong unit":
		return leased(func(d time.Duration) time.Duration { return max(d/1000, min(d, 1)) })
	case "a lease of whole seconds, cut":
		return leased(func(d time.Duration) time.Duration {
			if d < 0 {
				return d
			}
			return max(d.Truncate(time.Second), min(d, 1))
		})
	case "takes any lease":
		return leased(func(d time.Duration) time.Duration { return max(d, 1) })
	case "anybody completes":
		return faulty{complete: func(ctx context.Context, s store, key, token string) error {
			if err := s.Complete(ctx, key, token); !errors.Is(err, webhooks.ErrClaimLost) {
				return err
			}
			return nil
		}}
	case "anybody releases":
		return faulty{release: func(ctx context.Context, s store, key, token string) error {
			if err := s.Release(ctx, key, token); !errors.Is(err, webhooks.ErrClaimLost) {
				return err
			}
			return nil
		}}
	case "completing releases":
		return faulty{complete: func(ctx context.Context, s store, key, token string) error { return s.Release(ctx, key, token) }}
	case "releasing completes":
		return faulty{release: func(ctx context.Context, s store, key, token string) error { return s.Complete(ctx, key, token) }}
	case "releasing does nothing":
		return faulty{release: func(context.Context, store, string, string) error { return nil }}
	case "an error of its own":
		return faulty{complete: func(ctx context.Context, s store, key, token string) error {
			if s.Complete(ctx, key, token) != nil {
				return errors.New("0 rows")
			}
			return nil
		}}
	case "keys in lower case":
		return keyed(strings.ToLower)
	case "keys without blanks around":
		return keyed(strings.TrimSpace)
	case "keys without accents":
		return keyed(strings.NewReplacer("ä", "a", "à", "a", "\u0308", "").Replace)
	case "keys cut to 255":
		return keyed(func(key string) string { return key[:min(len(key), 255)] })
	case "claims for who has gone":
		return faulty{claim: func(ctx context.Context, s store, key, token string, lease time.Duration) (webhooks.State, error) {
			state, err := s.Claim(deaf(ctx), key, token, lease)
			return state, errors.Join(err, ctx.Err())
		}}
	case "completes for who has gone":
		return faulty{complete: func(ctx context.Context, s store, key, token string) error { return s.Complete(deaf(ctx), key, token) }}
	case "purges nothing old":
		return faulty{purge: func(ctx context.Context, s store, _ time.Duration) (int, error) { return s.Purge(ctx, 0) }}
	case "purges for who has gone":
		return faulty{purge: func(ctx context.Context, s store, age time.Duration) (int, error) { return s.Purge(deaf(ctx), age) }}
	case "takes any age":
		return faulty{purge: func(ctx context.Context, s store, age time.Duration) (int, error) { return s.Purge(ctx, max(age, 0)) }}
	}
	return faulty{}
}

const variable = "HOSTEDPAY_STORETEST_FAULT"

// TestFaulty runs the tests on a faulty store, in a process of its own.
func TestFaulty(t *testing.T) {
	name := os.Getenv(variable)
	if name == "" {
		t.Skip("TestFaultsAreFound runs it")
	}
	storetest.Run(t, func(*testing.T) webhooks.Store {
		f := fault(name)
		f.MemoryStore = webhooks.NewMemoryStore()
		return &f
	})
}

// A suite that no store fails proves nothing: each fault fails a test, whose name says what is
// wrong.
func TestFaultsAreFound(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]string{
		"gives everybody the event":     "an event is new, in flight, then done",
		"does not know its own token":   "claiming twice with one token is claiming once",
		"takes any token":               "an invalid token is an error",
		"extends nothing":               "extending starts the lease again",
		"anybody extends":               "without a claim nothing succeeds",
		"extending claims":              "extending what is done changes nothing",
		"looks, then writes":            "one of 64 concurrent claims succeeds",
		"a lease in the wrong unit":     "a lease lasts",
		"a lease of whole seconds, cut": "a lease lasts",
		"takes any lease":               "an invalid lease is an error",
		"anybody completes":             "without a claim nothing succeeds",
		"anybody releases":              "done is final",
		"completing releases":           "an event is new, in flight, then done",
		"releasing completes":           "a released event is new",
		"releasing does nothing":        "a released event is new",
		"an error of its own":           "after a lease the next claim succeeds and the late holder has lost it",
		"keys in lower case":            "different keys are different events",
		"keys without blanks around":    "different keys are different events",
		"keys without accents":          "different keys are different events",
		"keys cut to 255":               "different keys are different events",
		"claims for who has gone":       "an ended context does nothing",
		"completes for who has gone":    "an ended context does nothing",
		"purges nothing old":            "purging",
		"purges for who has gone":       "purging",
		"takes any age":                 "purging",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program, err := os.Executable()
			require.NoError(t, err)
			var output []byte
			for range 5 { // a machine that is busy sees no lease that is too short
				run := exec.CommandContext(t.Context(), program, "-test.run=^TestFaulty$/^"+regexp.QuoteMeta(strings.ReplaceAll(test, " ", "_"))+"$")
				run.Env = append(os.Environ(), variable+"="+name)
				if output, err = run.CombinedOutput(); err != nil {
					break
				}
			}
			require.Error(t, err, "the fault was not found")
			require.Contains(t, string(output), "--- FAIL: TestFaulty/"+strings.ReplaceAll(test, " ", "_")+" ")
		})
	}
}

func TestAStoreWithoutFault(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) webhooks.Store { return webhooks.NewMemoryStore() })
}
