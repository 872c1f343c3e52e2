package tenants_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
)

// A tenant's client costs less than 1 KiB, so that each can have one. The heap is the whole
// process's, so this test is not parallel.
func TestMemoryOfAClient(t *testing.T) {
	const count = 10_000
	for _, gateway := range []sdk.Gateway{sdk.GatewayVora, sdk.GatewayVisionScope} {
		routes, err := platform.NewRoutes("https://crm.example.com/webhooks", sdk.NewSecret("a master secret of 32 characters"))
		require.NoError(t, err)
		store := tenants.NewMemoryStore()
		for i := range count {
			tenant := tenants.Tenant{ID: fmt.Sprint("tenant-", i), Gateway: gateway, Version: 1}
			switch gateway {
			case sdk.GatewayVora:
				tenant.MerchantID = fmt.Sprint("mer_", i)
				tenant.Credentials = tenants.Credentials{tenants.VoraAPIKey: {Current: sdk.NewSecret(fmt.Sprintf("vp_sk_test_%024d", i))}}
			case sdk.GatewayVisionScope:
				tenant.Credentials = tenants.Credentials{tenants.VisionScopeAPIKey: {Current: sdk.NewSecret(fmt.Sprintf("vsk_%028d", i))}}
			}
			require.NoError(t, store.Save(t.Context(), tenant))
		}
		directory, err := tenants.NewDirectory(store, tenants.WithRoutes(routes), tenants.WithMaxAge(time.Hour),
			tenants.WithClientOptions(sdk.GatewayVisionScope, sdk.WithBaseURL("https://visionscope.example.com")))
		require.NoError(t, err)
		each := func(use func(id string) error) (bytes uint64) {
			before := heap()
			for i := range count {
				require.NoError(t, use(fmt.Sprint("tenant-", i)))
			}
			return (max(heap(), before) - before) / count
		}
		cached := each(func(id string) error { _, err := directory.Tenant(t.Context(), id); return err })
		client := each(func(id string) error { _, err := directory.Gateway(t.Context(), id); return err })
		runtime.KeepAlive(directory)
		t.Logf("%s: a client has %d bytes, and its tenant in the cache %d", gateway, client, cached)
		require.Less(t, client, uint64(1024), "bytes of a client of %s", gateway)
		require.NotZero(t, client, "the cache keeps clients")
		require.Less(t, client+cached, uint64(2048), "bytes of a tenant of %s", gateway)
	}
}

// heap is what is in use after everything else was collected.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // what the first has finalized
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
