package sandbox_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func TestVoraRejections(t *testing.T) {
	t.Parallel()
	const good = `{"amount":1499,"currency":"USD"}`
	secret := "Bearer " + sandbox.Acme.Vora.SecretKey
	for name, c := range map[string]struct {
		method, path, body string
		headers            []string
		status             int
		code               sdk.Code
		message            string
	}{
		"no key":                  {"POST", "/v1/sessions", good, []string{"Content-Type", "application/json"}, 401, sdk.CodeAuthMissingBearer, ""},
		"no bearer":               {"POST", "/v1/sessions", good, []string{"Authorization", sandbox.Acme.Vora.SecretKey}, 401, sdk.CodeAuthMissingBearer, ""},
		"unknown key":             {"POST", "/v1/sessions", good, []string{"Authorization", "Bearer vp_sk_test_nobody"}, 401, sdk.CodeAuthInvalidKey, ""},
		"live key":                {"POST", "/v1/sessions", good, []string{"Authorization", "Bearer vp_sk_live_acme"}, 401, sdk.CodeAuthInvalidKey, ""},
		"publishable key reads":   {"GET", "/v1/sessions/x", "", []string{"Authorization", "Bearer " + sandbox.Acme.Vora.PublishableKey}, 403, sdk.CodeAuthKeyTypeForbidden, ""},
		"wrong type":              {"POST", "/v1/sessions", good, []string{"Authorization", secret, "Content-Type", "text/plain"}, 415, sdk.CodeUnsupportedMediaType, ""},
		"no JSON":                 {"POST", "/v1/sessions", `{"amount":`, json200(secret), 400, sdk.CodeValidationError, ""},
		"more than JSON":          {"POST", "/v1/sessions", good + "}", json200(secret), 400, sdk.CodeValidationError, "body"},
		"no body":                 {"POST", "/v1/sessions", "", json200(secret), 400, sdk.CodeValidationError, "body"},
		"long idempotency key":    {"POST", "/v1/sessions", good, append(json200(secret), "Idempotency-Key", strings.Repeat("k", 256)), 400, sdk.CodeValidationError, "Idempotency-Key"},
		"empty idempotency key":   {"POST", "/v1/sessions", good, append(json200(secret), "Idempotency-Key", ""), 400, sdk.CodeValidationMissingField, "Idempotency-Key"},
		"large body":              {"POST", "/v1/sessions", good[:len(good)-1] + `,"x":"` + strings.Repeat("x", 1<<20) + `"}`, json200(secret), 400, sdk.CodeValidationError, "body: is larger than 1 MiB"},
		"no object":               {"POST", "/v1/sessions", `[1]`, json200(secret), 400, sdk.CodeValidationError, ""},
		"no amount":               {"POST", "/v1/sessions", `{"currency":"USD"}`, json200(secret), 400, sdk.CodeValidationMissingField, "amount"},
		"null currency":           {"POST", "/v1/sessions", `{"amount":1,"currency":null}`, json200(secret), 400, sdk.CodeValidationMissingField, "currency"},
		"amount zero":             {"POST", "/v1/sessions", `{"amount":0,"currency":"USD"}`, json200(secret), 400, sdk.CodeValidationInvalidAmount, "amount"},
		"amount text":             {"POST", "/v1/sessions", `{"amount":"14.99","currency":"USD"}`, json200(secret), 400, sdk.CodeValidationInvalidAmount, "amount"},
		"amount fraction":         {"POST", "/v1/sessions", `{"amount":14.99,"currency":"USD"}`, json200(secret), 400, sdk.CodeValidationInvalidAmount, "amount"},
		"amount too large":        {"POST", "/v1/sessions", `{"amount":100000000,"currency":"USD"}`, json200(secret), 400, sdk.CodeValidationInvalidAmount, "amount"},
		"lower-case currency":     {"POST", "/v1/sessions", `{"amount":1,"currency":"usd"}`, json200(secret), 400, sdk.CodeValidationError, "currency"},
		"short life":              {"POST", "/v1/sessions", `{"amount":1,"currency":"USD","expiresIn":299}`, json200(secret), 400, sdk.CodeValidationError, "expiresIn"},
		"reserved in successUrl":  {"POST", "/v1/sessions", `{"amount":1,"currency":"USD","successUrl":"https://shop.example.com/?sig=1"}`, json200(secret), 400, sdk.CodeValidationError, "the query parameter sig"},
		"http successUrl":         {"POST", "/v1/sessions", `{"amount":1,"currency":"USD","successUrl":"http://shop.example.com"}`, json200(secret), 400, sdk.CodeValidationError, "successUrl"},
		"empty country":           {"POST", "/v1/sessions", `{"amount":1,"currency":"USD","country":""}`, json200(secret), 400, sdk.CodeValidationError, "country"},
		"empty cancelUrl":         {"POST", "/v1/sessions", `{"amount":1,"currency":"USD","cancelUrl":""}`, json200(secret), 400, sdk.CodeValidationError, "cancelUrl"},
		"line item without price": {"POST", "/v1/sessions", `{"amount":1,"currency":"USD","lineItems":[{"name":"a","quantity":1,"unitAmount":0},{"name":"b","quantity":1}]}`, json200(secret), 400, sdk.CodeValidationMissingField, "lineItems[1].unitAmount"},
		"strange dry run":         {"POST", "/v1/sessions?dry_run=perhaps", good, json200(secret), 400, sdk.CodeValidationError, "dry_run: must be true or false"},
		"dry run 1":               {"POST", "/v1/sessions?dry_run=1", good, json200(secret), 400, sdk.CodeValidationError, "dry_run: must be true or false"},
		"empty dry run":           {"POST", "/v1/sessions?dry_run=", good, json200(secret), 400, sdk.CodeValidationError, "dry_run: must be true or false"},
		"dry run twice":           {"POST", "/v1/sessions?dry_run=true&dry_run=false", good, json200(secret), 400, sdk.CodeValidationError, "dry_run: must be true or false"},
		"dry run without a key":   {"POST", "/v1/sessions?dry_run=1", good, nil, 401, sdk.CodeAuthMissingBearer, ""},
		"strange deep":            {"GET", "/v1/health?deep=1", "", nil, 400, sdk.CodeValidationError, "deep: must be true or false"},
		"idempotency key of text": {"POST", "/v1/sessions", good, append(json200(secret), "Idempotency-Key", "Bestellung-\u00e4"), 400, sdk.CodeValidationError, "Idempotency-Key"},
		"idempotency key, tab":    {"POST", "/v1/sessions", good, append(json200(secret), "Idempotency-Key", "a\tb"), 400, sdk.CodeValidationError, "Idempotency-Key"},
		"a version of no date":    {"GET", "/v1/sessions/x", "", append(json200(secret), "Von-Pay-Version", "2026-02-30"), 400, sdk.CodeValidationError, "Von-Pay-Version"},
		"unknown session":         {"GET", "/v1/sessions/vp_cs_test_0000000000000000", "", json200(secret), 404, sdk.CodeSessionNotFound, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			status, header, body := w.api(c.method, c.path, c.body, c.headers...)
			require.Equal(t, c.status, status, body)
			require.NotEmpty(t, header.Get("X-Request-Id"))
			require.Equal(t, vora.APIVersion, header.Get("Von-Pay-Latest-Version"))
			var envelope struct{ Error, Code, Fix, Docs string }
			require.NoError(t, json.Unmarshal([]byte(body), &envelope))
			require.Equal(t, string(c.code), envelope.Code)
			require.Contains(t, envelope.Error, c.message)
			require.NotEmpty(t, envelope.Fix)
			require.Equal(t, "https://docs.vonpay.com/reference/error-codes#"+envelope.Code, envelope.Docs)
		})
	}
}

