package tenants_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// One handler serves all tenants at both gateways, and an event says whose it is.
func TestAnEventCarriesItsTenant(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for tenant, ended := range map[string]string{"acme": "session.succeeded", "brightline": "session.succeeded", "cobalt": "payment.success"} {
		payment, err := w.gateway(w.directory, tenant).Purchase(t.Context(), purchase)
		require.NoError(t, err)
		w.Open(payment.CheckoutURL).Pay(buyer.CardApproved)
		w.WaitDelivery(payment.ID, ended)
		require.Equal(t, tenant, tenants.Of(w.told()))
		require.Equal(t, payment.ID, w.told().Info().SessionID)
		require.Equal(t, purchase.Reference, platform.ReferenceOf(w.told()))
	}
}

// A rotation that one process has made is known to another as soon as it needs it.
func TestARotationReachesOtherProcesses(t *testing.T) {
	t.Parallel()
	w := setup(t)
	other := w.process()
	there := w.gateway(other, "acme")
	payment, err := there.Purchase(t.Context(), purchase)
	require.NoError(t, err)

	rotated, err := w.RotateKey(sandbox.Acme.ID)
	require.NoError(t, err)
	tenant, err := w.directory.Rotate(t.Context(), "acme", tenants.VoraAPIKey, sdk.NewSecret(rotated))
	require.NoError(t, err)
	require.Len(t, tenant.Credentials[tenants.VoraAPIKey].Valid(w.Now().Add(tenants.Grace-1)), 2)
	require.Len(t, tenant.Credentials[tenants.VoraAPIKey].Valid(w.Now().Add(tenants.Grace)), 1)

	// The gateway signs with one of both keys, and both are accepted.
	for _, key := range []string{sandbox.Acme.Vora.SecretKey, rotated} {
		response := w.deliver(webhookstest.Vora(key, webhookstest.SessionSucceeded(webhookstest.MerchantID(sandbox.Acme.ID), webhookstest.SessionID(key[len(key)-8:])), webhookstest.At(w.Now())))
		require.Equal(t, 200, response.Code, response.Body)
		require.Equal(t, "acme", tenants.Of(w.told()))
	}

	// The other process has the old key, until that is rejected.
	require.NoError(t, w.RevokeKeys(sandbox.Acme.ID))
	again, err := there.Purchase(t.Context(), purchase)
	require.NoError(t, err)
	require.Equal(t, payment.ID, again.ID, "the same reference is the same payment under the new key")
	read, err := there.(platform.Retriever).Retrieve(t.Context(), payment.ID)
	require.NoError(t, err)
	require.Equal(t, payment.ID, read.ID)

	// A rotation that reached nobody is the merchant's.
	_, err = w.RotateKey(sandbox.Acme.ID)
	require.NoError(t, err)
	require.NoError(t, w.RevokeKeys(sandbox.Acme.ID))
	_, err = there.Purchase(t.Context(), purchase)
	require.ErrorIs(t, err, sdk.CodeAuthInvalidKey)
	require.Equal(t, platform.HandlingTellMerchant, platform.HandlingOf(err))
}

// Every code whose next step is another key has the key of another process tried, and no other code
// has.
func TestCodesThatAskForAnotherKey(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, code := range sdk.Codes() {
		id := string(code)
		entry, _ := code.Entry()
		require.NoError(t, w.directory.Add(t.Context(), tenants.Tenant{
			ID: id, Gateway: sdk.GatewayVora, MerchantID: id,
			Credentials: tenants.Credentials{tenants.VoraAPIKey: {Current: sdk.NewSecret(sandbox.KeyFor(code))}},
		}))
		there := w.gateway(w.process(), id)
		_, err := w.directory.Rotate(t.Context(), id, tenants.VoraAPIKey, sdk.NewSecret(sandbox.Cobalt.Vora.SecretKey))
		require.NoError(t, err)
		p := purchase
		p.Reference = id
		payment, err := there.Purchase(t.Context(), p)
		again := err == nil && payment.Status == platform.StatusPending
		require.Equal(t, entry.NextAction == sdk.ActionRotateKey, again, "%s: %v", code, err)
	}
}

