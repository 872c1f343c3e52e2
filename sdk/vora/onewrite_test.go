package vora_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A countingConn counts what is written at once.
type countingConn struct {
	net.Conn
	writes *atomic.Int64
}

func (c countingConn) Write(b []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(b)
}

// A request and its body are one write, and so one packet and one TLS record, when they are sent
// again too: net/http sends the header first when it does not know the body's type.
func TestARequestIsOneWrite(t *testing.T) {
	t.Parallel()
	var writes, requests atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if requests.Add(1) == 2 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write(createdResponse.body())
	}))
	t.Cleanup(server.Close)
	dialer := &net.Dialer{}
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, network, address)
		return countingConn{conn, &writes}, err
	}}
	t.Cleanup(transport.CloseIdleConnections)
	client, err := vora.New(benchKey, sdk.WithBaseURL(server.URL), sdk.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	for range 2 {
		_, err := client.CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD")})
		require.NoError(t, err)
	}
	require.EqualValues(t, 3, requests.Load())
	require.EqualValues(t, 3, writes.Load())
}