func json200(authorization string) []string {
	return []string{"Authorization", authorization, "Content-Type", "application/json; charset=utf-8"}
}

// A hostile request is told enough, and no more.
func TestVoraBoundsWhatItComplainsAbout(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("what is bounded is filled where there is no -short")
	}
	w := setup(t)
	for name, element := range map[string]string{"wrong types": "7,", "missing": "{},", "out of range": `{"name":"","quantity":0,"unitAmount":1},`} {
		items := strings.TrimSuffix(strings.Repeat(element, 20_000), ",")
		status, _, body := w.api(http.MethodPost, "/v1/sessions", `{"amount":`+strings.Repeat("1", 100_000)+`,"currency":"USD","lineItems":[`+items+`]}`, json200("Bearer "+sandbox.Acme.Vora.SecretKey)...)
		require.Equal(t, http.StatusBadRequest, status, name)
		require.Less(t, len(body), 10_000, name)
		require.Contains(t, body, "lineItems[10]", name)
	}
}

func TestVoraSchemesHaveNoCase(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, scheme := range []string{"bearer", "BEARER", "Bearer"} {
		status, _, answer := w.api(http.MethodPost, "/v1/sessions", `{"amount":1499,"currency":"USD"}`, json200(scheme+" "+sandbox.Acme.Vora.SecretKey)...)
		require.Equal(t, http.StatusCreated, status, answer)
	}
	for _, authorization := range []string{"Basic " + sandbox.Acme.Vora.SecretKey, "Bearer", "Bearer ", "Bearer" + sandbox.Acme.Vora.SecretKey, ""} {
		_, _, answer := w.api(http.MethodPost, "/v1/sessions", `{"amount":1499,"currency":"USD"}`, json200(authorization)...)
		require.Contains(t, answer, `"auth_missing_bearer"`, authorization)
	}
}

// A dry run responds as one, whatever is wrong with the body.
func TestVoraDryRunOfAnUnreadableBody(t *testing.T) {
	t.Parallel()
	w := setup(t)
	status, _, body := w.api(http.MethodPost, "/v1/sessions?dry_run=true", `{"amount":`, json200("Bearer "+sandbox.Acme.Vora.SecretKey)...)
	require.Equal(t, http.StatusBadRequest, status)
	require.JSONEq(t, `{"valid":false,"errors":["body: is not a JSON object"]}`, body)
}
