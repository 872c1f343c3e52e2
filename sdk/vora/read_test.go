package vora_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func TestGetSessionRequest(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusOK, example(t, "PendingSession"))
	_, err := client.GetSession(t.Context(), sessionID)
	require.NoError(t, err)
	sent := g.only(t)
	require.Equal(t, "GET https://checkout.vonpay.com/v1/sessions/"+sessionID, sent.Method+" "+sent.URL)
	require.Empty(t, sent.Body)
	require.Equal(t, http.Header{
		"Authorization":   {"Bearer " + testKey},
		"Von-Pay-Version": {vora.APIVersion},
		"Accept":          {"application/json"},
		"User-Agent":      {sent.Header.Get("User-Agent")},
	}, sent.Header)
}

func TestGetSessionNeedsASecretKey(t *testing.T) {
	t.Parallel()

	client, g := setup(t, publishableKey, http.StatusOK, example(t, "PendingSession"))
	_, err := client.GetSession(t.Context(), sessionID)
	e := requireRejected(t, g, err, sdk.CodeAuthKeyTypeForbidden)
	require.Equal(t, "vora.GetSession", e.Operation)
	require.Contains(t, e.Message, "needs a secret API key (vp_sk_…)")

	_, err = client.WaitSession(t.Context(), sessionID)
	requireRejected(t, g, err, sdk.CodeAuthKeyTypeForbidden)

	for _, key := range []string{testKey, liveKey, legacyKey} {
		client, _ := setup(t, key, http.StatusOK, example(t, "PendingSession"))
		_, err := client.GetSession(t.Context(), sessionID)
		require.NoError(t, err)
	}
}

func TestGetSessionRejectsWhatIsNoID(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusOK, example(t, "PendingSession"))
	for _, id := range []string{"", ".", "..", "/", "a/b", "../sessions", "../../api/health", "/v1/sessions", "a/"} {
		_, err := client.GetSession(t.Context(), id)
		requireRejected(t, g, err, sdk.CodeSessionNotFound)
	}
}

// A cache in between has mixed sessions up. The other one is paid.
func TestGetSessionRejectsAnotherSession(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusOK, session(t, "succeeded", map[string]any{"id": "vp_cs_test_another"}))
	for _, read := range []func(context.Context, string, ...sdk.CallOption) (*vora.Session, error){client.GetSession, client.WaitSession} {
		read, err := read(t.Context(), sessionID)
		require.Nil(t, read)
		require.ErrorIs(t, err, sdk.CodeTransactionVerificationFailed)
		var e *sdk.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, "vora.GetSession", e.Operation)
		require.Len(t, e.Attempts, 1)
		require.False(t, e.Retryable())
	}
	require.Len(t, g.asked(), 2)
}

// An id that somebody else chose must stay one segment of the path.
func TestAnIDCannotLeaveItsPlace(t *testing.T) {
	t.Parallel()

	for id, segment := range map[string]string{
		sessionID:         sessionID,
		"a?b=c":           "a%3Fb=c",
		"a#b":             "a%23b",
		"%2e%2e":          "%252e%252e",
		"%2E%2E%2Fhealth": "%252E%252E%252Fhealth",
		"..%2f..":         "..%252f..",
		"...":             "...",
		`..\..`:           `..%5C..`,
		"a b":             "a%20b",
		"a;b":             "a%3Bb",
		"ä":               "%C3%A4",
		"a\r\nHost: b":    "a%0D%0AHost:%20b",
		"\x00":            "%00",
		"https:x":         "https:x",
		"@b":              "@b",
	} {
		client, g := setup(t, testKey, http.StatusOK, session(t, "pending", map[string]any{"id": id}), sdk.WithBaseURL("https://gateway.example.com/vora"))
		_, err := client.GetSession(t.Context(), id)
		require.NoError(t, err, "%q", id)
		require.Equal(t, "https://gateway.example.com/vora/v1/sessions/"+segment, g.only(t).URL, "%q", id)
	}
}

func TestGetSessionReadsEverything(t *testing.T) {
	t.Parallel()

	body := example(t, "SucceededSession")
	client, _ := setup(t, testKey, http.StatusOK, body)
	session, err := client.GetSession(t.Context(), sessionID)
	require.NoError(t, err)
	require.Equal(t, body, string(session.Response.Raw.Bytes()))
	session.Response = sdk.Response{}
	require.Equal(t, &vora.Session{
		ID: sessionID, Status: vora.StatusSucceeded, Mode: "payment", MerchantID: "mer_acme_vitamins", Amount: money.Minor(1499, "USD"),
		Country: "US", Description: "Order 789012", CollectShipping: true,
		ShippingAddress: &vora.ShippingAddress{
			FirstName: "Ada", LastName: "Example", Address: "1 Sample Street", City: "Springfield", State: "IL", Zip: "62701", Country: "US",
		},
		TransactionID: "txn_9f3Ka71b", Metadata: map[string]string{"orderId": "order-789012"},
		CreatedAt: time.Date(2026, 4, 21, 13, 18, 14, 0, time.UTC),
		UpdatedAt: time.Date(2026, 4, 21, 13, 19, 2, 0, time.UTC),
		ExpiresAt: time.Date(2026, 4, 21, 13, 48, 14, 0, time.UTC),
	}, session)
}

