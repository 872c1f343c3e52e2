package platform_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/test/connector"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/sandboxtest"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/platformtest"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func TestVora(t *testing.T) {
	t.Parallel()
	platformtest.Exercise(t, func(t *testing.T) platformtest.World {
		g := sandboxtest.Start(t)
		keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(sandbox.Acme.Vora.SecretKey)})
		require.NoError(t, err)
		told, url := listen(t, webhooks.Vora(keys, webhooks.WithClock(g.Now)))
		require.NoError(t, g.SetWebhookURL(sandbox.Acme.ID, url))
		w := connector.Vora(t, g)
		w.Gateway, w.Told = platform.NewVora(g.Vora(sandbox.Acme, sdk.WithMaxRetries(0))), told.Status
		return w
	})
}

func TestVisionScope(t *testing.T) {
	t.Parallel()
	platformtest.Exercise(t, func(t *testing.T) platformtest.World {
		g := sandboxtest.Start(t)
		told, routes := listenAtRoutes(t)
		w := connector.VisionScope(t, g)
		w.Gateway, w.Told = platform.NewVisionScope(g.VisionScope(sandbox.Acme, sdk.WithMaxRetries(0)), routes, "acme"), told.Status
		return w
	})
}

func newRoutes(t *testing.T, base string, masters ...string) *platform.Routes {
	t.Helper()
	secrets := make([]sdk.Secret, len(masters))
	for i, master := range masters {
		secrets[i] = sdk.NewSecret(master)
	}
	routes, err := platform.NewRoutes(base, secrets...)
	require.NoError(t, err)
	return routes
}

// listen is told the events that come to an address.
func listen(t *testing.T, verifier *webhooks.Verifier) (told *connector.Told, url string) {
	t.Helper()
	told = &connector.Told{}
	handler, err := webhooks.NewHandler(verifier, told.Take)
	require.NoError(t, err)
	server := httptest.NewServer(http.StripPrefix("/webhooks", handler))
	t.Cleanup(server.Close)
	return told, server.URL + "/webhooks"
}

// listenAtRoutes is told the events that come to the addresses of routes.
func listenAtRoutes(t *testing.T) (*connector.Told, *platform.Routes) {
	t.Helper()
	var routes *platform.Routes
	told, url := listen(t, webhooks.VisionScope(webhooks.KeySourceFunc(func(ctx context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
		return routes.Keys(ctx, hint)
	})))
	routes = newRoutes(t, url, "a master secret of 32 characters")
	return told, routes
}

// What a checkout's URL names finds its secret, and comes with its event, with nothing stored.
func TestRoutes(t *testing.T) {
	t.Parallel()
	const old, current = "an old master secret: 32 characters", "a new master secret: 32 characters"
	before, now := newRoutes(t, "https://crm.example.com/webhooks", old), newRoutes(t, "https://crm.example.com/webhooks", current, old)
	hint := func(r *platform.Routes, tenant, reference string) webhooks.KeyHint {
		return webhooks.KeyHint{Path: strings.TrimPrefix(r.URL(tenant, reference), "https://crm.example.com")}
	}
	names := []string{"acme", "order-789012", "a/b", "..", ".", "a.b", "a~b", "a%2Fb", "ä", " ", "~2E", "a?b#c", strings.Repeat("x", 300)}
	seen := map[string]string{}
	for _, tenant := range names {
		for _, reference := range names {
			address := now.URL(tenant, reference)
			require.NotContains(t, seen, address)
			require.Regexp(t, `^https://crm\.example\.com/webhooks/[A-Za-z0-9_~-]+/[A-Za-z0-9_~-]+$`, address)
			seen[address] = tenant
			secret := now.Secret(tenant, reference).Reveal()
			require.NotContains(t, seen, secret)
			require.Len(t, secret, 64)
			seen[secret] = tenant

			keys, err := now.Keys(t.Context(), hint(now, tenant, reference))
			require.NoError(t, err)
			require.Len(t, keys, 2)
			require.Equal(t, secret, keys[0].Secret.Reveal())
			require.Equal(t, before.Secret(tenant, reference).Reveal(), keys[1].Secret.Reveal())
			for _, key := range keys {
				require.Equal(t, tenant, key.MerchantID)
				require.Equal(t, reference, key.Reference)
				require.Equal(t, webhooks.SchemeVisionScope, key.Scheme)
			}
		}
	}
	for _, path := range []string{"", "/", "acme", "/acme/", "//order", "/acme/a.b", "/acme/%61", "/acme/~61", "/acme/~2e", "/acme/~", "/acme/~2"} {
		_, err := now.Keys(t.Context(), webhooks.KeyHint{Path: path})
		require.ErrorIs(t, err, webhooks.ErrUnknownMerchant, path)
	}
}

