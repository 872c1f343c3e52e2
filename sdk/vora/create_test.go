package vora_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// fullParams are the contract's example FullSession.
func fullParams() vora.SessionParams {
	return vora.SessionParams{
		Amount: money.Minor(1498, "USD"), SuccessURL: "https://shop.example.com/thanks", CancelURL: "https://shop.example.com/cart",
		Country: "US", Mode: "payment", Description: "Order 789012", Locale: "en-US",
		BuyerID: "cus_4711", BuyerName: "Ada Example", BuyerEmail: "ada@example.com",
		LineItems: []vora.LineItem{
			{Name: "Vitamin D3", Quantity: 2, UnitAmount: money.Minor(749, "USD"), ImageURL: "https://shop.example.com/d3.png"},
			{Name: "Free sample", Quantity: 1},
		},
		CollectShipping: true, Metadata: map[string]string{"orderId": "order-789012"}, ExpiresIn: 30 * time.Minute,
	}
}

func minimalParams() vora.SessionParams { return vora.SessionParams{Amount: money.Minor(1499, "USD")} }

func TestCreateSessionSendsEveryField(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"))
	_, err := client.CreateSession(t.Context(), fullParams())
	require.NoError(t, err)
	require.JSONEq(t, example(t, "FullSession"), g.only(t).Body)
}

func TestCreateSessionLeavesOutWhatIsNotSet(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"))
	_, err := client.CreateSession(t.Context(), minimalParams())
	require.NoError(t, err)
	require.Equal(t, `{"amount":1499,"currency":"USD"}`, strings.TrimSpace(g.only(t).Body))

	params := minimalParams()
	params.LineItems, params.Metadata = []vora.LineItem{}, map[string]string{}
	_, err = client.CreateSession(t.Context(), params)
	require.NoError(t, err)
	require.Equal(t, g.asked()[0].Body, g.asked()[1].Body, "empty is as good as not set")
}

func TestCreateSessionSendsItemsThatCostNothing(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"))
	params := minimalParams()
	params.LineItems = []vora.LineItem{{Name: "Sample", Quantity: 1}, {Name: "Gift", Quantity: 1, UnitAmount: money.Minor(0, "USD")}}
	_, err := client.CreateSession(t.Context(), params)
	require.NoError(t, err)
	require.JSONEq(t, `{"amount":1499,"currency":"USD","lineItems":[
		{"name":"Sample","quantity":1,"unitAmount":0},{"name":"Gift","quantity":1,"unitAmount":0}]}`, g.only(t).Body)
}

func TestCreateSessionRequest(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"))
	_, err := client.CreateSession(t.Context(), minimalParams(), sdk.WithIdempotencyKey("acme_order-789012_1"))
	require.NoError(t, err)

	sent := g.only(t)
	require.Equal(t, "POST https://checkout.vonpay.com/v1/sessions", sent.Method+" "+sent.URL, "without dry_run")
	agent := sent.Header.Get("User-Agent")
	require.Regexp(t, `^hostedpay-go/`+regexp.QuoteMeta(sdk.Version)+` \(go1\.\S+.*; \w+\)$`, agent)
	require.Equal(t, http.Header{
		"Authorization":   {"Bearer " + testKey},
		"Von-Pay-Version": {vora.APIVersion},
		"Idempotency-Key": {"acme_order-789012_1"},
		"Content-Type":    {"application/json"},
		"Accept":          {"application/json"},
		"User-Agent":      {agent},
	}, sent.Header)
	require.Equal(t, "2026-04-14", vora.APIVersion)
}

func TestAPIVersionCanBeChanged(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"))
	newer := client.WithAPIVersion("2026-05-01")
	for _, c := range []*vora.Client{newer, newer.WithAPIVersion("2026-06-01"), newer.WithAPIVersion(""), client} {
		_, err := c.CreateSession(t.Context(), minimalParams())
		require.NoError(t, err)
	}
	require.Equal(t, []string{"2026-05-01"}, g.asked()[0].Header["Von-Pay-Version"])
	require.Equal(t, []string{"2026-06-01"}, g.asked()[1].Header["Von-Pay-Version"])
	require.Empty(t, g.asked()[2].Header["Von-Pay-Version"])
	require.Equal(t, []string{vora.APIVersion}, g.asked()[3].Header["Von-Pay-Version"], "the client itself is not changed")
}

