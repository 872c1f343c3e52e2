package visionscope_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// field is a field of an object; nothing when it is there in several spellings.
func member[T any](object map[string]json.RawMessage, name string) (value T) {
	if manySpellings(object, name) || json.Unmarshal(object[name], &value) != nil {
		return *new(T)
	}
	return value
}

// FuzzResponse gives any response to a create.
func FuzzResponse(f *testing.F) {
	for _, body := range []string{
		created, `{"success":false,"error":"no"}`, `{"success":false}`, `{"success":"false","data":{}}`, `{"success":true}`, `{"success":true,"data":null}`,
		`{"success":true,"data":{"session_id":"cs_1","checkout_url":7}}`, `{"success":true,"data":[]}`, `{"data":{"session_id":"cs_1","checkout_url":"x"}}`,
		`{"error":"Invalid API key"}`, `{"error":"` + key + ` ` + webhookSecret + `"}`, `{"error":{"message":"nested"}}`, `{"error":"Upstream checkout API unreachable"}`,
		`<html>502</html>`, ``, `null`, `[]`, `{`, `"text"`, "\x00",
	} {
		for _, status := range []int{200, 201, 302, 400, 401, 429, 500, 502} {
			f.Add(status, "application/json", []byte(body))
		}
		f.Add(200, "text/html", []byte(body))
	}
	f.Fuzz(func(t *testing.T, n int, contentType string, body []byte) {
		status := 100 + int(uint(n)%500)
		client, err := visionscope.New(key, sdk.WithBaseURL(visionscope.DevelopmentURL), sdk.WithMaxRetries(0), sdk.WithHTTPClient(&http.Client{
			Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				return &http.Response{
					StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: -1, Request: r,
				}, nil
			}),
		}))
		require.NoError(t, err)
		checkout, err := client.CreateCheckout(t.Context(), params())
		require.Equal(t, err == nil, checkout != nil)

		var object map[string]json.RawMessage
		_ = json.Unmarshal(body, &object)
		data := member[map[string]json.RawMessage](object, "data")
		id, page := member[string](data, "session_id"), member[string](data, "checkout_url")
		success, no := status >= 200 && status < 300, string(object["success"]) == "false" || len(object) == 0
		if success && !no && id != "" && page != "" && !manySpellings(object, "success") {
			require.NoError(t, err, "a created checkout was lost")
			require.Equal(t, id, checkout.ID)
			require.Equal(t, page, checkout.CheckoutURL.Reveal())
		}
		if err == nil {
			return
		}
		var unknown *sdk.OutcomeUnknownError
		open := success || status == http.StatusSwitchingProtocols || status >= 500 && status != http.StatusNotImplemented && status != http.StatusServiceUnavailable
		require.False(t, errors.As(err, &unknown) && !open, "a response other than success is a rejection: %v", err)
		var e *sdk.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, status, e.Status)
		line := err.Error()
		require.NotEmpty(t, line)
		require.Less(t, len(line), 1<<13)
		require.NotContains(t, line, key)
		require.NotContains(t, line, webhookSecret)
		require.False(t, strings.ContainsFunc(line, unicode.IsControl), "%q", line)
		_, err = json.Marshal(e)
		require.NoError(t, err)
	})
}

func manySpellings(object map[string]json.RawMessage, name string) bool {
	for other := range object {
		if other != name && strings.EqualFold(other, name) {
			return true
		}
	}
	return false
}