// A tenant is read again when it is old, and not before.
func TestAge(t *testing.T) {
	t.Parallel()
	w := setup(t)
	other := w.process()
	before, err := other.Tenant(t.Context(), "cobalt")
	require.NoError(t, err)
	_, err = w.directory.Rotate(t.Context(), "cobalt", tenants.VisionScopeAPIKey, sdk.NewSecret("vsk_another"))
	require.NoError(t, err)
	reads := w.store.reads.Load()
	w.Advance(maxAge - 1)
	after, err := other.Tenant(t.Context(), "cobalt")
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.Equal(t, reads, w.store.reads.Load())
	w.Advance(1)
	after, err = other.Tenant(t.Context(), "cobalt")
	require.NoError(t, err)
	require.Equal(t, int64(2), after.Version)
	require.Equal(t, reads+1, w.store.reads.Load())
}

func TestOffboarding(t *testing.T) {
	t.Parallel()
	w := setup(t)
	gateway := w.gateway(w.directory, "acme")
	payment, err := gateway.Purchase(t.Context(), purchase)
	require.NoError(t, err)
	w.Open(payment.CheckoutURL).Pay(buyer.CardApproved)
	w.WaitDelivery(payment.ID, "session.succeeded")

	for range 2 { // it can be repeated
		_, err = w.directory.Offboard(t.Context(), "acme")
		require.NoError(t, err)
	}
	_, err = gateway.Purchase(t.Context(), purchase)
	require.ErrorIs(t, err, tenants.ErrOffboarded)
	require.Equal(t, platform.HandlingTellMerchant, platform.HandlingOf(err))
	read, err := gateway.(platform.Retriever).Retrieve(t.Context(), payment.ID)
	require.NoError(t, err)
	require.Equal(t, platform.StatusApproved, read.Status)

	// A refund comes late.
	w.Advance(80 * time.Hour)
	_, err = w.Refund(payment.ID, 500)
	require.NoError(t, err)
	w.WaitDelivery(payment.ID, "refund.created")
	require.Equal(t, "acme", tenants.Of(w.told()))
	require.True(t, w.told().Info().Offboarded)
	_, err = w.directory.Rotate(t.Context(), "acme", tenants.VoraWebhookSecret, sdk.NewSecret("whsec_0123456789abcdef"))
	require.NoError(t, err, "a merchant may rotate what a late refund is signed with")

	_, err = w.directory.Return(t.Context(), "acme")
	require.NoError(t, err)
	_, err = gateway.Purchase(t.Context(), purchase)
	require.NoError(t, err)
	var actions []string
	for _, entry := range w.audit {
		if entry.Tenant == "acme" {
			actions = append(actions, fmt.Sprint(entry.Action, entry.Kind, entry.Version))
		}
	}
	require.Equal(t, []string{"added1", "offboarded2", "rotatedvora_webhook_secret3", "returned4"}, actions)
}

// Whoever sends forgeries learns nothing from the response, and costs the store next to nothing.
func TestForgeries(t *testing.T) {
	t.Parallel()
	w := setup(t)
	_, err := w.directory.Offboard(t.Context(), "brightline")
	require.NoError(t, err)
	forge := func(merchant string, n int) string {
		response := w.deliver(webhookstest.Vora("a secret that is wrong", webhookstest.SessionSucceeded(webhookstest.MerchantID(merchant), webhookstest.SessionID(fmt.Sprint(n))), webhookstest.At(w.Now())))
		return fmt.Sprint(response.Code, response.Header(), response.Body)
	}
	wrong := forge(sandbox.Acme.ID, 1)
	require.Contains(t, wrong, "401")
	reads := w.store.reads.Load()
	for n := range 3000 {
		require.Equal(t, wrong, forge(sandbox.Acme.ID, n))
		require.Equal(t, wrong, forge(sandbox.Brightline.ID, n))
		require.Equal(t, wrong, forge(fmt.Sprint("mer_", n), n))
	}
	require.LessOrEqual(t, w.store.reads.Load()-reads, int64(1000), "look-ups of merchants that nobody knows")
	require.Equal(t, wrong, forge("", 1))
	require.Empty(t, w.events)

	// One tenant's key signs no other tenant's event.
	crossed := webhookstest.Vora(sandbox.Acme.Vora.SecretKey, webhookstest.SessionSucceeded(webhookstest.MerchantID(sandbox.Brightline.ID)), webhookstest.At(w.Now()))
	require.Equal(t, 401, w.deliver(crossed).Code)
	derived := webhookstest.VisionScope(w.routes.Secret("cobalt", "crm_1_1").Reveal(), webhookstest.PaymentSucceeded(), webhookstest.To(w.routes.URL("dune", "crm_1_1")), webhookstest.At(w.Now()))
	require.Equal(t, 401, w.deliver(derived).Code)
	require.Empty(t, w.events)

	// Events of those who are known arrive meanwhile, and so do others once there is room.
	paid := webhookstest.Vora(sandbox.Acme.Vora.SecretKey, webhookstest.SessionSucceeded(webhookstest.MerchantID(sandbox.Acme.ID)), webhookstest.At(w.Now()))
	require.Equal(t, 200, w.deliver(paid).Code)

	// Those who are known are looked up again when they are old, however many forgeries there are.
	w.Advance(maxAge)
	for n := range 1500 {
		require.Equal(t, 401, w.deliver(webhookstest.Vora("a secret that is wrong", webhookstest.SessionSucceeded(webhookstest.MerchantID(fmt.Sprint("more_", n))), webhookstest.At(w.Now()))).Code)
	}
	later := webhookstest.Vora(sandbox.Acme.Vora.SecretKey, webhookstest.SessionSucceeded(webhookstest.MerchantID(sandbox.Acme.ID), webhookstest.SessionID("later")), webhookstest.At(w.Now()))
	require.Equal(t, 200, w.deliver(later).Code)
}

