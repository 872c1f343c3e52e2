package demo

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// validated checks every request, response and delivery of the demo against the contracts.
func validated(t *testing.T) Wrap {
	t.Helper()
	return func(apis, shop http.Handler) (http.Handler, http.Handler) {
		deliveries := http.NewServeMux()
		deliveries.Handle("/", shop)
		for _, g := range participants() {
			contract := contracttest.Of(t, g.id)
			deliveries.Handle("/webhooks/"+string(g.id), contract.Deliveries(shop))
			apis = contract.Handler(apis)
		}
		return apis, deliveries
	}
}

// Every gateway that has a contract is in the demo, with a payment that is approved and one that is
// declined, and with its name.
func TestEveryGatewayIsInTheDemo(t *testing.T) {
	t.Parallel()
	for _, g := range contract.Gateways() {
		var wanted []sdk.PaymentStatus
		for _, p := range payments() {
			if p.gateway == sdk.Gateway(g.ID) {
				require.Equal(t, g.Name, p.name)
				wanted = append(wanted, p.want)
			}
		}
		require.ElementsMatch(t, []sdk.PaymentStatus{sdk.PaymentPaid, sdk.PaymentFailed}, wanted, "participants() has %s, with a payment that is paid and one that fails", g.ID)
	}
	require.Len(t, participants(), len(contract.Gateways()))
}

func TestDemo(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, payments(), validated(t)), out.String())
	text := out.String()
	require.Contains(t, text, fmt.Sprintf("%d steps", 7*len(payments())))
	require.Contains(t, text, "all as documented")
	for _, event := range []string{"session.succeeded", "session.failed", "payment.success", "payment.failed"} {
		require.Contains(t, text, event)
	}
	for _, secret := range sandbox.Acme.Credentials() {
		require.NotContains(t, text, secret.Value, secret.Label)
	}
	for _, g := range contract.Gateways() {
		require.NotContains(t, text, "/"+g.SessionIDPrefix, "the URL of a page of %s", g.Name)
	}
}

// A demo that cannot fail would show nothing: expect the opposite of what happens, and it says so.
func TestDemoNoticesWhatIsNotAsDocumented(t *testing.T) {
	t.Parallel()
	for _, gateway := range participants() {
		t.Run(gateway.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := run(t.Context(), &out, []payment{{gateway: gateway.id, amount: money.Minor(1499, "USD"), card: "4242 4242 4242 4242", want: sdk.PaymentFailed, order: "order-1"}}, validated(t))
			require.ErrorContains(t, err, "3 of 7 steps were not as documented")
			require.Equal(t, 3, strings.Count(out.String(), "NOT AS DOCUMENTED"), out.String())
		})
	}
}
