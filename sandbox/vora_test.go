package sandbox_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func TestVoraPaymentApproved(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]sandbox.Option{"v1": nil, "v2": {sandbox.WithReturnV2()}} {
		t.Run("return "+name, func(t *testing.T) {
			t.Parallel()
			w := setup(t, opts...)
			created := w.session(vora.SessionParams{Metadata: map[string]string{"orderId": "order-1"}})
			require.Equal(t, w.clock.Now().Add(30*time.Minute), created.ExpiresAt)

			status, back, _ := w.press(created.CheckoutURL, "pay", "card", "4242 4242 4242 4242")
			require.Equal(t, http.StatusSeeOther, status)
			require.Equal(t, "1", back.Query().Get("order"), "the shop's own query stays")

			expected := vora.ExpectedReturn{
				Secrets: []sdk.Secret{sdk.NewSecret(sandbox.Acme.Vora.SessionSecret)}, SessionID: created.ID,
				Amount: money.Minor(1499, "USD"), URL: w.shopURL + "/thanks?order=1", Now: w.clock.Now, RequireV2: name == "v2",
			}
			confirmed, err := w.vora.ConfirmReturn(t.Context(), back.Query(), expected)
			require.NoError(t, err)
			require.NoError(t, confirmed.ReturnProblem)
			require.Equal(t, sdk.PaymentPaid, confirmed.Status)
			require.NotEmpty(t, confirmed.Session.TransactionID)
			require.Equal(t, confirmed.Session.TransactionID, confirmed.Return.TransactionID)

			events := w.received()
			require.Len(t, events, 1)
			event := events[0].(*webhooks.SessionSucceeded)
			require.Equal(t, created.ID, event.SessionID)
			require.Equal(t, money.Minor(1499, "USD"), event.Amount)
			require.Equal(t, confirmed.Session.TransactionID, event.TransactionID)
			require.Equal(t, "order-1", event.Metadata["orderId"])
		})
	}
}

func TestVoraPaymentFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		amount int64
		card   string
		code   string
	}{
		"the amount of test mode": {200, "4242424242424242", "card_declined"},
		"a declined card":         {1499, "4000 0000 0000 0002", "card_declined"},
		"insufficient funds":      {1499, "4000000000009995", "insufficient_funds"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			created := w.session(vora.SessionParams{Amount: money.Minor(c.amount, "USD")})
			_, back, _ := w.press(created.CheckoutURL, "pay", "card", c.card)

			authentic, err := vora.VerifyReturn(back.Query(), vora.ExpectedReturn{
				Secrets: []sdk.Secret{sdk.NewSecret(sandbox.Acme.Vora.SessionSecret)}, SessionID: created.ID,
				Amount: money.Minor(c.amount, "USD"), URL: w.shopURL + "/thanks?order=1", Mode: sdk.ModeTest,
			})
			require.NoError(t, err, "a decline is signed just like a payment")
			require.Equal(t, vora.StatusFailed, authentic.ClaimedStatus)

			session, err := w.vora.GetSession(t.Context(), created.ID)
			require.NoError(t, err)
			require.Equal(t, vora.StatusFailed, session.Status)
			require.Empty(t, session.TransactionID)

			events := w.received()
			require.Len(t, events, 1)
			require.Equal(t, c.code, events[0].(*webhooks.SessionFailed).FailureCode)
		})
	}
}

func TestVoraChallenge(t *testing.T) {
	t.Parallel()
	for button, want := range map[string]vora.Status{"challenge_pass": vora.StatusSucceeded, "challenge_fail": vora.StatusFailed} {
		t.Run(button, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			created := w.session(vora.SessionParams{})
			status, _, _ := w.press(created.CheckoutURL, "pay", "card", "4000 0027 6000 3184")
			require.Equal(t, http.StatusOK, status, "the challenge comes on the page itself")
			session, err := w.vora.GetSession(t.Context(), created.ID)
			require.NoError(t, err)
			require.Equal(t, vora.StatusPending, session.Status)
			require.Empty(t, w.received())

			status, _, _ = w.press(created.CheckoutURL, button)
			require.Equal(t, http.StatusSeeOther, status)
			session, err = w.vora.GetSession(t.Context(), created.ID)
			require.NoError(t, err)
			require.Equal(t, want, session.Status)
			require.Len(t, w.received(), 1)
		})
	}
}