// An event at VisionScope needs nothing that is stored, and says that its tenant has left.
func TestEventsOfRoutes(t *testing.T) {
	t.Parallel()
	w := setup(t)
	event := func(tenant, reference string) *http.Request {
		return webhookstest.VisionScope(w.routes.Secret(tenant, reference).Reveal(), webhookstest.PaymentSucceeded(webhookstest.SessionID(reference)), webhookstest.To(w.routes.URL(tenant, reference)), webhookstest.At(w.Now()))
	}
	require.Equal(t, 200, w.deliver(event("cobalt", "crm_1_1")).Code)
	require.Equal(t, "cobalt", tenants.Of(w.told()))
	require.False(t, w.told().Info().Offboarded)
	require.Equal(t, 200, w.deliver(event("not stored", "crm_2_1")).Code)
	require.Equal(t, "not stored", tenants.Of(w.told()))
	_, err := w.directory.Offboard(t.Context(), "cobalt")
	require.NoError(t, err)
	require.Equal(t, 200, w.deliver(event("cobalt", "crm_3_1")).Code)
	require.True(t, w.told().Info().Offboarded)
}

// A credential that has leaked verifies nothing once it is revoked.
func TestRevoke(t *testing.T) {
	t.Parallel()
	w := setup(t)
	event := func(session string) int {
		return w.deliver(webhookstest.Vora(sandbox.Acme.Vora.SecretKey, webhookstest.SessionSucceeded(webhookstest.MerchantID(sandbox.Acme.ID), webhookstest.SessionID(session)), webhookstest.At(w.Now()))).Code
	}
	next, err := w.RotateKey(sandbox.Acme.ID)
	require.NoError(t, err)
	_, err = w.directory.Rotate(t.Context(), "acme", tenants.VoraAPIKey, sdk.NewSecret(next))
	require.NoError(t, err)
	require.Equal(t, 200, event("during the grace"))
	for range 2 { // it can be repeated
		acme, err := w.directory.Revoke(t.Context(), "acme", tenants.VoraAPIKey)
		require.NoError(t, err)
		require.Equal(t, tenants.Credential{Current: sdk.NewSecret(next)}, acme.Credentials[tenants.VoraAPIKey])
	}
	require.Equal(t, 401, event("after it"))
	require.Equal(t, tenants.ActionRevoked, w.audit[len(w.audit)-1].Action)
}

// Callers that come at once cost one look-up, and one that gives up ends nobody else's.
func TestOneLooksUpForAll(t *testing.T) {
	t.Parallel()
	w := setup(t)
	reads := w.store.reads.Load()
	other := w.process()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	var wait sync.WaitGroup
	for n := range 50 {
		wait.Go(func() {
			ctx := t.Context()
			if n%5 == 0 {
				ctx = gone
			}
			if _, err := other.Tenant(ctx, "acme"); n%5 != 0 {
				require.NoError(t, err)
			}
		})
	}
	wait.Wait()
	require.LessOrEqual(t, w.store.reads.Load()-reads, int64(11), "one, and those that had given up")
	_, err := other.Tenant(t.Context(), "nobody")
	require.ErrorIs(t, err, tenants.ErrNotFound)
}

