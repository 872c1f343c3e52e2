package sdk_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
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
