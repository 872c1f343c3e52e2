package vora_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// strange is a gateway, or what stands before it, that says anything.
func strange(t testing.TB, status int, contentType string, body []byte) *vora.Client {
	t.Helper()
	client, err := vora.New(testKey, sdk.WithMaxRetries(0), sdk.WithHTTPClient(&http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		header := http.Header{"X-Request-Id": {"req_1"}}
		if contentType != "" {
			header.Set("Content-Type", contentType)
		}
		return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: -1, Request: r}, nil
	})}))
	require.NoError(t, err)
	return client
}

// seed adds what gateways and proxies say.
func seed(f *testing.F) {
	for _, body := range []string{
		`{"id":"vp_cs_1","checkoutUrl":"https://checkout.example.com/1","expiresAt":"2026-04-21T13:48:14Z"}`,
		`{"id":"vp_cs_1","checkoutUrl":"https://checkout.example.com/1","expiresAt":""}`,
		`{"id":"vp_cs_1","status":"pending","amount":1499.5,"currency":7,"createdAt":null,"metadata":{"a":1},"shippingAddress":[]}`,
		`{"id":"vp_cs_1","status":"succeeded","amount":9223372036854775808,"shippingAddress":{"address2":null}}`,
		`{"id":7,"checkoutUrl":{}}`, `{"ID":"vp_cs_1","CHECKOUTURL":"x"}`, `{"id":"a","id":"b","checkoutUrl":"x"}`,
		`{"valid":true,"warnings":["a",{"message":"b"},7]}`, `{"valid":false,"errors":null}`, `{"valid":"true"}`,
		`{"status":"ok","version":"2026-04-14"}`, `{"status":"degraded"}`, `{"capabilities":"all"}`,
		`{"error":"no","code":"session_not_found","fix":"f","docs":"d","selfHeal":{"retryable":"yes","nextAction":7,"llmHint":"h"}}`,
		`{"error":{"message":"nested"},"code":7}`, `{"error":"` + testKey + `","code":"` + testKey + `"}`, `{"code":"validation_error"}`,
		`<html><body>502 Bad Gateway</body></html>`, ``, `null`, `[]`, `"text"`, `{`, `{"id":"vp_cs_1","checkoutUrl":"x"} trailing`, "\xef\xbb\xbf{}", "\x00", `{"error":"\u0000\u2028\n"}`,
		strings.Repeat(`{"a":`, 200),
	} {
		for _, status := range []int{200, 201, 204, 302, 400, 404, 422, 429, 500, 502, 503} {
			f.Add(status, "application/json", []byte(body))
		}
		f.Add(200, "text/html; charset=utf-8", []byte(body))
		f.Add(502, "", []byte(body))
	}
	f.Add(201, "APPLICATION/JSON;;", []byte(`{"id":"a","checkoutUrl":"b"}`))
}

// status is any status that HTTP has.
func status(n int) int { return 100 + int(uint(n)%500) }

// text is a field of an object; empty when it is not a string, or when it is there in several
// spellings.
func text(object map[string]json.RawMessage, name string) (value string) {
	for other := range object {
		if other != name && strings.EqualFold(other, name) {
			return ""
		}
	}
	_ = json.Unmarshal(object[name], &value)
	return value
}

// requireSound requires of a result and an error what every call promises: exactly one of them, and
// an error that is typed and fit for a log.
func requireSound(t *testing.T, client *vora.Client, result any, err error, status int) {
	t.Helper()
	require.Equal(t, err == nil, !reflect.ValueOf(result).IsNil(), "%v, %v", result, err)
	require.Contains(t, client.String(), "vora.Client(")
	if err == nil {
		return
	}
	var e *sdk.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, status, e.Status)
	require.Equal(t, "req_1", e.RequestID)
	require.Len(t, e.Attempts, 1)
	line := err.Error()
	require.NotEmpty(t, line)
	require.Less(t, len(line), 1<<13)
	require.NotContains(t, line, testKey)
	require.False(t, strings.ContainsFunc(line, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }), "%q", line)
	_, err = json.Marshal(e)
	require.NoError(t, err)
}

// FuzzResponse gives any response to every operation.
func FuzzResponse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, n int, contentType string, body []byte) {
		status := status(n)
		client := strange(t, status, contentType, body)
		success := status >= 200 && status < 300
		var object map[string]json.RawMessage
		if json.Unmarshal(body, &object) != nil {
			object = nil
		}
		id := text(object, "id")

		created, err := client.CreateSession(t.Context(), minimalParams())
		requireSound(t, client, created, err, status)
		if success && id != "" && text(object, "checkoutUrl") != "" {
			require.NoError(t, err, "a created session was lost")
			require.Equal(t, id, created.ID)
			require.Equal(t, text(object, "checkoutUrl"), created.CheckoutURL.Reveal())
		}
		var unknown *sdk.OutcomeUnknownError
		stranger := text(object, "code") == "" && (status == http.StatusSwitchingProtocols || status >= 500 && status != http.StatusNotImplemented && status != http.StatusServiceUnavailable)
		require.Equal(t, (success || stranger) && err != nil, errors.As(err, &unknown), "whoever cannot read a success does not know what happened: %v", err)

		session, err := client.GetSession(t.Context(), sessionID)
		requireSound(t, client, session, err, status)
		if success && id != "" && text(object, "status") != "" {
			require.NoError(t, err, "a session was lost")
			require.Equal(t, id, session.ID)
			require.Equal(t, vora.Status(text(object, "status")), session.Status)
		}
		require.NotErrorAs(t, err, &unknown)

		validation, err := client.ValidateSession(t.Context(), minimalParams())
		requireSound(t, client, validation, err, status)
		if err == nil && validation.Valid {
			require.True(t, success, "only a success says yes")
		}
		health, err := client.Health(t.Context())
		requireSound(t, client, health, err, status)
		discovery, err := client.Discovery(t.Context())
		requireSound(t, client, discovery, err, status)
	})
}

// FuzzErrorBody gives any error body.
func FuzzErrorBody(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, n int, contentType string, body []byte) {
		status := 400 + int(uint(n)%200)
		client := strange(t, status, contentType, body)
		session, err := client.GetSession(t.Context(), sessionID)
		require.Nil(t, session)
		requireSound(t, client, session, err, status)
		var e *sdk.Error
		require.ErrorAs(t, err, &e)
		var envelope map[string]json.RawMessage
		if json.Unmarshal(body, &envelope) != nil {
			return
		}
		code := text(envelope, "code")
		if _, known := sdk.Code(code).Entry(); known {
			require.ErrorIs(t, err, sdk.Code(code), "a code must not be lost over another member")
			require.NotEmpty(t, e.Hint())
			require.NotEmpty(t, e.Docs)
		}
		require.NotEmpty(t, e.NextAction())
		require.NotEmpty(t, e.Family())
	})
}
