package vora_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// session is the contract's session with a status.
func session(t *testing.T, status string, members map[string]any) string {
	t.Helper()
	return with(t, with(t, example(t, "PendingSession"), map[string]any{"status": status}), members)
}

func TestConfirmReturnOutcomes(t *testing.T) {
	t.Parallel()

	v := named(t, "v2 paid")
	for status, outcome := range map[string]sdk.PaymentStatus{
		"succeeded": sdk.PaymentPaid, "failed": sdk.PaymentFailed, "expired": sdk.PaymentExpired, "refunded": sdk.PaymentRefunded,
		"pending": sdk.PaymentPending, "processing": sdk.PaymentPending, "on_hold": sdk.PaymentPending,
	} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			client, g := setup(t, testKey, http.StatusOK, session(t, status, nil))
			confirmed, err := client.ConfirmReturn(t.Context(), v.query(), v.expected())
			require.NoError(t, err)
			require.Equal(t, outcome, confirmed.Status)
			require.Equal(t, vora.Status(status), confirmed.Session.Status)
			require.NoError(t, confirmed.ReturnProblem)
			require.Equal(t, vora.StatusSucceeded, confirmed.Return.ClaimedStatus, "which the outcome does not depend on")
			require.Equal(t, "GET https://checkout.vonpay.com/v1/sessions/"+sessionID, urls(g.asked())[0])
		})
	}
}

func TestOnlyTheSessionDecides(t *testing.T) {
	t.Parallel()

	v := named(t, "v1 paid")
	forged := v.query()
	forged.Set("sig", "0000")
	for name, query := range map[string]url.Values{"no query": nil, "a forged query": forged, "another order's": named(t, "v1 declined, no transaction").query()} {
		for status, outcome := range map[string]sdk.PaymentStatus{"succeeded": sdk.PaymentPaid, "failed": sdk.PaymentFailed, "pending": sdk.PaymentPending} {
			client, _ := setup(t, testKey, http.StatusOK, session(t, status, nil))
			confirmed, err := client.ConfirmReturn(t.Context(), query, v.expected())
			require.NoError(t, err, name)
			require.Equal(t, outcome, confirmed.Status, name)
			require.Nil(t, confirmed.Return)
			var problem *vora.ReturnError
			require.ErrorAs(t, confirmed.ReturnProblem, &problem, name)
		}
	}
}

func TestAnAuthenticDeclineIsNeverPaid(t *testing.T) {
	t.Parallel()

	for _, name := range []string{"v1 declined, no transaction", "v2 declined, transaction null"} {
		v := named(t, name)
		for _, status := range []string{"failed", "expired", "pending", "processing", "refunded", "on_hold"} {
			client, _ := setup(t, testKey, http.StatusOK, session(t, status, map[string]any{"amount": 200}))
			confirmed, err := client.ConfirmReturn(t.Context(), v.query(), v.expected())
			require.NoError(t, err)
			require.NotNil(t, confirmed.Return, "it is authentic")
			require.False(t, confirmed.Status.Paid())
		}
	}
}

func TestConfirmReturnOfASessionThatIsNotTheOrders(t *testing.T) {
	t.Parallel()

	v := named(t, "v2 paid")
	for name, members := range map[string]map[string]any{
		"less":             {"amount": 1},
		"more":             {"amount": 149900},
		"another currency": {"currency": "EUR"},
		"another session":  {"id": "vp_cs_test_another"},
		"no amount":        {"amount": nil},
		"no currency":      {"currency": nil},
		"odd amount":       {"amount": "1499"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, testKey, http.StatusOK, session(t, "succeeded", members))
			confirmed, err := client.ConfirmReturn(t.Context(), v.query(), v.expected())
			require.Nil(t, confirmed)
			require.ErrorIs(t, err, sdk.CodeTransactionVerificationFailed)
			var e *sdk.Error
			require.ErrorAs(t, err, &e)
			operation := "vora.ConfirmReturn"
			if name == "another session" { // which no read returns
				operation = "vora.GetSession"
			}
			require.Equal(t, operation, e.Operation)
			require.False(t, e.Retryable())
		})
	}
}

func TestConfirmReturnWithoutASession(t *testing.T) {
	t.Parallel()

	v := named(t, "v2 paid")
	client, _ := setup(t, testKey, http.StatusNotFound, `{"error":"no such session","code":"session_not_found"}`)
	confirmed, err := client.ConfirmReturn(t.Context(), v.query(), v.expected())
	require.Nil(t, confirmed)
	require.ErrorIs(t, err, sdk.CodeSessionNotFound)

	client, g := setup(t, publishableKey, http.StatusOK, session(t, "succeeded", nil))
	_, err = client.ConfirmReturn(t.Context(), v.query(), v.expected())
	requireRejected(t, g, err, sdk.CodeAuthKeyTypeForbidden)
}

func TestConfirmReturnNeedsAnOrder(t *testing.T) {
	t.Parallel()

	v := named(t, "v2 paid")
	client, g := setup(t, testKey, http.StatusOK, session(t, "succeeded", nil))
	for _, forget := range []func(*vora.ExpectedReturn){
		func(x *vora.ExpectedReturn) { x.SessionID = "" },
		func(x *vora.ExpectedReturn) { x.Amount = money.Amount{} },
		func(x *vora.ExpectedReturn) { x.Amount = money.Minor(1499, "") },
	} {
		x := v.expected()
		forget(&x)
		_, err := client.ConfirmReturn(t.Context(), v.query(), x)
		e := requireRejected(t, g, err, sdk.CodeValidationMissingField)
		require.Equal(t, "vora.ConfirmReturn", e.Operation)
	}
}

func TestConfirmReturnTakesTheModeOfItsKey(t *testing.T) {
	t.Parallel()

	v := named(t, "v2 paid")
	x := v.expected()
	x.Mode = ""
	for key, verified := range map[string]bool{testKey: true, liveKey: false, legacyKey: false} {
		client, _ := setup(t, key, http.StatusOK, session(t, "succeeded", nil))
		confirmed, err := client.ConfirmReturn(t.Context(), v.query(), x)
		require.NoError(t, err)
		require.Equal(t, verified, confirmed.Return != nil, "%s: %v", client, confirmed.ReturnProblem)
		require.Equal(t, sdk.PaymentPaid, confirmed.Status)
	}
}
