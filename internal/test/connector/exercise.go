package connector

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/sandboxtest"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/platformtest"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Stores are what a platform keeps.
type Stores struct {
	Tenants tenants.Store
	Charges charges.Store
}

// Exercise exercises the gateways that a directory of tenants builds, and charges over them and
// over [Tally]. Each world has stores of its own, which open makes empty.
func Exercise(t *testing.T, open func(t *testing.T) Stores) {
	t.Helper()
	for _, row := range []struct {
		name  string
		world func(*testing.T, Stores) platformtest.World
	}{
		{"vora", func(t *testing.T, s Stores) platformtest.World { return atVora(t, s).asTenant() }},
		{"vora behind charges", func(t *testing.T, s Stores) platformtest.World { return atVora(t, s).behindCharges() }},
		{"visionscope", func(t *testing.T, s Stores) platformtest.World { return atVisionScope(t, s).asTenant() }},
		{"visionscope behind charges", func(t *testing.T, s Stores) platformtest.World { return atVisionScope(t, s).behindCharges() }},
		{"tally behind charges", tallyBehindCharges},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			platformtest.Exercise(t, func(t *testing.T) platformtest.World { return row.world(t, open(t)) })
		})
	}
}

// A deployment is a platform with one tenant, beside the sandbox.
type deployment struct {
	t       *testing.T
	store   charges.Store
	gateway platform.Gateway // the tenant's, of its directory
	book    *charges.Book
	work    webhooks.EventFunc // of the handler of all events
	world   platformtest.World
}

func atVora(t *testing.T, stores Stores) *deployment {
	t.Helper()
	g := sandboxtest.Start(t)
	d, url := deploy(t, g, stores, tenants.Tenant{
		Gateway: sdk.GatewayVora, MerchantID: Merchant.ID,
		Credentials: tenants.Credentials{tenants.VoraAPIKey: {Current: sdk.NewSecret(Merchant.Vora.SecretKey)}},
	})
	require.NoError(t, g.SetWebhookURL(Merchant.ID, url))
	d.world = Vora(t, g)
	return d
}

func atVisionScope(t *testing.T, stores Stores) *deployment {
	t.Helper()
	g := sandboxtest.Start(t)
	d, _ := deploy(t, g, stores, tenants.Tenant{
		Gateway:     sdk.GatewayVisionScope,
		Credentials: tenants.Credentials{tenants.VisionScopeAPIKey: {Current: sdk.NewSecret(Merchant.VisionScope.APIKey)}},
	})
	d.world = VisionScope(t, g)
	return d
}

// deploy starts a platform that serves the events of its tenant at an address.
func deploy(t *testing.T, g *sandboxtest.Gateways, stores Stores, of tenants.Tenant) (d *deployment, url string) {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	url = server.URL + "/webhooks"

	routes, err := platform.NewRoutes(url, sdk.NewSecret("a master secret of 32 characters"))
	require.NoError(t, err)
	directory, err := tenants.NewDirectory(stores.Tenants, tenants.WithRoutes(routes), tenants.WithClock(g.Now),
		tenants.WithClientOptions(sdk.GatewayVora, sdk.WithBaseURL(g.URL), sdk.WithMaxRetries(0)),
		tenants.WithClientOptions(sdk.GatewayVisionScope, sdk.WithBaseURL(g.URL), sdk.WithMaxRetries(0)))
	require.NoError(t, err)
	of.ID = tenant
	require.NoError(t, directory.Add(t.Context(), of))

	d = &deployment{t: t, store: stores.Charges}
	d.gateway, err = directory.Gateway(t.Context(), tenant)
	require.NoError(t, err)
	d.book, err = charges.New("crm", stores.Charges, directory.Gateway, charges.WithClock(g.Now))
	require.NoError(t, err)
	handler, err := webhooks.NewHandler(directory.Verifier(webhooks.WithClock(g.Now)), func(ctx context.Context, event webhooks.Event) error {
		return d.work(ctx, event)
	})
	require.NoError(t, err)
	mux.Handle("/webhooks", handler)
	mux.Handle("/webhooks/", handler)
	return d, url
}

// asTenant is the world of a platform that uses the tenant's gateway itself.
func (d *deployment) asTenant() platformtest.World {
	told := &Told{}
	d.work, d.world.Gateway, d.world.Told = told.Take, d.gateway, told.Status
	return d.world
}

// behindCharges is the world of a platform whose events go into charges.
func (d *deployment) behindCharges() platformtest.World {
	d.work = func(ctx context.Context, event webhooks.Event) error {
		_, _, err := d.book.Take(ctx, tenants.Of(event), event)
		return err
	}
	d.world.Gateway = behindCharges(d.gateway, d.book, d.store)
	d.world.Told = func(payment *platform.Payment) platform.Status {
		charge, err := d.store.Load(d.t.Context(), tenant, payment.Reference)
		require.NoError(d.t, err)
		return charge.Status()
	}
	return d.world
}

// tallyBehindCharges is a platform with an adapter of its own, whose gateway is asked.
func tallyBehindCharges(t *testing.T, stores Stores) platformtest.World {
	t.Helper()
	w := NewTally(t)
	gateway := w.Gateway
	book, err := charges.New("crm", stores.Charges, func(context.Context, string) (platform.Gateway, error) { return gateway, nil })
	require.NoError(t, err)
	w.Gateway = behindCharges(gateway, book, stores.Charges)
	w.Told = func(payment *platform.Payment) platform.Status {
		charge, err := book.Check(t.Context(), tenant, payment.Reference)
		require.NoError(t, err)
		return charge.Status()
	}
	pay := w.Pay
	w.Pay = func(payment *platform.Payment) {
		pay(payment)
		w.Told(payment) // the buyer returns, and the platform asks
	}
	return w
}
