package sandbox_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func TestFlatWebhooksV2(t *testing.T) {
	t.Parallel()
	w := setup(t, sandbox.WithFlatWebhooksV2(sandbox.Acme.ID))
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(sandbox.Acme.Vora.WebhookSecret)})
	require.NoError(t, err)
	events := w.hear(sandbox.Acme.ID, webhooks.VoraV2(keys, webhooks.WithClock(w.clock.Now)))
	w.pay()
	require.Len(t, events(), 1)
	require.IsType(t, &webhooks.SessionSucceeded{}, events()[0])
	require.Equal(t, webhooks.SchemeVoraV2, events()[0].Info().Scheme)
}
