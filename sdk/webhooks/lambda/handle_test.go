package lambda_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/lambda"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

const secret = "vp_sk_test_webhooks"

// A receiver is a function handler over a webhook handler, and what that handler received.
type receiver struct {
	handle func(context.Context, lambda.Request) (lambda.Response, error)
	events []webhooks.Event
}

func setup(t *testing.T) *receiver {
	t.Helper()
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(secret)})
	require.NoError(t, err)
	vision, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(secret), Scheme: webhooks.SchemeVisionScope})
	require.NoError(t, err)
	v2, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(secret), Scheme: webhooks.SchemeVoraV2})
	require.NoError(t, err)
	r := &receiver{}
	handler, err := webhooks.NewHandler(webhooks.Any(webhooks.Vora(keys), webhooks.VisionScope(vision), webhooks.VoraV2(v2)),
		func(_ context.Context, event webhooks.Event) error {
			r.events = append(r.events, event)
			return nil
		})
	require.NoError(t, err)
	r.handle = lambda.Handle(handler)
	return r
}

// receive hands over a delivery as an API gateway does, in JSON.
func (r *receiver) receive(t *testing.T, event map[string]any) lambda.Response {
	t.Helper()
	text, err := json.Marshal(event)
	require.NoError(t, err)
	var request lambda.Request
	require.NoError(t, json.Unmarshal(text, &request))
	response, err := r.handle(t.Context(), request)
	require.NoError(t, err)
	return response
}

func flatten(h http.Header) map[string]string {
	flat := map[string]string{}
	for name := range h {
		flat[name] = h.Get(name)
	}
	return flat
}

func TestHandle(t *testing.T) {
	t.Parallel()
	for scheme, delivery := range map[string]struct {
		body []byte
		sign func(string, []byte, ...webhookstest.Option) *http.Request
	}{
		"Vora v1":     {webhookstest.SessionSucceeded(), webhookstest.Vora},
		"Vora v2":     {webhookstest.VoraV2Event("charge.succeeded", nil), webhookstest.VoraV2},
		"VisionScope": {webhookstest.PaymentSucceeded(), webhookstest.VisionScope},
	} {
		plain, encoded := string(delivery.body), base64.StdEncoding.EncodeToString(delivery.body)
		v2Method := map[string]any{"http": map[string]any{"method": "POST"}}
		for name, event := range map[string]map[string]any{
			"REST API":             {"httpMethod": "POST", "body": plain},
			"REST API, binary":     {"httpMethod": "POST", "body": encoded, "isBase64Encoded": true},
			"both methods":         {"httpMethod": "POST", "requestContext": map[string]any{"httpMethod": "POST", "http": map[string]any{"method": "POST"}}, "body": plain},
			"method in context":    {"requestContext": map[string]any{"httpMethod": "post"}, "body": plain},
			"HTTP API":             {"version": "2.0", "requestContext": v2Method, "body": plain},
			"function URL, binary": {"version": "2.0", "requestContext": v2Method, "body": encoded, "isBase64Encoded": true},
		} {
			t.Run(scheme+", "+name, func(t *testing.T) {
				t.Parallel()
				r := setup(t)
				headers := delivery.sign(secret, delivery.body).Header
				event["headers"] = flatten(headers)
				if event["httpMethod"] != nil {
					event["multiValueHeaders"] = headers
				}
				response := r.receive(t, event)
				require.Equal(t, http.StatusOK, response.StatusCode)
				require.JSONEq(t, `{"received":true}`, response.Body)
				require.Equal(t, "application/json", response.Headers["Content-Type"])
				require.False(t, response.IsBase64Encoded)
				require.Len(t, r.events, 1)
				require.Equal(t, string(delivery.body), string(r.events[0].Info().Raw.Bytes()))

				response = r.receive(t, event)
				require.JSONEq(t, `{"received":true,"duplicate":true}`, response.Body)
			})
		}
	}
}

