package otelhostedpay_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/otelhostedpay"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// A label per tenant is bounded however many tenants there are, and nobody becomes one by claiming
// to be a tenant.
func TestTenants(t *testing.T) {
	t.Parallel()
	const succeeded = "deliveries http.response.status_code=200 webhook.scheme=vora-v1 "
	for _, test := range []struct {
		name    string
		options []otelhostedpay.Option
		want    []string
	}{
		{"not asked for", nil, []string{succeeded + "webhook.type=session.succeeded 500 {delivery}"}},
		{"asked for", []otelhostedpay.Option{otelhostedpay.WithTenants(tenants.NewLabels(3, "tenant-7"))}, []string{
			succeeded + "webhook.tenant=_OTHER webhook.type=session.succeeded 497 {delivery}",
			succeeded + "webhook.tenant=tenant-0 webhook.type=session.succeeded 1 {delivery}",
			succeeded + "webhook.tenant=tenant-1 webhook.type=session.succeeded 1 {delivery}",
			succeeded + "webhook.tenant=tenant-7 webhook.type=session.succeeded 1 {delivery}",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tel := setup(t)
			handler := tel.platform(t, 500, test.options...)
			for i := range 500 {
				require.Equal(t, http.StatusOK, deliver(handler, signedBy(i)).Code)
			}
			for range 100 {
				forged := webhookstest.Vora("vp_sk_test_guessed", webhookstest.SessionSucceeded(webhookstest.MerchantID("mer_7")))
				require.Equal(t, http.StatusUnauthorized, deliver(handler, forged).Code)
			}
			lines := strings.Split(strings.TrimSpace(withoutPrefix(tel.metrics(t))), "\n")
			rejected := "deliveries error.type=webhook_invalid_signature http.response.status_code=401 100 {delivery}"
			measured := "function.duration webhook.scheme=vora-v1 webhook.type=session.succeeded 500 times"
			require.ElementsMatch(t, append(test.want, rejected, measured), lines)
		})
	}
}

func TestATenantIsOnTheSpans(t *testing.T) {
	t.Parallel()
	tel := setup(t)
	deliver(tel.platform(t, 1, otelhostedpay.WithTenants(tenants.NewLabels(1))), signedBy(0))
	require.Equal(t, 2, strings.Count(tel.spans(), "webhook.tenant=tenant-0"), tel.spans())

	// An event of a shop that has no tenants has none.
	tel = setup(t)
	shop, err := webhooks.NewHandler(webhooks.Vora(staticKeys(t)), otelhostedpay.Func(done, append(tel.options(), otelhostedpay.WithTenants(tenants.NewLabels(1)))...))
	require.NoError(t, err)
	deliver(otelhostedpay.Handler(shop, tel.options()...), webhookstest.Vora(apiKey, webhookstest.SessionSucceeded()))
	require.NotContains(t, tel.spans()+tel.metrics(t), "tenant")
}

func staticKeys(t *testing.T) webhooks.KeySource {
	t.Helper()
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(apiKey)})
	require.NoError(t, err)
	return keys
}

// platform takes the deliveries of tenants.
func (tel *telemetry) platform(t *testing.T, size int, opts ...otelhostedpay.Option) http.Handler {
	t.Helper()
	directory, err := tenants.NewDirectory(tenants.NewMemoryStore())
	require.NoError(t, err)
	for i := range size {
		require.NoError(t, directory.Add(t.Context(), tenants.Tenant{
			ID: fmt.Sprint("tenant-", i), Gateway: sdk.GatewayVora, MerchantID: fmt.Sprint("mer_", i),
			Credentials: tenants.Credentials{tenants.VoraAPIKey: {Current: sdk.NewSecret(fmt.Sprint(apiKey, i))}},
		}))
	}
	handler, err := webhooks.NewHandler(directory.Verifier(), otelhostedpay.Func(done, append(tel.options(), opts...)...))
	require.NoError(t, err)
	return otelhostedpay.Handler(handler, tel.options()...)
}

// signedBy is a delivery for a tenant of a platform.
func signedBy(tenant int) *http.Request {
	return webhookstest.Vora(fmt.Sprint(apiKey, tenant), webhookstest.SessionSucceeded(
		webhookstest.MerchantID(fmt.Sprint("mer_", tenant)), webhookstest.SessionID(fmt.Sprint("vp_cs_test_", tenant))))
}
