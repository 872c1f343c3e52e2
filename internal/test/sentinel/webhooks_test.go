package sentinel_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// requireLines requires a log of bounded lines without what nobody sees.
func requireLines(t *testing.T, log string, how ...any) {
	t.Helper()
	requireClean(t, log, how...)
	for line := range strings.Lines(log) {
		require.Less(t, len(line), 8<<10, how...)
	}
	for _, r := range strings.ReplaceAll(log, "\n", "") {
		require.False(t, unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Variation_Selector), "%U, %v", r, how)
	}
}

// hostile are strings that a stranger, or a gateway that has gone mad, puts wherever a string can
// be.
func hostile() map[string]string {
	all := map[string]string{"long": strings.Repeat("x", 200_000), "direction": "\u202eabc\u2066", "keys": echo()}
	for name, spelling := range spellings() {
		all[name] = spelling.said
	}
	return all
}

// What is said of a delivery, accepted or not, by a log, by Diagnose and by a rejection.
func TestDeliveriesAreNotPrinted(t *testing.T) {
	t.Parallel()
	quoting := webhooks.KeySourceFunc(func(_ context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
		return nil, fmt.Errorf("no row for %s at %s", hint.MerchantID, hint.SessionID)
	})
	static, err := webhooks.StaticKeys(webhooks.SigningKey{Name: "current", Secret: sdk.NewSecret(voraKey)})
	require.NoError(t, err)
	hooks, err := webhooks.StaticKeys(webhooks.SigningKey{Name: "current", Secret: sdk.NewSecret(hookSecret)})
	require.NoError(t, err)
	for name, said := range hostile() {
		body := webhookstest.SessionSucceeded(webhookstest.Set("sessionId", said), webhookstest.Set("merchantId", said), webhookstest.Set("currency", said))
		newer := webhookstest.SessionSucceeded(webhookstest.Set("event", said), webhookstest.Set("sessionId", said))
		unreadable := webhookstest.SessionSucceeded(webhookstest.Set("metadata", map[string]any{said: 7}), webhookstest.Set("amount", json.RawMessage("1"+strings.Repeat("0", len(said)))))
		headers := []webhookstest.Option{webhookstest.WithHeader("X-VonPay-Timestamp", said), webhookstest.WithHeader("X-Request-Id", said)}
		for i, delivery := range []*http.Request{
			webhookstest.Vora(voraKey, body), webhookstest.Vora(voraKey, newer), webhookstest.Vora(voraKey, unreadable), webhookstest.Vora("vp_sk_test_another_one", body),
			webhookstest.Vora(voraKey, body, headers...), webhookstest.VoraV2(hookSecret, body), webhookstest.VoraV2(hookSecret, unreadable),
			webhookstest.VoraV2(hookSecret, webhookstest.VoraV2Event(said, json.RawMessage(unreadable))),
			webhookstest.Vora(voraKey, body, webhookstest.WithHeader("X-VonPay-Signature", said)),
			webhookstest.VoraV2(hookSecret, body, webhookstest.WithHeader("X-VonPay-Signature", "t="+said+",v1="+said+","+said+"="+said)),
		} {
			for _, verifier := range []*webhooks.Verifier{
				webhooks.Any(webhooks.Vora(static), webhooks.VoraV2(hooks)), webhooks.Any(webhooks.Vora(quoting), webhooks.VoraV2(quoting)),
			} {
				var log bytes.Buffer
				level := &slog.HandlerOptions{Level: slog.LevelDebug}
				handler, err := webhooks.NewHandler(verifier, func(context.Context, webhooks.Event) error { return nil },
					webhooks.WithLogger(slog.New(both{slog.NewTextHandler(&log, level), slog.NewJSONHandler(&log, level)})),
					webhooks.WithRejections(func(_ context.Context, r *webhooks.Rejection) { fmt.Fprintf(&log, "%v %+v %q\n", r, r.Cause, r.Detail) }))
				require.NoError(t, err)
				sent := must(io.ReadAll(webhookstest.Redelivery(delivery).Body))
				fmt.Fprintln(&log, webhooks.Diagnose(t.Context(), verifier, delivery.Header, sent))
				for range 2 { // the second one is a duplicate
					response := httptest.NewRecorder()
					handler.ServeHTTP(response, webhookstest.Redelivery(delivery))
					requireLines(t, response.Body.String(), name, i)
				}
				if event, err := verifier.Verify(t.Context(), delivery.Header, sent); err == nil {
					fmt.Fprintf(&log, "%+v\n", event.Info().Problem)
				}
				requireLines(t, log.String(), name, ", delivery ", i)
			}
		}
	}
}
