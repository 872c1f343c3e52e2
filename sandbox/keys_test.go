package sandbox_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// hear gives a merchant a shop that verifies with a verifier and keeps the events.
func (w *world) hear(merchantID string, verifier *webhooks.Verifier) func() []webhooks.Event {
	w.t.Helper()
	var mu sync.Mutex
	var events []webhooks.Event
	handler, err := webhooks.NewHandler(verifier, func(_ context.Context, event webhooks.Event) error {
		mu.Lock()
		defer mu.Unlock()
		events = append(events, event)
		return nil
	})
	require.NoError(w.t, err)
	shop := httptest.NewServer(contracttest.Vora(w.t).Deliveries(handler))
	w.t.Cleanup(shop.Close)
	require.NoError(w.t, w.gateways.SetWebhookURL(merchantID, shop.URL))
	return func() []webhooks.Event {
		w.clock.Advance(0)
		mu.Lock()
		defer mu.Unlock()
		return append([]webhooks.Event(nil), events...)
	}
}

// try reads a session with an API key.
func (w *world) try(key, sessionID string) error {
	w.t.Helper()
	client, err := vora.New(key, sdk.WithBaseURL(w.url))
	require.NoError(w.t, err)
	_, err = client.GetSession(w.t.Context(), sessionID)
	return err
}

func TestRotatedKeyHasItsGrace(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.session(vora.SessionParams{})
	old := sandbox.Acme.Vora.SecretKey
	next, err := w.gateways.RotateKey(sandbox.Acme.ID)
	require.NoError(t, err)
	require.NotEqual(t, old, next)
	require.Regexp(t, `^vp_sk_test_`, next)
	require.NoError(t, w.try(next, created.ID))

	w.clock.Advance(24*time.Hour - time.Second)
	require.NoError(t, w.try(old, created.ID))
	require.NoError(t, w.try(next, created.ID))
	w.clock.Advance(time.Second)
	require.ErrorIs(t, w.try(old, created.ID), sdk.CodeAuthKeyExpired)
	require.NoError(t, w.try(next, created.ID))
}

func TestSecondRotationEndsTheOldestAtOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.session(vora.SessionParams{})
	second, err := w.gateways.RotateKey(sandbox.Acme.ID)
	require.NoError(t, err)
	third, err := w.gateways.RotateKey(sandbox.Acme.ID)
	require.NoError(t, err)
	require.ErrorIs(t, w.try(sandbox.Acme.Vora.SecretKey, created.ID), sdk.FamilyAuth)
	require.NoError(t, w.try(second, created.ID))
	require.NoError(t, w.try(third, created.ID))
}

func TestRevokedKeyEndsAtOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.session(vora.SessionParams{})
	next, err := w.gateways.RotateKey(sandbox.Acme.ID)
	require.NoError(t, err)
	require.NoError(t, w.gateways.RevokeKeys(sandbox.Acme.ID))
	require.ErrorIs(t, w.try(sandbox.Acme.Vora.SecretKey, created.ID), sdk.CodeAuthInvalidKey)
	require.NoError(t, w.try(next, created.ID))
}

// Webhooks are signed with the key that is active when they are sent, even if the purchase was made
// with another.
func TestWebhooksAreSignedWithTheActiveKey(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.session(vora.SessionParams{})
	next, err := w.gateways.RotateKey(sandbox.Acme.ID)
	require.NoError(t, err)
	keys, err := webhooks.StaticKeys(
		webhooks.SigningKey{Secret: sdk.NewSecret(next), Name: "new"},
		webhooks.SigningKey{Secret: sdk.NewSecret(sandbox.Acme.Vora.SecretKey), Name: "old"},
	)
	require.NoError(t, err)
	events := w.hear(sandbox.Acme.ID, webhooks.Vora(keys, webhooks.WithClock(w.clock.Now)))
	w.press(created.CheckoutURL, "pay")
	require.Len(t, events(), 1)
	require.Equal(t, "new", events()[0].Info().KeyName)
}