// A key source finds keys by the URL that the delivery was sent to.
func TestHandleKeepsTheURL(t *testing.T) {
	t.Parallel()
	body := webhookstest.PaymentSucceeded()
	for name, event := range map[string]map[string]any{
		"REST API": {"httpMethod": "POST", "path": "/visionscope/acme", "queryStringParameters": map[string]string{"order": "78 9"},
			"multiValueQueryStringParameters": map[string][]string{"order": {"78 9"}}},
		"single values": {"httpMethod": "POST", "path": "/visionscope/acme", "queryStringParameters": map[string]string{"order": "78 9"}},
		"HTTP API":      {"requestContext": map[string]any{"http": map[string]any{"method": "POST"}}, "rawPath": "/visionscope/acme", "rawQueryString": "order=78+9"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked []webhooks.KeyHint
			keys := webhooks.KeySourceFunc(func(_ context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
				asked = append(asked, hint)
				return []webhooks.SigningKey{{Secret: sdk.NewSecret(secret), Scheme: webhooks.SchemeVisionScope}}, nil
			})
			handler, err := webhooks.NewHandler(webhooks.VisionScope(keys), func(context.Context, webhooks.Event) error { return nil })
			require.NoError(t, err)
			event["headers"], event["body"] = flatten(webhookstest.VisionScope(secret, body).Header), string(body)
			encoded, err := json.Marshal(event)
			require.NoError(t, err)
			var request lambda.Request
			require.NoError(t, json.Unmarshal(encoded, &request))
			response, err := lambda.Handle(handler)(t.Context(), request)
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, response.StatusCode)
			require.Len(t, asked, 1)
			require.Equal(t, "/visionscope/acme", asked[0].Path)
			require.Equal(t, "78 9", asked[0].Query().Get("order"))
		})
	}
}

// Whoever escapes a path is told of it as a server would tell.
func TestHandleKeepsThePath(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"/a%2Fb/c%20d": "/a%2Fb/c%20d",  // of a REST API, and of a function URL
		"/a b/ä":       "/a%20b/%C3%A4", // of an HTTP API
		"/50%":         "/50%25",
		"/a~2Fb":       "/a~2Fb",
		"":             "/",
	} {
		for _, request := range []lambda.Request{{HTTPMethod: "POST", RawPath: given}, {HTTPMethod: "POST", Path: given}} {
			path := ""
			_, err := lambda.Handle(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { path = r.URL.EscapedPath() }))(t.Context(), request)
			require.NoError(t, err)
			require.Equal(t, want, path)
		}
	}
}

func TestHandleRejects(t *testing.T) {
	t.Parallel()
	body := webhookstest.SessionSucceeded()
	post := func(change func(map[string]any)) map[string]any {
		event := map[string]any{"httpMethod": "POST", "headers": flatten(webhookstest.Vora(secret, body).Header), "body": string(body)}
		change(event)
		return event
	}
	for name, test := range map[string]struct {
		event  map[string]any
		status int
	}{
		"not base64":        {post(func(e map[string]any) { e["isBase64Encoded"] = true }), 400},
		"still base64":      {post(func(e map[string]any) { e["body"] = base64.StdEncoding.EncodeToString(body) }), 401},
		"GET":               {post(func(e map[string]any) { e["httpMethod"] = "GET" }), 405},
		"no method":         {post(func(e map[string]any) { delete(e, "httpMethod") }), 405},
		"no headers":        {post(func(e map[string]any) { delete(e, "headers") }), 415},
		"an invalid method": {post(func(e map[string]any) { e["httpMethod"] = "G E T" }), 405},
		"two signatures": {post(func(e map[string]any) {
			headers := e["headers"].(map[string]string)
			headers["x-vonpay-signature"] = "x"
		}), 401},
		"two signatures, REST API": {post(func(e map[string]any) {
			headers := webhookstest.Vora(secret, body).Header
			headers.Add("X-VonPay-Signature", headers.Get("X-VonPay-Signature"))
			e["multiValueHeaders"] = headers
		}), 401},
		"another kind of event": {map[string]any{"Records": []any{}}, 405},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := setup(t)
			response := r.receive(t, test.event)
			require.Equal(t, test.status, response.StatusCode)
			require.Contains(t, response.Body, "error")
			require.Empty(t, r.events)
		})
	}
}

// Some gateways give the names that occur once in one map and the others in the other.
func TestHandleWithPartialMultiValueHeaders(t *testing.T) {
	t.Parallel()
	body := webhookstest.SessionSucceeded()
	for _, only := range []string{"Content-Type", "X-Vonpay-Signature", "X-Vonpay-Timestamp", "X-Forwarded-For"} {
		for _, spelling := range []func(string) string{strings.ToLower, strings.ToUpper} {
			r := setup(t)
			headers := webhookstest.Vora(secret, body).Header
			headers.Set("X-Forwarded-For", "192.0.2.1")
			response := r.receive(t, map[string]any{
				"httpMethod": "POST", "headers": flatten(headers), "body": string(body),
				"multiValueHeaders": map[string][]string{spelling(only): headers.Values(only)},
			})
			require.Equal(t, http.StatusOK, response.StatusCode, only)
			require.Len(t, r.events, 1)
		}
	}
}
