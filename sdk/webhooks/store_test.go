package webhooks_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/storetest"
)

func TestMemoryStoreKeepsWhatStoresPromise(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) webhooks.Store { return webhooks.NewMemoryStore() })
}

func TestStatesInWords(t *testing.T) {
	t.Parallel()
	require.Equal(t, "new", webhooks.StateNew.String())
	require.Equal(t, "in flight", webhooks.StateInFlight.String())
	require.Equal(t, "done", webhooks.StateDone.String())
	require.Equal(t, "state 7", webhooks.State(7).String())
}

// A function may complete its event itself, together with its own work.
func TestTheFunctionHasItsClaim(t *testing.T) {
	t.Parallel()
	store := webhooks.NewMemoryStore()
	calls := 0
	r := setup(t, voraV1(), withOptions(webhooks.WithStore(store)), withWork(func(ctx context.Context, event webhooks.Event) error {
		calls++
		key, token, ok := webhooks.ClaimFrom(ctx)
		require.True(t, ok)
		require.Equal(t, event.Info().DedupeKey, key)
		require.NoError(t, store.Complete(ctx, key, token))
		return nil
	}))
	requireResponse(t, r.deliver(t, r.delivery()), 200, received)
	requireResponse(t, r.deliver(t, r.delivery()), 200, duplicate)
	require.Equal(t, 1, calls)
}

// What is done stays done, whatever the function says afterwards.
func TestAFunctionThatCompletesAndThenFails(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func() error{
		"error": func() error { return errOutOfStock },
		"panic": func() error { panic("out of stock") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := webhooks.NewMemoryStore()
			r := setup(t, voraV1(), withOptions(webhooks.WithStore(store)), withWork(func(ctx context.Context, _ webhooks.Event) error {
				key, token, _ := webhooks.ClaimFrom(ctx)
				require.NoError(t, store.Complete(ctx, key, token))
				return fail()
			}))
			require.Equal(t, 500, r.deliver(t, r.delivery()).Code)
			requireResponse(t, r.deliver(t, r.delivery()), 200, duplicate)
		})
	}
}

func TestThereIsNoClaimOutsideOfAHandler(t *testing.T) {
	t.Parallel()
	_, _, ok := webhooks.ClaimFrom(t.Context())
	require.False(t, ok)

	key, token, ok := webhooks.ClaimFrom(webhooks.ContextWithClaim(t.Context(), "a", "b"))
	require.True(t, ok)
	require.Equal(t, []string{"a", "b"}, []string{key, token})
}