func TestNewRoutesRejects(t *testing.T) {
	t.Parallel()
	const master = "a master secret of 32 characters"
	for _, test := range []struct{ base, master, message string }{
		{"crm.example.com/webhooks", master, "not absolute"},
		{"ftp://crm.example.com/webhooks", master, "not absolute"},
		{"https://crm.example.com/webhooks?a=1", master, "has a query"},
		{"https://user:s3cret@crm.example.com/webhooks", master, "has a query, a fragment or a user"},
		{"ftp://user:s3cret@crm.example.com/webhooks", master, "not absolute"},
		{"https://user:s3c ret@crm.example.com", master, "not absolute"},
		{"https://crm.example.com/webhooks", "too short", "has 9 characters and needs 32"},
		{"https://crm.example.com/webhooks", "[redacted]", "master secret 0 has the mask [redacted], which a secret is printed and encoded as"},
		{"https://crm.example.com/webhooks", master + "\n", `master secret 0 has white space, quotes, a byte order mark or "Bearer " around its secret`},
		{"https://crm.example.com/webhooks", "", "is its environment variable set?"},
	} {
		_, err := platform.NewRoutes(test.base, sdk.NewSecret(test.master))
		require.ErrorContains(t, err, test.message)
		require.NotContains(t, err.Error(), "s3cret")
		require.NotContains(t, err.Error(), "too short")
	}
	_, err := platform.NewRoutes("https://crm.example.com/webhooks")
	require.ErrorContains(t, err, "no master secret")
}

// What could not be told apart later is not asked for.
func TestAPurchaseNeedsItsNames(t *testing.T) {
	t.Parallel()
	g := sandboxtest.Start(t)
	routes := newRoutes(t, "https://crm.example.com/webhooks", "a master secret of 32 characters")
	nameless := platform.Purchase{Amount: money.Minor(1499, "USD"), ReturnURL: "https://crm.example.com/return"}
	named := nameless
	named.Reference = "crm_1_1"
	for _, ask := range []func() (*platform.Payment, error){
		func() (*platform.Payment, error) {
			return platform.NewVora(g.Vora(sandbox.Acme)).Purchase(t.Context(), nameless)
		},
		func() (*platform.Payment, error) {
			return platform.NewVisionScope(g.VisionScope(sandbox.Acme), routes, "acme").Purchase(t.Context(), nameless)
		},
		func() (*platform.Payment, error) {
			return platform.NewVisionScope(g.VisionScope(sandbox.Acme), routes, "").Purchase(t.Context(), named)
		},
	} {
		payment, err := ask()
		require.ErrorIs(t, err, sdk.CodeValidationMissingField)
		require.Nil(t, payment)
	}
	require.Empty(t, g.Sessions())
}

// An event comes although the response to the create was lost, and says whose it is.
func TestAnEventFindsItsTenantWithNothingStored(t *testing.T) {
	t.Parallel()
	g := sandboxtest.Start(t)
	told, routes := listenAtRoutes(t)
	connector.VisionScope(t, g).LoseResponse()
	reference := platform.Reference("crm", "order 78/9012", 1)
	payment, err := platform.NewVisionScope(g.VisionScope(sandbox.Acme, sdk.WithMaxRetries(0)), routes, "acme/1").
		Purchase(t.Context(), platform.Purchase{Reference: reference, Amount: money.MustParse("10", "EUR"), ReturnURL: "https://crm.example.com/return"})
	require.NoError(t, err)
	require.Equal(t, platform.StatusUnknown, payment.Status)

	sessions := g.Sessions()
	require.Len(t, sessions, 1)
	g.Open(sdk.NewSecret(sessions[0].CheckoutURL)).Pay(buyer.CardApproved)
	require.Equal(t, control.DeliveryAccepted, g.WaitDelivery(sessions[0].ID, "payment.success").State)
	events := told.Events()
	require.Len(t, events, 1)
	require.Equal(t, "acme/1", events[0].Info().MerchantID)
	require.Equal(t, reference, events[0].Info().Reference)
}
