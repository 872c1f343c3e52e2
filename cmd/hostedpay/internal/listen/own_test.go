package listen

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/server"
)

// Which address reaches which listener.
func TestReaches(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		to, listening string
		reaches       bool
	}{
		{"127.0.0.1", "127.0.0.1", true}, {"::ffff:127.0.0.1", "127.0.0.1", true}, {"0.0.0.0", "127.0.0.1", true}, {"::1", "::1", true},
		{"127.0.0.1", "::", true}, {"127.0.0.1", "0.0.0.0", true}, {"::1", "::", true}, {"0.0.0.0", "0.0.0.0", true},
		{"127.0.0.2", "127.0.0.1", false}, {"::1", "127.0.0.1", false}, {"192.0.2.1", "0.0.0.0", false}, {"0.0.0.0", "192.0.2.1", false},
	} {
		require.Equal(t, c.reaches, reaches(net.ParseIP(c.to), net.ParseIP(c.listening)), c)
	}
}

// A target is at a listener by whatever name.
func TestTargetsAtAListener(t *testing.T) {
	t.Parallel()
	free, _, err := server.Listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = free.Close() }()
	_, port, err := net.SplitHostPort(free.Addr().String())
	require.NoError(t, err)
	for _, host := range []string{"127.0.0.1", "localhost", "0.0.0.0"} {
		targets, err := Targets([]string{"http://" + host + ":" + port + "/hook?a=b", "http://" + host + ":1"})
		require.NoError(t, err)
		require.True(t, targets[0].IsAt(t.Context(), free.Addr()), host)
		require.False(t, targets[1].IsAt(t.Context(), free.Addr()), host)
	}
}
