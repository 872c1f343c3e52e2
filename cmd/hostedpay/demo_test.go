package main

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// validated checks every request, response and delivery of the demo against the contracts.
func validated(t *testing.T) wrap {
	t.Helper()
	vora, visionscope := contracttest.Vora(t), contracttest.VisionScope(t)
	return func(gateways, shop http.Handler) (http.Handler, http.Handler) {
		deliveries := http.NewServeMux()
		deliveries.Handle("/", shop)
		deliveries.Handle("/webhooks/vora", vora.Deliveries(shop))
		deliveries.Handle("/webhooks/visionscope", visionscope.Deliveries(shop))
		return visionscope.Handler(vora.Handler(gateways)), deliveries
	}
}

func TestDemo(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, demo(t.Context(), &out, payments(), validated(t)), out.String())
	text := out.String()
	require.Contains(t, text, "28 steps")
	require.Contains(t, text, "all as documented")
	for _, event := range []string{"session.succeeded", "session.failed", "payment.success", "payment.failed"} {
		require.Contains(t, text, event)
	}
	for _, secret := range []string{sandbox.Acme.Vora.SecretKey, sandbox.Acme.Vora.SessionSecret, sandbox.Acme.VisionScope.APIKey, "/c/vp_cs", "/checkout/cs_"} {
		require.NotContains(t, text, secret)
	}
}

// A demo that cannot fail would show nothing: expect the opposite of what happens, and it says so.
func TestDemoNoticesWhatIsNotAsDocumented(t *testing.T) {
	t.Parallel()
	for _, gateway := range gateways() {
		t.Run(gateway.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := demo(t.Context(), &out, []payment{{gateway: gateway.id, amount: money.Minor(1499, "USD"), card: "4242 4242 4242 4242", want: sdk.PaymentFailed, order: "order-1"}}, validated(t))
			require.ErrorContains(t, err, "3 of 7 steps were not as documented")
			require.Equal(t, 3, strings.Count(out.String(), "NOT AS DOCUMENTED"), out.String())
		})
	}
}
