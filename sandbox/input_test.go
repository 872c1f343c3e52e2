package sandbox_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
)

// 1499.0 and 1.499e3 are the integer 1499 in JSON, and some languages write it so.
func TestIntegersInAnyNotation(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for amount, want := range map[string]int64{
		`1499`: 1499, `1499.0`: 1499, `1499.00`: 1499, `1.499e3`: 1499, `1499E0`: 1499, `149900e-2`: 1499, `99999999.0`: 99999999, `1e0`: 1,
		`14.99`: 0, `0.99999999999999999999`: 0, `1499.00000000000000000001`: 0, `1e-3`: 0, `-1.0`: 0, `0.0`: 0, `1e8`: 0, `1e400`: 0, `9e15`: 0, `1e999999999`: 0, `"1499.0"`: 0, `true`: 0,
	} {
		id, status, response := w.post(`{"amount":` + amount + `,"currency":"USD"}`)
		if want == 0 {
			require.Equal(t, http.StatusBadRequest, status, amount)
			require.Contains(t, response, `"validation_invalid_amount"`, amount)
			continue
		}
		require.Equal(t, http.StatusCreated, status, "%s: %s", amount, response)
		require.EqualValues(t, want, w.read(id)["amount"], amount)
	}

	_, status, response := w.post(`{"amount":1,"currency":"USD","expiresIn":3e2,"lineItems":[{"name":"a.5e","quantity":2.0,"unitAmount":0e0}],"collectShipping":true}`)
	require.Equal(t, http.StatusCreated, status, response)
	_, status, response = w.post(`{"amount":1,"currency":"USD","lineItems":[{"name":"a","quantity":1.5,"unitAmount":1}]}`)
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, response, "lineItems[0].quantity: must be an integer, not number 1.5")

	id, _, _ := w.post(`{"amount":1,"currency":"USD","lineItems":[{"name":"a","quantity":1,"unitAmount":9007199254740993.0}]}`, "Idempotency-Key", "exact")
	again, _, response := w.post(`{"amount":1,"currency":"USD","lineItems":[{"name":"a","quantity":1,"unitAmount":9007199254740993}]}`, "Idempotency-Key", "exact")
	require.Equal(t, id, again, response)

	first, _, _ := w.post(`{"amount":1499,"currency":"USD"}`, "Idempotency-Key", "order-1")
	again, _, _ = w.post(`{"currency":"USD","amount":1499.0}`, "Idempotency-Key", "order-1")
	require.Equal(t, first, again, "it is the same body in another spelling")
}

