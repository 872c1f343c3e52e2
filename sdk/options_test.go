package sdk_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// attempts counts how often a client sends a request that is always responded to with 503 and asks
// for no wait.
func attempts(t *testing.T, client []sdk.ClientOption, call ...sdk.CallOption) (n int) {
	t.Helper()
	gateway := pretend(func(*http.Request) (int, http.Header, string) {
		n++
		return http.StatusServiceUnavailable, http.Header{"Retry-After": {"0"}}, "{}"
	})
	c, err := vora.New("vp_sk_test_x7Kq2nP9wT4s", append([]sdk.ClientOption{sdk.WithHTTPClient(&http.Client{Transport: gateway})}, client...)...)
	require.NoError(t, err)
	_, err = c.GetSession(t.Context(), "vp_cs_test_1", call...)
	require.Error(t, err)
	return n
}

func TestTheLastOptionWins(t *testing.T) {
	t.Parallel()

	require.Equal(t, 3, attempts(t, nil), "the gateway's default")
	client := []sdk.ClientOption{sdk.WithMaxRetries(5), nil, sdk.WithMaxRetries(4)}
	require.Equal(t, 5, attempts(t, client))
	require.Equal(t, 2, attempts(t, client, sdk.WithMaxRetries(0), nil, sdk.WithMaxRetries(1)), "a call's option wins over the client's")
	require.Equal(t, 1, attempts(t, client, sdk.WithMaxRetries(-3)))
	require.Equal(t, 5, attempts(t, client), "a call's option leaves the client's alone")
}

// A caller's own proxy would read the API key of a call in plain http, and one over https cannot.
func TestNoProxyOfTheCallerReadsAnAPIKey(t *testing.T) {
	t.Parallel()
	proxied := sdk.WithHTTPClient(&http.Client{Transport: &http.Transport{
		Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: "proxy.example.com:3128"}),
	}})
	for _, base := range []string{"http://127.0.0.1:8080", "http://vora.localhost:8080/sandbox"} {
		_, err := vora.New("vp_sk_test_x7Kq2nP9wT4s", sdk.WithBaseURL(base), proxied)
		require.ErrorContains(t, err, "unencrypted to a proxy", base)
		_, err = visionscope.New("vsk_test_acme", sdk.WithBaseURL(base), proxied)
		require.ErrorContains(t, err, "set its transport's Proxy to nil", base)
		for _, client := range []*http.Client{nil, {}, {Transport: &http.Transport{}}} {
			_, err = vora.New("vp_sk_test_x7Kq2nP9wT4s", sdk.WithBaseURL(base), sdk.WithHTTPClient(client))
			require.NoError(t, err, base)
		}
	}
	_, err := vora.New("vp_sk_test_x7Kq2nP9wT4s", sdk.WithBaseURL("https://gateway.example.com"), proxied)
	require.NoError(t, err)
}
