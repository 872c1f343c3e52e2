package tenants_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
)

// A lagging store has read a tenant long before its first response arrives.
type lagging struct {
	tenants.Store
	loads atomic.Int64
}

func (s *lagging) Load(ctx context.Context, id string) (tenants.Tenant, error) {
	tenant, err := s.Store.Load(ctx, id)
	if s.loads.Add(1) == 1 {
		time.Sleep(maxAge + 5*time.Second)
	}
	return tenant, err
}

// Whoever waits for the look-up of another caller is not told what is older than the bound.
func TestALookUpThatTakesLongIsNotBelievedByOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shared := tenants.NewMemoryStore()
		elsewhere, err := tenants.NewDirectory(shared)
		require.NoError(t, err)
		require.NoError(t, elsewhere.Add(t.Context(), atVora("acme", sandbox.Acme)))
		here, err := tenants.NewDirectory(&lagging{Store: shared}, tenants.WithMaxAge(maxAge))
		require.NoError(t, err)

		go func() { _, _ = here.Tenant(t.Context(), "acme") }()
		synctest.Wait()
		_, err = elsewhere.Offboard(t.Context(), "acme")
		require.NoError(t, err)
		time.Sleep(maxAge + time.Second)
		tenant, err := here.Tenant(t.Context(), "acme")
		require.NoError(t, err)
		require.True(t, tenant.HasLeft())
	})
}