// A field has one spelling. The gateways accept no other, and neither may the sandbox.
func TestFieldsHaveOneName(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for body, missing := range map[string]string{
		`{"Amount":1499,"currency":"USD"}`: "amount",
		`{"amount":1499,"CURRENCY":"USD"}`: "currency",
		`{"amount":1499,"currency":"USD","lineItems":[{"Name":"a","quantity":1,"unitAmount":1}]}`:    "lineItems[0].name",
		`{"amount":1499,"currency":"USD","lineItems":[{"name":"a","quantity":1,"unitamount":1}]}`:    "lineItems[0].unitAmount",
		`{"amount":1499,"currency":"USD","lineItems":[{"name" :"a","Quantity" :1,"unitAmount" :1}]}`: "lineItems[0].quantity",
	} {
		_, status, response := w.post(body)
		require.Equal(t, http.StatusBadRequest, status, body)
		require.Contains(t, response, missing+": is required", body)
	}

	id, status, response := w.post(`{"amount":1499,"Amount":1,"currency":"USD","MetaData":{"a":"b"},"Description":"x","unknown":{"amount":7}}`)
	require.Equal(t, http.StatusCreated, status, response)
	session := w.read(id)
	require.EqualValues(t, 1499, session["amount"])
	require.NotContains(t, session, "metadata")
	require.NotContains(t, session, "description")

	id, _, response = w.post(`{"amount":1499,"currency":"USD","description":"a \"b\": <c>","unkno\"wn":"\"amount\":2.5","metadata":{"Amount":"1.0","":"x","\"":"\\"}}`)
	require.NotEmpty(t, id, response)
	session = w.read(id)
	require.Equal(t, map[string]any{"Amount": "1.0", "": "x", `"`: `\`}, session["metadata"], "the names in metadata are the shop's own")
	require.Equal(t, `a "b": <c>`, session["description"])
}

// Of a field that is sent twice, the last value counts, whatever else is in the body.
func TestTheLastDuplicateCounts(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, more := range []string{``, `,"unknown":1.5`} {
		id, status, response := w.post(`{"amount":1,"currency":"USD","metadata":{"a":"1","b":"2"},"description":"x","metadata":{"a":"3"},"amount":2,"description":null` + more + `}`)
		require.Equal(t, http.StatusCreated, status, response)
		session := w.read(id)
		require.EqualValues(t, 2, session["amount"])
		require.Equal(t, map[string]any{"a": "3"}, session["metadata"])
		require.NotContains(t, session, "description")

		_, status, response = w.post(`{"amount":1,"currency":"USD","lineItems":[{"name":"a","quantity":1,"unitAmount":1}],"lineItems":[{"name":"b","quantity":1}]` + more + `}`)
		require.Equal(t, http.StatusBadRequest, status)
		require.Contains(t, response, `"lineItems[0].unitAmount: is required"`)
	}
}

// All broken rules are reported at once, each once, by its path, missing fields first: they decide
// the code.
func TestAllBrokenRulesAreReported(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const item = `{"name":"a","quantity":1,"unitAmount":1}`
	for body, want := range map[string][]string{
		`"amount":0`:                               {"validation_missing_field", "currency: is required", "amount: must be from 1 to 99999999"},
		`"currency":"USD"`:                         {"validation_missing_field", "amount: is required"},
		`"amount":"1","currency":"usd"`:            {"validation_invalid_amount", "amount: must be an integer, not string", "currency: must match ^[A-Z]{3}$"},
		`"amount":1,"currency":7,"expiresIn":1`:    {"validation_error", "currency: must be a string, not number", "expiresIn: must be from 300 to 3600"},
		`"amount":1,"currency":"USD","metadata":7`: {"validation_error", "metadata: must be an object, not number"},
		`"amount":1,"currency":"USD","metadata":{"a":1,"b":null,"c":"d"}`: {"validation_error", "metadata.a: must be a string, not number", "metadata.b: must be a string, not null"},
		`"amount":1,"currency":"USD","lineItems":[` + item + `,{"name":"","quantity":"2","unitAmount":1},7,{"quantity":0}]`: {
			"validation_missing_field", "lineItems[3].name: is required", "lineItems[3].unitAmount: is required", "lineItems[1].name: is required",
			"lineItems[1].quantity: must be an integer, not string", "lineItems[2]: must be an object, not number", "lineItems[3].quantity: must be from 1 to 9999",
		},
	} {
		var rejected struct{ Code, Error string }
		status, _, response := w.api(http.MethodPost, "/v1/sessions", "{"+body+"}", json200("Bearer "+sandbox.Acme.Vora.SecretKey)...)
		require.Equal(t, http.StatusBadRequest, status, body)
		require.NoError(t, json.Unmarshal([]byte(response), &rejected))
		require.Equal(t, want, append([]string{rejected.Code}, strings.Split(rejected.Error, "; ")...), body)

		var dry struct{ Errors []string }
		_, _, response = w.api(http.MethodPost, "/v1/sessions?dry_run=true", "{"+body+"}", json200("Bearer "+sandbox.Acme.Vora.SecretKey)...)
		require.NoError(t, json.Unmarshal([]byte(response), &dry))
		require.Equal(t, want[1:], dry.Errors, body)
	}
}

func TestVisionScopesFieldsHaveOneName(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const body = `{"amount":10.0,"currency":"EUR","webhook_secret":"x","webhook_url":"https://a.example.com","return_url":"https://a.example.com"}`
	create := func(body, kind string) (int, string) {
		status, _, response := w.api(http.MethodPost, "/api/checkout/create", body, "X-API-Key", sandbox.Acme.VisionScope.APIKey, "Content-Type", kind)
		return status, strings.TrimSpace(response)
	}
	status, response := create(body, "application/json; charset=utf-8")
	require.Equal(t, http.StatusOK, status, response)
	for old, replacement := range map[string][2]string{
		`"amount"`:      {`"Amount"`, `{"error":"amount and currency are required"}`},
		`"webhook_url"`: {`"webhook_URL"`, `{"error":"webhook_url is required"}`},
		`.com"}`:        {`.com"}}`, `{"error":"amount and currency are required"}`}, // what is not JSON has no fields
	} {
		status, response = create(strings.Replace(body, old, replacement[0], 1), "application/json")
		require.Equal(t, http.StatusBadRequest, status, replacement[0])
		require.Equal(t, replacement[1], response)
	}
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded"} { // what curl -d sends by itself
		status, response = create(body, kind)
		require.Equal(t, http.StatusBadRequest, status, kind)
		require.Equal(t, `{"error":"Content-Type must be application/json"}`, response)
	}
}

// post creates a session with a body of any spelling.
func (w *world) post(body string, headers ...string) (id string, status int, response string) {
	w.t.Helper()
	status, _, response = w.api(http.MethodPost, "/v1/sessions", body, append(json200("Bearer "+sandbox.Acme.Vora.SecretKey), headers...)...)
	var created struct{ ID string }
	require.NoError(w.t, json.Unmarshal([]byte(response), &created))
	return created.ID, status, response
}

// read is a session as the API shows it.
func (w *world) read(id string) (session map[string]any) {
	w.t.Helper()
	_, _, response := w.api(http.MethodGet, "/v1/sessions/"+id, "", json200("Bearer "+sandbox.Acme.Vora.SecretKey)...)
	require.NoError(w.t, json.Unmarshal([]byte(response), &session))
	return session
}