// A version that was read from a file, with its line break, is not a connection that failed.
func TestAVersionThatNoHeaderHas(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"), sdk.WithoutChecks())
	client = client.WithAPIVersion("2026-04-14\n")
	for name, call := range map[string]func() error{
		"create":    func() error { _, err := client.CreateSession(t.Context(), minimalParams()); return err },
		"dry run":   func() error { _, err := client.ValidateSession(t.Context(), minimalParams()); return err },
		"get":       func() error { _, err := client.GetSession(t.Context(), "vp_cs_test_1"); return err },
		"health":    func() error { _, err := client.Health(t.Context()); return err },
		"discovery": func() error { _, err := client.Discovery(t.Context()); return err },
	} {
		e := requireRejected(t, g, call(), sdk.CodeValidationError)
		require.Equal(t, "Von-Pay-Version: has characters that no header has, such as a line break (nothing was sent)", e.Message, name)
		require.False(t, e.Retryable(), name)
	}
}

func TestCreateSessionMakesAKeyForEachCall(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"))
	seen := map[string]bool{}
	for range 20 {
		created, err := client.CreateSession(t.Context(), minimalParams())
		require.NoError(t, err)
		key := created.Response.IdempotencyKey
		require.Regexp(t, `^hostedpay_call_[A-Z2-7]{26}$`, key)
		require.False(t, seen[key], "the same key would be the same purchase")
		seen[key] = true
		require.Equal(t, []string{key}, g.asked()[len(seen)-1].Header["Idempotency-Key"])
	}
}

func TestTheKeyIsOnErrorsToo(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusForbidden, `{"error":"no","code":"merchant_not_onboarded"}`)
	_, err := client.CreateSession(t.Context(), minimalParams())
	var e *sdk.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, g.only(t).Header.Get("Idempotency-Key"), e.IdempotencyKey)
	require.ErrorIs(t, err, sdk.FamilyMerchant)
}

func TestCreateSessionRejectsKeysThatCannotBeSent(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"))
	unchecked, _ := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"), sdk.WithoutChecks())
	for key, problem := range map[string]string{
		strings.Repeat("k", 256): "has 256 characters; at most 255 are allowed",
		"":                       "the idempotency key is empty",
		" acme_1":                "printable ASCII",
		"acme_1 ":                "printable ASCII",
		"acme\n_1":               "printable ASCII",
		"acme_1\x00x":            "printable ASCII",
		"acme_ä_1":               "printable ASCII",
		" ":                      "printable ASCII",
	} {
		for _, c := range []*vora.Client{client, unchecked} {
			_, err := c.CreateSession(t.Context(), minimalParams(), sdk.WithIdempotencyKey(key))
			requireRejected(t, g, err, sdk.CodeValidationError)
			require.ErrorContains(t, err, problem)
		}
	}
	for _, key := range []string{"k", strings.Repeat("k", 255), "order 7 of acme", "~!@#$%^&*()"} {
		created, err := client.CreateSession(t.Context(), minimalParams(), sdk.WithIdempotencyKey(key))
		require.NoError(t, err)
		require.Equal(t, key, created.Response.IdempotencyKey)
	}
}

func TestCreateSessionResult(t *testing.T) {
	t.Parallel()

	body := example(t, "CreatedSession")
	client, _ := setupWith(t, testKey, func(request) response {
		return response{http.StatusCreated, body, http.Header{
			"X-Request-Id": {"req_1"}, "Von-Pay-Version": {"2026-04-14"}, "Von-Pay-Latest-Version": {"2026-06-01"},
			"X-Ratelimit-Limit": {"10"}, "X-Ratelimit-Remaining": {"9"}, "X-Ratelimit-Reset": {"1776777554"},
		}}
	})
	created, err := client.CreateSession(t.Context(), minimalParams())
	require.NoError(t, err)
	require.Equal(t, sessionID, created.ID)
	require.Equal(t, "https://checkout.vonpay.com/c/"+sessionID, created.CheckoutURL.Reveal())
	require.Equal(t, time.Date(2026, 4, 21, 13, 48, 14, 0, time.UTC), created.ExpiresAt)

	r := created.Response
	require.Equal(t, http.StatusCreated, r.Status)
	require.Equal(t, "req_1", r.RequestID)
	require.Equal(t, "2026-04-14", r.Version)
	require.Equal(t, "2026-06-01", r.LatestVersion)
	require.Equal(t, sdk.RateLimit{Limit: 10, Remaining: 9, Reset: time.Unix(1776777554, 0)}, r.RateLimit)
	require.Len(t, r.Attempts, 1)
	require.Equal(t, body, string(r.Raw.Bytes()))

	require.NotContains(t, fmt.Sprintf("%+v %#v", created, created), "vonpay.com/c/", "whoever has the page's address can see the purchase")
}