func TestVoraCancelLeavesTheSessionOpen(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.session(vora.SessionParams{CancelURL: w.shopURL + "/cart"})
	_, back, _ := w.press(created.CheckoutURL, "cancel")
	require.Equal(t, w.shopURL+"/cart", back.String())
	session, err := w.vora.GetSession(t.Context(), created.ID)
	require.NoError(t, err)
	require.Equal(t, vora.StatusPending, session.Status)
	require.Empty(t, w.received())
}

// Two presses of the same button are one payment.
func TestVoraDoubleClick(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.session(vora.SessionParams{})
	_, first, _ := w.press(created.CheckoutURL, "pay")
	status, header, _ := w.browse(http.MethodPost, created.CheckoutURL.Reveal(), map[string][]string{"action": {"decline"}})
	require.Equal(t, http.StatusSeeOther, status)
	require.Equal(t, first.String(), header.Get("Location"))
	require.Equal(t, []string{"session.succeeded"}, w.types())
}

func TestVoraCollectsShipping(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.session(vora.SessionParams{CollectShipping: true})
	w.press(created.CheckoutURL, "pay", "shipping_first_name", "Ada", "shipping_last_name", "Example", "shipping_address", "1 Sample Street",
		"shipping_city", "Springfield", "shipping_state", "IL", "shipping_zip", "62701", "shipping_country", "US")
	session, err := w.vora.GetSession(t.Context(), created.ID)
	require.NoError(t, err)
	require.Equal(t, &vora.ShippingAddress{
		FirstName: "Ada", LastName: "Example", Address: "1 Sample Street", City: "Springfield", State: "IL", Zip: "62701", Country: "US",
	}, session.ShippingAddress)
}

func TestVoraExpiry(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.session(vora.SessionParams{ExpiresIn: 5 * time.Minute})
	w.clock.Advance(5*time.Minute - time.Second)
	require.Empty(t, w.types())

	w.clock.Advance(time.Second)
	require.Equal(t, []string{"session.expired"}, w.types())
	session, err := w.vora.GetSession(t.Context(), created.ID)
	require.NoError(t, err)
	require.Equal(t, vora.StatusExpired, session.Status)

	status, _, page := w.browse(http.MethodPost, created.CheckoutURL.Reveal(), map[string][]string{"action": {"pay"}})
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "expired")
	require.Equal(t, []string{"session.expired"}, w.types(), "an expired session cannot be paid")
}

func TestVoraIdempotency(t *testing.T) {
	t.Parallel()
	w := setup(t)
	key := sdk.WithIdempotencyKey(vora.IdempotencyKey("acme", "order-1", 1))
	first := w.session(vora.SessionParams{}, key)
	again := w.session(vora.SessionParams{}, key)
	require.Equal(t, first.ID, again.ID)
	require.True(t, first.CheckoutURL.Equal(again.CheckoutURL))
	require.NotEqual(t, first.ID, w.session(vora.SessionParams{}, sdk.WithIdempotencyKey(vora.IdempotencyKey("acme", "order-1", 2))).ID)

	other, err := vora.New(sandbox.Acme.Vora.SecretKey, sdk.WithBaseURL(w.url)) // which has not seen the key
	require.NoError(t, err)
	_, err = other.CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1, "USD")}, key)
	require.ErrorIs(t, err, sdk.CodeIdempotencyKeyCollision)

	w.clock.Advance(24 * time.Hour)
	require.NotEqual(t, first.ID, w.session(vora.SessionParams{}, key).ID, "after 24 hours the key is free")
}

// Two merchants may use the same key, and neither is handed the other's session.
func TestVoraIdempotencyKeysBelongToTheirMerchant(t *testing.T) {
	t.Parallel()
	w := setup(t)
	create := func(m control.Merchant) string {
		client, err := vora.New(m.Vora.SecretKey, sdk.WithBaseURL(w.url))
		require.NoError(t, err)
		created, err := client.CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD")}, sdk.WithIdempotencyKey("order-1"))
		require.NoError(t, err)
		_, err = client.GetSession(t.Context(), created.ID)
		require.NoError(t, err)
		return created.ID
	}
	acmes, brightlines := create(sandbox.Acme), create(sandbox.Brightline)
	require.NotEqual(t, acmes, brightlines)
	require.Equal(t, acmes, create(sandbox.Acme))
	require.Equal(t, brightlines, create(sandbox.Brightline))
}

