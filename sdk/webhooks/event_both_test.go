package webhooks_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// An account that has a subscription of webhooks v2 beside its webhooks v1 tells of each payment
// twice. The work is done once.
func TestAnEventUnderBothHeadersIsOne(t *testing.T) {
	t.Parallel()
	const apiKey, subscription = "vp_sk_test_both_headers", "whsec_both_headers"
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(apiKey)}, webhooks.SigningKey{Secret: sdk.NewSecret(subscription)})
	require.NoError(t, err)
	for name, body := range map[string][]byte{
		"succeeded": webhookstest.SessionSucceeded(), "failed": webhookstest.SessionFailed(), "expired": webhookstest.SessionExpired(), "refund": webhookstest.RefundCreated(), "envelope": webhookstest.VoraV2Event("charge.succeeded", nil),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			worked := 0
			handler, err := webhooks.NewHandler(webhooks.Any(webhooks.Vora(keys), webhooks.VoraV2(keys)), func(context.Context, webhooks.Event) error {
				worked++
				return nil
			})
			require.NoError(t, err)
			for _, delivery := range []*http.Request{webhookstest.Vora(apiKey, body), webhookstest.VoraV2(subscription, body)} {
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, delivery)
				require.Equal(t, http.StatusOK, w.Code, w.Body)
			}
			require.Equal(t, 1, worked)
		})
	}
}