// No more tenants are kept than there is room for, and those that are used stay.
func TestSize(t *testing.T) {
	t.Parallel()
	w := setup(t)
	small := w.process(tenants.WithSize(2))
	for _, id := range []string{"acme", "brightline", "acme", "cobalt", "acme"} {
		_, err := small.Tenant(t.Context(), id)
		require.NoError(t, err)
	}
	reads := w.store.reads.Load()
	_, err := small.Tenant(t.Context(), "acme")
	require.NoError(t, err)
	require.Equal(t, reads, w.store.reads.Load())
	_, err = small.Tenant(t.Context(), "brightline")
	require.NoError(t, err)
	require.Equal(t, reads+1, w.store.reads.Load())
}

// Every gateway that has a contract can be a tenant's.
func TestEveryGatewayCanBeATenants(t *testing.T) {
	t.Parallel()
	for _, g := range contract.Gateways() {
		err := setup(t).directory.Add(t.Context(), tenants.Tenant{ID: "dune", Gateway: sdk.Gateway(g.ID), MerchantID: "mer_dune"})
		require.ErrorContains(t, err, "dune has no "+g.ID, "sdk/platform/tenants/%s.go has the credentials of %s, and strategies() in strategy.go lists it", g.ID, g.Name)
	}
}

func TestAddRejects(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for problem, change := range map[string]func(*tenants.Tenant){
		"needs an ID":                        func(x *tenants.Tenant) { x.ID = "" },
		"dune has no merchant ID":            func(x *tenants.Tenant) { x.MerchantID = "" },
		"it must be vora or visionscope":     func(x *tenants.Tenant) { x.Gateway = "other" },
		"has no vora_api_key":                func(x *tenants.Tenant) { x.Credentials = nil },
		"unknown kind":                       func(x *tenants.Tenant) { x.Credentials["other"] = tenants.Credential{} },
		"that is the API key of VisionScope": func(x *tenants.Tenant) { x.Credentials[tenants.VoraAPIKey] = of("vsk_abc") },
		"that is a publishable API key":      func(x *tenants.Tenant) { x.Credentials[tenants.VoraAPIKey] = of("vp_pk_test_abc") },
		"which has no visionscope_api_key":   func(x *tenants.Tenant) { x.Credentials[tenants.VisionScopeAPIKey] = of("vsk_abc") },
		"the vora_session_secret of dune":    func(x *tenants.Tenant) { x.Credentials[tenants.VoraSessionSecret] = of("secret") },
		"a secret of 12 bytes":               func(x *tenants.Tenant) { x.Credentials[tenants.VoraAPIKey] = of("vp_sk_test_a") },
		"a secret of 9 bytes":                func(x *tenants.Tenant) { x.Credentials[tenants.VoraWebhookSecret] = of("whsec_abc") },
		"acme is there already":              func(x *tenants.Tenant) { x.ID, x.MerchantID = "acme", sandbox.Acme.ID },
		"cannot be that of dune":             func(x *tenants.Tenant) { x.MerchantID = sandbox.Acme.ID },
	} {
		tenant := atVora("dune", sandbox.Cobalt)
		change(&tenant)
		require.ErrorContains(t, w.directory.Add(t.Context(), tenant), problem)
	}
	_, err := w.directory.Rotate(t.Context(), "acme", tenants.VoraAPIKey, sdk.NewSecret("ss_test_abc"))
	require.ErrorContains(t, err, "session signing secret")
	_, err = w.directory.Rotate(t.Context(), "acme", tenants.VisionScopeAPIKey, sdk.NewSecret("vsk_abc"))
	require.ErrorContains(t, err, "acme is at vora, which has no visionscope_api_key")
	_, err = w.directory.Revoke(t.Context(), "cobalt", tenants.VoraAPIKey)
	require.ErrorContains(t, err, "cobalt is at visionscope, which has no vora_api_key")
	_, err = w.directory.Revoke(t.Context(), "acme", "other")
	require.ErrorContains(t, err, "unknown kind")
	_, err = w.directory.Rotate(t.Context(), "nobody", tenants.VoraAPIKey, sdk.NewSecret("vp_sk_test_abc"))
	require.ErrorIs(t, err, tenants.ErrNotFound)

	_, err = tenants.NewDirectory(nil)
	require.ErrorContains(t, err, "needs a store")
	_, err = tenants.NewDirectory(w.store, tenants.WithSize(0))
	require.ErrorContains(t, err, "keeps nothing")
	without, err := tenants.NewDirectory(w.store)
	require.NoError(t, err)
	_, err = without.Gateway(t.Context(), "cobalt")
	require.ErrorContains(t, err, "WithRoutes")
	_, err = without.Gateway(t.Context(), "nobody")
	require.ErrorIs(t, err, tenants.ErrNotFound)
	require.ErrorContains(t, err, `"nobody" was not added`)
	_, err = without.Verifier().Verify(t.Context(), webhookstest.VisionScope("secret of 16 bytes", webhookstest.PaymentSucceeded()).Header, nil)
	var rejection *webhooks.Rejection
	require.ErrorAs(t, err, &rejection)
	require.Equal(t, webhooks.ReasonMissingSignature, rejection.Reason)
}