func TestVoraRefunds(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.session(vora.SessionParams{})
	_, err := w.gateways.Refund(created.ID, 0)
	require.ErrorContains(t, err, "only one that is succeeded")
	w.press(created.CheckoutURL, "pay")

	for range 2 { // two equal parts are two refunds
		_, err := w.gateways.Refund(created.ID, 500)
		require.NoError(t, err)
	}
	_, err = w.gateways.Refund(created.ID, 500)
	require.ErrorContains(t, err, "499 are left")
	_, err = w.gateways.Refund(created.ID, 0)
	require.NoError(t, err)

	require.Equal(t, []string{"session.succeeded", "refund.created", "refund.created", "refund.created"}, w.types())
	last := w.received()[3].(*webhooks.RefundCreated)
	require.Equal(t, money.Minor(499, "USD"), last.Amount)
	session, err := w.vora.GetSession(t.Context(), created.ID)
	require.NoError(t, err)
	require.Equal(t, vora.StatusRefunded, session.Status)
	require.False(t, session.Status.Payment().Paid())
}

func TestVoraDryRun(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ok, err := w.vora.ValidateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD"), SuccessURL: w.shopURL})
	require.NoError(t, err)
	require.True(t, ok.Valid)
	require.Empty(t, ok.Warnings)

	for name, params := range map[string]vora.SessionParams{
		"a rule":          {Amount: money.Minor(0, "USD")},
		"a missing field": {Amount: money.Minor(1499, "")},
	} {
		no, err := w.vora.ValidateSession(t.Context(), params)
		require.NoError(t, err, name)
		require.False(t, no.Valid, name)
		require.NotEmpty(t, no.Errors, name)
	}
}

func TestVoraSessionsBelongToTheirMerchant(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.session(vora.SessionParams{})
	other, err := vora.New(sandbox.Brightline.Vora.SecretKey, sdk.WithBaseURL(w.url))
	require.NoError(t, err)
	_, err = other.GetSession(t.Context(), created.ID)
	require.ErrorIs(t, err, sdk.CodeSessionNotFound)
}

func TestVoraPublishableKeyCreates(t *testing.T) {
	t.Parallel()
	w := setup(t)
	client, err := vora.New(sandbox.Acme.Vora.PublishableKey, sdk.WithBaseURL(w.url))
	require.NoError(t, err)
	_, err = client.CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD")})
	require.NoError(t, err)
}

func TestVoraServiceAtBothPaths(t *testing.T) {
	t.Parallel()
	w := setup(t)
	health, err := w.vora.Health(t.Context())
	require.NoError(t, err)
	require.True(t, health.Up())
	found, err := w.vora.Discovery(t.Context())
	require.NoError(t, err)
	require.Equal(t, vora.APIVersion, found.APIVersion)
	for _, path := range []string{"/api/health?deep=true", "/.well-known/vonpay.json"} {
		status, _, _ := w.api(http.MethodGet, path, "")
		require.Equal(t, http.StatusOK, status, path)
	}
}

// The address is the order's: without a payment there is none.
func TestVoraShippingAddressComesWithThePayment(t *testing.T) {
	t.Parallel()
	for card, status := range map[string]string{"4242424242424242": "succeeded", "4000000000000002": "failed", "4000002760003184": "pending"} {
		w := setup(t)
		created := w.session(vora.SessionParams{CollectShipping: true})
		w.press(created.CheckoutURL, "pay", "card", card, "shipping_first_name", "Ada")
		session := w.read(created.ID)
		require.Equal(t, status, session["status"])
		require.Equal(t, status == "succeeded", session["shippingAddress"] != nil, status)
		if status == "pending" {
			w.press(created.CheckoutURL, "challenge_pass")
			require.NotNil(t, w.read(created.ID)["shippingAddress"], "it was not forgotten meanwhile")
		}
	}
}

// All times have the precision of the documentation's examples, and what tells of a change tells
// the same time.
func TestVoraTimesHaveMilliseconds(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.clock.Advance(1234567 * time.Nanosecond)
	created := w.pay()
	session := w.read(created.ID)
	require.Equal(t, "2026-04-21T13:18:14.001Z", session["createdAt"])
	require.Equal(t, "2026-04-21T13:18:14.001Z", session["updatedAt"])
	require.Contains(t, w.only().Body, `"timestamp":"2026-04-21T13:18:14.001Z"`)
}

func TestVoraDiscoveryNamesCurrencies(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, path := range []string{"/v1/discovery", "/.well-known/vonpay.json"} {
		var found struct{ Currencies []string }
		_, _, body := w.api(http.MethodGet, path, "")
		require.NoError(t, json.Unmarshal([]byte(body), &found))
		require.Subset(t, found.Currencies, []string{"EUR", "GBP", "JPY", "KWD", "USD"})
		require.NotContains(t, found.Currencies, "XTS")
	}
}