// A redelivery is signed with the key of its own time: a rotation between two attempts counts for
// the second.
func TestRedeliveryIsSignedWithTheKeyOfItsTime(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.rejectNext(1)
	w.press(w.session(vora.SessionParams{}).CheckoutURL, "pay")
	w.clock.Advance(0)
	first := w.gateways.Deliveries()[0].Attempts[0]
	_, err := w.gateways.RotateKey(sandbox.Acme.ID)
	require.NoError(t, err)
	w.clock.Advance(time.Second)
	attempts := w.gateways.Deliveries()[0].Attempts
	require.Len(t, attempts, 2)
	require.NotEqual(t, first.Header.Get("X-Vonpay-Signature"), attempts[1].Header.Get("X-Vonpay-Signature"))
	require.Equal(t, http.StatusUnauthorized, attempts[1].Status, "this shop has not learnt the new key")
}

func TestWebhooksV2(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(*world, *vora.CreatedSession)
		want []string
	}{
		"paid": {func(w *world, s *vora.CreatedSession) { w.press(s.CheckoutURL, "pay") }, []string{"charge.succeeded"}},
		"declined": {func(w *world, s *vora.CreatedSession) {
			w.press(s.CheckoutURL, "pay", "card", "4000 0000 0000 0002")
		}, []string{"charge.failed"}},
		"expired": {func(w *world, _ *vora.CreatedSession) { w.clock.Advance(30 * time.Minute) }, []string{"payment_intent.cancelled"}},
		"refunded": {func(w *world, s *vora.CreatedSession) {
			w.press(s.CheckoutURL, "pay")
			_, err := w.gateways.Refund(s.ID, 500)
			require.NoError(w.t, err)
		}, []string{"charge.succeeded", "charge.refunded"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t, sandbox.WithWebhooksV2(sandbox.Acme.ID))
			keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(sandbox.Acme.Vora.WebhookSecret)})
			require.NoError(t, err)
			events := w.hear(sandbox.Acme.ID, webhooks.VoraV2(keys, webhooks.WithClock(w.clock.Now)))
			created := w.session(vora.SessionParams{})
			c.end(w, created)
			require.Len(t, events(), len(c.want))
			seen := map[string]bool{}
			for i, want := range c.want {
				event := events()[i].(*webhooks.VoraV2Event)
				require.Equal(t, want, event.Type)
				require.Equal(t, sandbox.Acme.ID, event.MerchantID)
				require.False(t, event.LiveMode)
				require.Equal(t, w.clock.Now(), event.Time.UTC())
				require.False(t, seen[event.ID], "every event has its own id")
				seen[event.ID] = true
				var data struct{ SessionID string }
				require.NoError(t, event.Data.Decode(&data))
				require.Equal(t, created.ID, data.SessionID)
			}
		})
	}
}

// Other merchants keep webhooks v1: the opt-in is a merchant's own.
func TestWebhooksV2AreOneMerchants(t *testing.T) {
	t.Parallel()
	w := setup(t, sandbox.WithWebhooksV2(sandbox.Brightline.ID))
	w.press(w.session(vora.SessionParams{Amount: money.Minor(1499, "USD")}).CheckoutURL, "pay")
	require.Equal(t, []string{"session.succeeded"}, w.types())
}

func TestUnknownMerchants(t *testing.T) {
	t.Parallel()
	w := setup(t)
	_, err := w.gateways.RotateKey("mer_nobody")
	require.ErrorContains(t, err, "mer_nobody")
	require.Error(t, w.gateways.RevokeKeys("mer_nobody"))
	require.Error(t, w.gateways.SetWebhookURL("mer_nobody", w.shopURL))
	for name, option := range map[string]sandbox.Option{
		"address": sandbox.WithWebhookURL("mer_nobody", w.shopURL), "v2": sandbox.WithWebhooksV2("mer_nobody"),
	} {
		_, err := sandbox.New(option)
		require.ErrorContains(t, err, "mer_nobody", name)
	}
}
