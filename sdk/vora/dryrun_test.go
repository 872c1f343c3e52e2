package vora_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func TestValidateSessionRequest(t *testing.T) {
	t.Parallel()

	for _, key := range []string{testKey, publishableKey} {
		client, g := setup(t, key, http.StatusOK, `{"valid":true,"warnings":[]}`)
		_, err := client.ValidateSession(t.Context(), fullParams())
		require.NoError(t, err)

		sent := g.only(t)
		require.Equal(t, "POST https://checkout.vonpay.com/v1/sessions?dry_run=true", sent.Method+" "+sent.URL)
		require.JSONEq(t, example(t, "FullSession"), sent.Body)
		require.Equal(t, "Bearer "+key, sent.Header.Get("Authorization"))
		require.Equal(t, vora.APIVersion, sent.Header.Get("Von-Pay-Version"))
		require.NotContains(t, sent.Header, "Idempotency-Key", "nothing is created, so that there is nothing to remember")
	}
}

func TestValidateSessionAsksTheGateway(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusOK, `{"valid":true,"warnings":[]}`)
	result, err := client.ValidateSession(contracttest.Invalid(t.Context()), vora.SessionParams{})
	require.NoError(t, err)
	require.True(t, result.Valid)
	require.Len(t, g.asked(), 1, "although the SDK's own checks would have rejected")
}

func TestValidateSessionResponses(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		status   int
		body     string
		valid    bool
		warnings []string
		errors   []string
	}{
		"yes":                      {200, `{"valid":true,"warnings":[]}`, true, nil, nil},
		"yes, with warnings":       {200, `{"valid":true,"warnings":["successUrl: is missing"]}`, true, []string{"successUrl: is missing"}, nil},
		"warnings as objects":      {200, `{"valid":true,"warnings":[{"message":"a"},{"text":"b"},7]}`, true, []string{"a", `{"text":"b"}`, "7"}, nil},
		"warnings odd and first":   {200, `{"warnings":"a","valid":true}`, true, []string{`a`}, nil},
		"warnings null":            {200, `{"warnings":null,"valid":true}`, true, nil, nil},
		"no":                       {400, `{"valid":false,"errors":["currency: must be three upper-case letters"]}`, false, nil, []string{"currency: must be three upper-case letters"}},
		"no, with 422":             {422, `{"valid":false,"errors":["a"]}`, false, nil, []string{"a"}},
		"no, with 200":             {200, `{"valid":false,"errors":["a","b"]}`, false, nil, []string{"a", "b"}},
		"no, as an error":          {400, `{"error":"amount: must be positive","code":"validation_invalid_amount"}`, false, nil, []string{"amount: must be positive"}},
		"no, as an error with 422": {422, `{"error":"currency: is required","code":"validation_missing_field"}`, false, nil, []string{"currency: is required"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, g := setup(t, testKey, test.status, test.body)
			result, err := client.ValidateSession(t.Context(), minimalParams())
			require.NoError(t, err)
			require.Equal(t, test.valid, result.Valid)
			require.Equal(t, test.warnings, result.Warnings)
			require.Equal(t, test.errors, result.Errors)
			require.Equal(t, test.status, result.Response.Status)
			require.Len(t, result.Response.Attempts, 1)
			require.Len(t, g.asked(), 1)
		})
	}
}

func TestValidateSessionWithoutAResponse(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		status int
		body   string
	}{
		"wrong key":               {401, `{"error":"no","code":"auth_invalid_key"}`},
		"merchant not configured": {422, `{"error":"no","code":"merchant_not_configured"}`},
		"neither yes nor no":      {200, `{"warnings":[]}`},
		"valid is a text":         {200, `{"valid":"yes","warnings":[]}`},
		"valid is null":           {200, `{"valid":null}`},
		"a session was created":   {201, `{"id":"x","checkoutUrl":"y"}`},
		"nothing":                 {200, ``},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := setup(t, testKey, test.status, test.body)
			result, err := client.ValidateSession(t.Context(), minimalParams())
			require.Nil(t, result)
			var e *sdk.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, test.status, e.Status)
			require.Equal(t, "vora.ValidateSession", e.Operation)
			var unknown *sdk.OutcomeUnknownError
			require.NotErrorAs(t, err, &unknown, "a dry run does nothing")
		})
	}
}
