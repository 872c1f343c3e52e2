package visionscope_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
)

func TestNewWebhookSecret(t *testing.T) {
	t.Parallel()

	seen := map[string]bool{}
	for range 100 {
		secret := visionscope.NewWebhookSecret()
		require.Regexp(t, "^[0-9a-f]{64}$", secret.Reveal())
		require.False(t, seen[secret.Reveal()])
		seen[secret.Reveal()] = true
		require.Equal(t, "[redacted]", fmt.Sprint(secret))
	}

	client, _ := setup(t, http.StatusOK, created)
	p := params()
	p.WebhookSecret = visionscope.NewWebhookSecret()
	_, err := client.CreateCheckout(t.Context(), p)
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprintf("%+v %#v %x", p, p, p), p.WebhookSecret.Reveal())
}
