package errno_test

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/errno"
)

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	_, err := net.Dial("tcp", "127.0.0.1:9")
	require.True(t, errno.IsRefused(err), err)
	require.False(t, errno.IsReset(err), err)
	require.False(t, errno.IsUnread(err), err)
}

func TestNobodyReads(t *testing.T) {
	t.Parallel()
	from, to, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, from.Close())
	_, err = to.WriteString("text")
	require.True(t, errno.IsUnread(err), err)
	require.False(t, errno.IsRefused(err), err)
	require.NoError(t, to.Close())
}

func TestTheOtherSideCloses(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	here, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	defer func() { _ = here.Close() }()
	there, err := l.Accept()
	require.NoError(t, err)
	require.NoError(t, there.(*net.TCPConn).SetLinger(0)) // its close is a reset
	require.NoError(t, there.Close())
	_, err = io.ReadAll(here)
	require.True(t, errno.IsReset(err), err)
}

func TestOtherErrors(t *testing.T) {
	t.Parallel()
	for _, err := range []error{nil, io.EOF, errors.New("connection refused")} {
		require.False(t, errno.IsRefused(err) || errno.IsReset(err) || errno.IsUnread(err), err)
	}
}