func TestReplayOfACreateIsACreate(t *testing.T) {
	t.Parallel()

	client, _ := setup(t, testKey, http.StatusOK, example(t, "CreatedSession"))
	created, err := client.CreateSession(t.Context(), minimalParams())
	require.NoError(t, err)
	require.Equal(t, sessionID, created.ID)
	require.Equal(t, http.StatusOK, created.Response.Status)
}

func TestACreatedSessionIsNotLostOverAMalformedField(t *testing.T) {
	t.Parallel()

	const essential = `"id":"` + sessionID + `","checkoutUrl":"https://checkout.vonpay.com/c/x"`
	for name, body := range map[string]string{
		"no expiry":        `{` + essential + `}`,
		"expiry null":      `{"expiresAt":null,` + essential + `}`,
		"expiry no time":   `{"expiresAt":"soon",` + essential + `}`, // before what matters: reading must go on behind it
		"expiry a number":  `{"expiresAt":1776777494,` + essential + `}`,
		"expiry an object": `{"expiresAt":{"at":"2026-04-21T13:48:14Z"},` + essential + `}`,
		"more members":     `{"new":[1,{"a":2}],` + essential + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, testKey, http.StatusCreated, body)
			created, err := client.CreateSession(t.Context(), minimalParams())
			require.NoError(t, err)
			require.Equal(t, sessionID, created.ID)
			require.Equal(t, "https://checkout.vonpay.com/c/x", created.CheckoutURL.Reveal())
			require.True(t, created.ExpiresAt.IsZero())
		})
	}
}

func TestAResponseWithoutASessionIsAnUnknownOutcome(t *testing.T) {
	t.Parallel()

	for name, body := range map[string]string{
		"nothing":       ``,
		"not an object": `[]`,
		"empty object":  `{}`,
		"no id":         `{"checkoutUrl":"https://checkout.vonpay.com/c/x"}`,
		"no address":    `{"id":"` + sessionID + `"}`,
		"broken off":    `{"id":"` + sessionID + `","checkoutUrl":"https://checkout.vonpay`,
		"a dry run":     `{"valid":true,"warnings":[]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, g := setup(t, testKey, http.StatusCreated, body)
			created, err := client.CreateSession(t.Context(), minimalParams())
			require.Nil(t, created)
			var unknown *sdk.OutcomeUnknownError
			require.ErrorAs(t, err, &unknown)
			require.Equal(t, g.only(t).Header.Get("Idempotency-Key"), unknown.Err.IdempotencyKey, "with which to find out")
			require.Contains(t, unknown.Advice, "idempotency key")
		})
	}
}

func TestPublishableKeyCreates(t *testing.T) {
	t.Parallel()

	client, g := setup(t, publishableKey, http.StatusCreated, example(t, "CreatedSession"))
	_, err := client.CreateSession(t.Context(), minimalParams())
	require.NoError(t, err)
	require.Equal(t, "Bearer "+publishableKey, g.only(t).Header.Get("Authorization"))
}

func TestAKeyOfAnyFormDoesNotComeBackInAnError(t *testing.T) {
	t.Parallel()

	const odd = "vp_sk_test_a.b+" + secretPart + "/="
	client, _ := setup(t, odd, http.StatusUnauthorized, `{"error":"no such key: `+odd+`","code":"auth_invalid_key"}`)
	_, err := client.GetSession(t.Context(), sessionID)
	require.ErrorContains(t, err, "no such key: [redacted]")
	require.NotContains(t, err.Error(), secretPart)
}

func TestTheKeyDoesNotComeBackInAnError(t *testing.T) {
	t.Parallel()

	client, _ := setup(t, testKey, http.StatusUnauthorized,
		`{"error":"no such key: `+testKey+`","code":"auth_invalid_key","fix":"replace `+testKey+`","docs":"https://docs.example.com/?key=`+testKey+`"}`)
	_, err := client.CreateSession(t.Context(), minimalParams())
	require.ErrorIs(t, err, sdk.CodeAuthInvalidKey)
	var e *sdk.Error
	require.ErrorAs(t, err, &e)
	for _, text := range []string{err.Error(), e.Message, e.Fix, e.Docs, fmt.Sprintf("%+v", err)} {
		require.NotContains(t, text, secretPart)
	}
	require.Contains(t, e.Message, "[redacted]")
}
