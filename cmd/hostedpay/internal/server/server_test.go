package server_test

import (
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/server"
)

// Close leaves a request under way its response, and nobody is served after it.
func TestCloseWaitsForRequestsUnderWay(t *testing.T) {
	t.Parallel()
	l, base, err := server.Listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	require.True(t, server.IsPrivate(l.Addr()))
	arrived, goOn := make(chan struct{}), make(chan struct{})
	s := server.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-goOn
		_, _ = io.WriteString(w, "served")
	}))
	require.Equal(t, base, s.URL)
	client := &http.Client{Transport: &http.Transport{}}
	got := make(chan string)
	go func() {
		response, err := client.Get(base)
		if err != nil {
			got <- err.Error()
			return
		}
		body, _ := io.ReadAll(response.Body) // what is there is compared
		_ = response.Body.Close()
		got <- string(body)
	}()
	<-arrived
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	close(goOn)
	require.Equal(t, "served", <-got)
	require.NoError(t, <-closed)
	_, err = l.Accept()
	require.ErrorIs(t, err, net.ErrClosed)
}

// A server on all addresses is reached at that of this machine.
func TestEveryAddress(t *testing.T) {
	t.Parallel()
	l, base, err := server.Listen(t.Context(), ":0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	require.Regexp(t, `^http://127\.0\.0\.1:\d+$`, base)
	require.False(t, server.IsPrivate(l.Addr()))
	_, _, err = server.Listen(t.Context(), l.Addr().String())
	require.Error(t, err, "it is taken")
}