func TestGetSessionReadsTheSecondAddressLine(t *testing.T) {
	t.Parallel()

	body := strings.Replace(example(t, "SucceededSession"), `"address2":null`, `"address2":"Apt 2"`, 1)
	client, _ := setup(t, testKey, http.StatusOK, body)
	session, err := client.GetSession(t.Context(), sessionID)
	require.NoError(t, err)
	require.Equal(t, "Apt 2", session.ShippingAddress.Address2)
}

func TestGetSessionReadsAPendingSession(t *testing.T) {
	t.Parallel()

	nulls := strings.Replace(example(t, "PendingSession"), "{",
		`{"country":null,"description":null,"collectShipping":null,"shippingAddress":null,"transactionId":null,"metadata":null,`, 1)
	for _, body := range []string{example(t, "PendingSession"), nulls} {
		client, _ := setup(t, testKey, http.StatusOK, body)
		session, err := client.GetSession(t.Context(), sessionID)
		require.NoError(t, err)
		session.Response = sdk.Response{}
		require.Equal(t, &vora.Session{
			ID: sessionID, Status: vora.StatusPending, Mode: "payment", MerchantID: "mer_acme_vitamins", Amount: money.Minor(1499, "USD"),
			CreatedAt: time.Date(2026, 4, 21, 13, 18, 14, 0, time.UTC),
			UpdatedAt: time.Date(2026, 4, 21, 13, 18, 14, 0, time.UTC),
			ExpiresAt: time.Date(2026, 4, 21, 13, 48, 14, 0, time.UTC),
		}, session)
	}
}

func TestASessionIsNotLostOverAMalformedField(t *testing.T) {
	t.Parallel()

	const body = `{"createdAt":"yesterday","updatedAt":7,"expiresAt":null,"metadata":{"orderId":7},"country":{},` +
		`"id":"` + sessionID + `","status":"succeeded","amount":1499,"currency":"USD","transactionId":"txn_1"}`
	client, _ := setup(t, testKey, http.StatusOK, body)
	session, err := client.GetSession(t.Context(), sessionID)
	require.NoError(t, err)
	require.Equal(t, vora.StatusSucceeded, session.Status)
	require.Equal(t, money.Minor(1499, "USD"), session.Amount)
	require.Equal(t, "txn_1", session.TransactionID)
	require.True(t, session.CreatedAt.IsZero())
}

func TestAResponseWithoutASessionIsAnError(t *testing.T) {
	t.Parallel()

	for _, body := range []string{``, `null`, `{}`, `{"id":"x"}`, `{"status":"succeeded"}`, `{"id":"x","status":`, `{"id":7,"status":"succeeded"}`} {
		client, _ := setup(t, testKey, http.StatusOK, body)
		session, err := client.GetSession(t.Context(), sessionID)
		require.Nil(t, session)
		var e *sdk.Error
		require.ErrorAs(t, err, &e, body)
		var unknown *sdk.OutcomeUnknownError
		require.NotErrorAs(t, err, &unknown, "a read does nothing")
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()

	for status, want := range map[vora.Status]struct{ paid, final bool }{
		vora.StatusPending:         {false, false},
		vora.StatusProcessing:      {false, false},
		vora.StatusSucceeded:       {true, true},
		vora.StatusFailed:          {false, true},
		vora.StatusExpired:         {false, true},
		vora.StatusRefunded:        {false, true},
		"teleported":               {false, false},
		"Succeeded":                {false, false},
		vora.StatusSucceeded + " ": {false, false},
		"":                         {false, false},
	} {
		require.Equal(t, want.paid, status.Payment().Paid(), "%q", status)
		require.Equal(t, want.final, status.Payment().Final(), "%q", status)
	}
}

func TestAStatusThatIsNewIsKept(t *testing.T) {
	t.Parallel()

	client, _ := setup(t, testKey, http.StatusOK, with(t, example(t, "PendingSession"), map[string]any{"status": "on_hold"}))
	session, err := client.GetSession(t.Context(), sessionID)
	require.NoError(t, err)
	require.Equal(t, vora.Status("on_hold"), session.Status)
}