func of(secret string) tenants.Credential { return tenants.Credential{Current: sdk.NewSecret(secret)} }

// Whoever has a test key of a tenant, even a publishable one, pays with test cards. No event of
// that is one of the tenant that has gone live.
func TestGoingLive(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const live, subscription = "vp_sk_live_0123456789abcdef", "whsec_0123456789abcdef"
	v1 := func(key, session string) int {
		body := webhookstest.SessionSucceeded(webhookstest.MerchantID(sandbox.Acme.ID), webhookstest.SessionID(session))
		return w.deliver(webhookstest.Vora(key, body, webhookstest.At(w.Now()))).Code
	}
	v2 := func(live bool) int {
		body := webhookstest.VoraV2Event("charge.succeeded", nil, webhookstest.MerchantID(sandbox.Acme.ID), webhookstest.Set("livemode", live), webhookstest.Set("id", fmt.Sprint("evt_", live)))
		return w.deliver(webhookstest.VoraV2(subscription, body, webhookstest.At(w.Now()))).Code
	}
	_, err := w.directory.Rotate(t.Context(), "acme", tenants.VoraWebhookSecret, sdk.NewSecret(subscription))
	require.NoError(t, err)
	require.Equal(t, 200, v1(sandbox.Acme.Vora.SecretKey, "before"))
	require.Equal(t, 200, v2(false))
	require.Equal(t, 401, v2(true), "the tenant is not live")

	_, err = w.directory.Rotate(t.Context(), "acme", tenants.VoraAPIKey, sdk.NewSecret(live))
	require.NoError(t, err)
	require.Equal(t, 401, v1(sandbox.Acme.Vora.SecretKey, "after"))
	require.Equal(t, 200, v1(live, "after"))
	require.Equal(t, 401, v2(false))
	require.Equal(t, 200, v2(true))

	_, err = w.directory.Rotate(t.Context(), "acme", tenants.VoraAPIKey, sdk.NewSecret(sandbox.Acme.Vora.SecretKey))
	require.ErrorContains(t, err, "the vora_api_key of acme is live, and a test one cannot follow it")
	require.Equal(t, 200, v1(live, "later"))
}

// Webhooks v2 are signed with the secret of a subscription.
func TestASubscriptionsSecret(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const secret = "whsec_0123456789abcdef"
	event := func(secret string) int {
		return w.deliver(webhookstest.VoraV2(secret, webhookstest.VoraV2Event("charge.succeeded", nil, webhookstest.MerchantID(sandbox.Acme.ID)), webhookstest.At(w.Now()))).Code
	}
	require.Equal(t, 401, event(secret))
	_, err := w.directory.Rotate(t.Context(), "acme", tenants.VoraWebhookSecret, sdk.NewSecret(secret))
	require.NoError(t, err)
	require.Equal(t, 200, event(secret))
	require.Equal(t, "acme", tenants.Of(w.told()))
	require.Equal(t, 401, event(sandbox.Acme.Vora.SecretKey), "an API key signs no webhooks v2")
}
