package webhooks_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// proxied is a delivery as an API gateway hands it over, in JSON.
func proxied(t *testing.T, event map[string]any) webhooks.ProxyRequest {
	t.Helper()
	var request webhooks.ProxyRequest
	require.NoError(t, json.Unmarshal(asJSON(t, event), &request))
	return request
}

func flatten(h http.Header) map[string]string {
	flat := map[string]string{}
	for name := range h {
		flat[name] = h.Get(name)
	}
	return flat
}

func TestServeProxy(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		plain, encoded := string(s.body), base64.StdEncoding.EncodeToString(s.body)
		v2Method := map[string]any{"http": map[string]any{"method": "POST"}}
		for name, event := range map[string]map[string]any{
			"REST API":             {"httpMethod": "POST", "body": plain},
			"REST API, binary":     {"httpMethod": "POST", "body": encoded, "isBase64Encoded": true},
			"HTTP API":             {"version": "2.0", "requestContext": v2Method, "body": plain},
			"function URL, binary": {"version": "2.0", "requestContext": v2Method, "body": encoded, "isBase64Encoded": true},
		} {
			t.Run(string(s.name)+", "+name, func(t *testing.T) {
				t.Parallel()
				r := setup(t, s)
				headers := r.delivery().Header
				event["headers"] = flatten(headers)
				if event["httpMethod"] != nil {
					event["multiValueHeaders"] = headers
				}
				response, err := r.handler.ServeProxy(t.Context(), proxied(t, event))
				require.NoError(t, err)
				require.Equal(t, http.StatusOK, response.StatusCode)
				require.JSONEq(t, received, response.Body)
				require.Equal(t, "application/json", response.Headers["Content-Type"])
				require.False(t, response.IsBase64Encoded)
				require.Len(t, r.events, 1)

				response, err = r.handler.ServeProxy(t.Context(), proxied(t, event))
				require.NoError(t, err)
				require.JSONEq(t, duplicate, response.Body)
			})
		}
	}
}

func TestServeProxyRefuses(t *testing.T) {
	t.Parallel()
	s := voraV1()
	post := func(change func(map[string]any)) map[string]any {
		r := setup(t, s)
		event := map[string]any{"httpMethod": "POST", "headers": flatten(r.delivery().Header), "body": string(s.body)}
		change(event)
		return event
	}
	for name, test := range map[string]struct {
		event  map[string]any
		status int
	}{
		"no base64":             {post(func(e map[string]any) { e["isBase64Encoded"] = true }), 400},
		"still base64":          {post(func(e map[string]any) { e["body"] = base64.StdEncoding.EncodeToString(s.body) }), 401},
		"GET":                   {post(func(e map[string]any) { e["httpMethod"] = "GET" }), 405},
		"no method":             {post(func(e map[string]any) { delete(e, "httpMethod") }), 405},
		"no headers":            {post(func(e map[string]any) { delete(e, "headers") }), 415},
		"a method that is none": {post(func(e map[string]any) { e["httpMethod"] = "G E T" }), 405},
		"two signatures": {post(func(e map[string]any) {
			headers := e["headers"].(map[string]string)
			headers["x-vonpay-signature"] = "x"
		}), 401},
		"two signatures, REST API": {post(func(e map[string]any) {
			headers := setup(t, s).delivery().Header
			headers.Add(s.header, headers.Get(s.header))
			e["multiValueHeaders"] = headers
		}), 401},
		"an event of another day": {map[string]any{"Records": []any{}}, 405},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := setup(t, s)
			response, err := r.handler.ServeProxy(t.Context(), proxied(t, test.event))
			require.NoError(t, err)
			require.Equal(t, test.status, response.StatusCode)
			require.Contains(t, response.Body, "error")
			require.Empty(t, r.events)
		})
	}
}
