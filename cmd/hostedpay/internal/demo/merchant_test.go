package demo

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// An event with a problem is acknowledged, and the problem is the order's from then on.
func TestAnEventWithAProblemIsKept(t *testing.T) {
	t.Parallel()
	box, err := sandbox.New()
	require.NoError(t, err)
	t.Cleanup(box.Close)
	stage := demoStage{sandbox: box, baseURL: "http://127.0.0.1:1", shop: newMerchant("http://127.0.0.1:2")}
	mux := http.NewServeMux()
	for _, g := range participants() {
		at, err := g.open(stage)
		require.NoError(t, err)
		require.NoError(t, at.register(mux))
	}
	expected, paid := money.Minor(1499, "USD"), webhookstest.Amount(money.Minor(1, "USD"))
	secret := "a secret of the order's own, of thirty-two bytes"
	for name, delivery := range map[string]*http.Request{
		"vora": webhookstest.Vora(sandbox.Acme.Vora.SecretKey,
			webhookstest.SessionSucceeded(paid, webhookstest.MerchantID(sandbox.Acme.ID), webhookstest.SessionID("vora")), webhookstest.To("/webhooks/vora")),
		"visionscope": webhookstest.VisionScope(secret,
			webhookstest.PaymentSucceeded(paid, webhookstest.SessionID("not known")), webhookstest.To("/webhooks/visionscope?order=visionscope")),
	} {
		o := &order{name: name, amount: expected, secret: sdk.NewSecret(secret)}
		stage.shop.place(o)
		stage.shop.attach(o, name)
		response := httptest.NewRecorder()
		mux.ServeHTTP(response, delivery)
		require.Equal(t, http.StatusOK, response.Code, response.Body)
		require.Equal(t, []orders.Problem{orders.ProblemWrongAmount}, (<-o.events).problems)
		require.Equal(t, []orders.Problem{orders.ProblemWrongAmount}, o.payment.Problems)
		require.Equal(t, sdk.PaymentPaid, stage.shop.statusOf(o))
	}
}
