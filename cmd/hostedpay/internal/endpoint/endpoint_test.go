package endpoint_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"", "shop", "ftp://shop.example.com", "http://", "http://shop.example.com/a b", "//shop.example.com"} {
		_, err := endpoint.URL("--to", wrong)
		require.ErrorContains(t, err, "--to is not an absolute URL", wrong)
	}
	_, err := endpoint.URL("--to", "http://sesame@ /")
	require.NotContains(t, err.Error(), "sesame")
	u, err := endpoint.URL("--to", "https://shop.example.com/hook?a=b")
	require.NoError(t, err)
	require.Equal(t, "shop.example.com", u.Host)

	for address, here := range map[string]bool{
		"http://127.0.0.1:8080": true, "http://localhost/hook": true, "http://[::1]:1": true,
		"https://shop.example.com": false, "http://127.0.0.1.example.com": false, "http://192.0.2.1": false, "localhost": false, "": false,
	} {
		require.Equal(t, here, endpoint.OnThisMachine(address), address)
	}
	for address, shown := range map[string]string{
		"": "", "not a URL": "…", "http://user:sesame@shop.example.com:1/hook?token=sesame#sesame": "http://shop.example.com:1/hook?…", "https://shop.example.com": "https://shop.example.com",
	} {
		require.Equal(t, shown, endpoint.Masked(address))
	}
}

func delivery(t *testing.T, to, body string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to, strings.NewReader(body))
	require.NoError(t, err)
	return request
}

// A delivery has no headers but its own, and follows no redirect.
func TestADeliveryAsAGatewaySendsIt(t *testing.T) {
	t.Parallel()
	var got http.Header
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	t.Cleanup(s.Close)
	request := delivery(t, s.URL, "{}")
	request.Header.Set("X-Signature", "t=1")
	response, err := endpoint.Exchange(t.Context(), request, time.Minute)
	require.NoError(t, err)
	require.Equal(t, http.StatusFound, response.Status)
	require.Equal(t, "/elsewhere", response.Header.Get("Location"))
	require.Equal(t, http.Header{"X-Signature": {"t=1"}, "Content-Length": {"2"}}, got)
	status, _, err := endpoint.Deliver(t.Context(), delivery(t, s.URL, "{}"))
	require.NoError(t, err)
	require.Equal(t, http.StatusFound, status)
}

// An endpoint that takes too long is an error with the time, and no address with a token in it.
func TestADeliveryWithoutAResponse(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or nobody would notice that the connection is closed
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	response, err := endpoint.Exchange(t.Context(), delivery(t, s.URL+"/?token=sesame", "{}"), time.Millisecond)
	require.EqualError(t, err, "timed out after 1ms")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Zero(t, response.Status)
	_, _, err = endpoint.Deliver(t.Context(), delivery(t, "http://127.0.0.1:9/?token=sesame", "{}"))
	require.Error(t, err)
	require.NotContains(t, err.Error(), "sesame")
}
