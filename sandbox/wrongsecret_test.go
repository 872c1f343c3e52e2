package sandbox_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// The signature of webhooks v2 can be wrong on purpose too.
func TestDeliverySignedWithTheWrongSecretV2(t *testing.T) {
	t.Parallel()
	w := setup(t, sandbox.WithWebhooksV2(sandbox.Acme.ID))
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(sandbox.Acme.Vora.WebhookSecret)})
	require.NoError(t, err)
	events := w.hear(sandbox.Acme.ID, webhooks.VoraV2(keys, webhooks.WithClock(w.clock.Now)))
	require.NoError(t, w.gateways.InjectDeliveryFaults(control.DeliveryFaultWrongSecret))
	w.pay()
	require.Equal(t, http.StatusUnauthorized, w.only().Attempts[0].Status)
	require.Empty(t, events())
	w.clock.Advance(time.Second)
	require.Len(t, events(), 1)
	require.Equal(t, control.DeliveryAccepted, w.only().State)
}
