package vora_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

const notFound = `{"error":"no such path","code":"session_not_found"}`

// at responds at one path, and everywhere else that it knows no such path.
func at(path string, there response) func(request) response {
	return func(r request) response {
		if r.Path == path {
			return there
		}
		return response{Status: http.StatusNotFound, Body: notFound}
	}
}

func urls(requests []request) (all []string) {
	for _, r := range requests {
		all = append(all, r.Method+" "+r.URL)
	}
	return all
}

func TestHealthStatuses(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		status int
		body   string
		want   string
		up     bool
	}{
		"ok":                 {200, `{"status":"ok","version":"2026-04-14"}`, "ok", true},
		"healthy":            {200, `{"status":"healthy","version":"2026-04-14"}`, "healthy", true},
		"degraded":           {503, `{"status":"degraded","version":"2026-04-14"}`, "degraded", false},
		"down":               {503, `{"status":"down","version":"2026-04-14"}`, "down", false},
		"degraded, with 200": {200, `{"status":"degraded","version":"2026-04-14"}`, "degraded", false},
		"a new one":          {200, `{"status":"napping","version":"2026-04-14"}`, "napping", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, g := setup(t, testKey, test.status, test.body)
			health, err := client.Health(t.Context())
			require.NoError(t, err)
			require.Equal(t, test.want, health.Status)
			require.Equal(t, "2026-04-14", health.Version)
			require.Equal(t, test.up, health.Up())
			require.Equal(t, test.status, health.Response.Status)
			require.Len(t, g.asked(), 1)
		})
	}
}

func TestHealthRequests(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusOK, `{"status":"ok","version":"2026-04-14"}`)
	_, err := client.Health(t.Context())
	require.NoError(t, err)
	_, err = client.DeepHealth(t.Context())
	require.NoError(t, err)

	asked := g.asked()
	require.Equal(t, []string{"GET https://checkout.vonpay.com/v1/health", "GET https://checkout.vonpay.com/v1/health?deep=true"}, urls(asked))
	for _, sent := range asked {
		require.Equal(t, http.Header{
			"Von-Pay-Version": {vora.APIVersion}, "Accept": {"application/json"}, "User-Agent": {sent.Header.Get("User-Agent")},
		}, sent.Header, "without a key, which nobody asks for")
	}
}

func TestHealthLooksAtTheOtherPathToo(t *testing.T) {
	t.Parallel()

	client, g := setupWith(t, testKey, at("/api/health", response{Status: http.StatusOK, Body: `{"status":"ok","version":"2026-04-14"}`}))
	health, err := client.DeepHealth(t.Context())
	require.NoError(t, err)
	require.True(t, health.Up())
	require.Equal(t, []string{
		"GET https://checkout.vonpay.com/v1/health?deep=true", "GET https://checkout.vonpay.com/api/health?deep=true",
	}, urls(g.asked()))
}

func TestHealthLooksNowhereElse(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		response response
		requests int
	}{
		"at neither path":      {response{Status: 404, Body: notFound}, 2},
		"down without a body":  {response{Status: 503}, 1}, // and no retry: the question is how it is now
		"an error with 503":    {response{Status: 503, Body: `{"error":"no","code":"auth_service_unavailable"}`}, 1},
		"a proxy's page":       {response{503, `<html></html>`, http.Header{"Content-Type": {"text/html"}}}, 1},
		"a health body as 500": {response{Status: 500, Body: `{"status":"down","version":"1"}`}, 1},
		"too many":             {response{Status: 429, Body: `{"error":"no","code":"rate_limit_exceeded"}`}, 1},
		"no status":            {response{Status: 200, Body: `{"version":"1"}`}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, g := setupWith(t, testKey, func(request) response { return test.response }, sdk.WithMaxRetries(3))
			health, err := client.Health(t.Context())
			require.Nil(t, health)
			var e *sdk.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, "vora.Health", e.Operation)
			require.Equal(t, test.response.Status, e.Status)
			require.Len(t, g.asked(), test.requests)
		})
	}
}

func TestHealthTakesTheTime(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		client, _ := setupWith(t, testKey, func(request) response {
			time.Sleep(120 * time.Millisecond) // of the fake clock
			return response{Status: http.StatusOK, Body: `{"status":"ok","version":"1"}`}
		})
		health, err := client.Health(t.Context())
		require.NoError(t, err)
		require.Equal(t, 120*time.Millisecond, health.Latency)
	})
}

const discovery = `{"api_version":"2026-04-14","endpoints":{"sessions":"/v1/sessions"},"docs":"https://docs.example.com",
	"sdk":{"go":"hostedpay"},"capabilities":["sessions"],"currencies":["USD","EUR"],"new":{"a":1}}`

func TestDiscovery(t *testing.T) {
	t.Parallel()

	client, g := setup(t, publishableKey, http.StatusOK, discovery)
	found, err := client.Discovery(t.Context())
	require.NoError(t, err)
	var raw struct{ New struct{ A int } }
	require.NoError(t, found.Response.Raw.Decode(&raw))
	require.Equal(t, 1, raw.New.A, "what is not described is not lost")
	found.Response = sdk.Response{}
	require.Equal(t, &vora.Discovery{
		APIVersion: "2026-04-14", Endpoints: map[string]any{"sessions": "/v1/sessions"}, Docs: "https://docs.example.com",
		SDK: map[string]any{"go": "hostedpay"}, Capabilities: []string{"sessions"}, Currencies: []string{"USD", "EUR"},
	}, found)

	sent := g.only(t)
	require.Equal(t, "GET https://checkout.vonpay.com/v1/discovery", sent.Method+" "+sent.URL)
	require.NotContains(t, sent.Header, "Authorization")
	require.Equal(t, []string{vora.APIVersion}, sent.Header["Von-Pay-Version"])
}

func TestDiscoveryLooksAtTheOtherPathToo(t *testing.T) {
	t.Parallel()

	client, g := setupWith(t, testKey, at("/.well-known/vonpay.json", response{Status: http.StatusOK, Body: discovery}))
	found, err := client.Discovery(t.Context())
	require.NoError(t, err)
	require.Equal(t, "2026-04-14", found.APIVersion)
	require.Equal(t, []string{
		"GET https://checkout.vonpay.com/v1/discovery", "GET https://checkout.vonpay.com/.well-known/vonpay.json",
	}, urls(g.asked()))

	client, g = setup(t, testKey, http.StatusNotFound, notFound)
	_, err = client.Discovery(t.Context())
	var e *sdk.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, http.StatusNotFound, e.Status)
	require.Len(t, g.asked(), 2)
}

func TestDiscoveryOfADocumentWithNothing(t *testing.T) {
	t.Parallel()

	client, _ := setup(t, testKey, http.StatusOK, `{}`)
	found, err := client.Discovery(t.Context())
	require.NoError(t, err)
	require.Empty(t, found.APIVersion)
	require.Nil(t, found.Endpoints)
}
