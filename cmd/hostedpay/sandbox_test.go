package main

import (
	"bufio"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// What the command prints is enough to use it.
func TestSandboxCommand(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	c := command()
	c.SetArgs([]string{"sandbox", "--listen", "127.0.0.1:0", "--webhook", "http://127.0.0.1:9/hooks"})
	c.SetOut(w)
	c.SetErr(io.Discard)
	done := make(chan error, 1)
	go func() {
		err := c.ExecuteContext(ctx)
		_ = w.Close()
		done <- err
	}()

	var base, key string
	for lines := bufio.NewScanner(r); base == "" || key == ""; {
		require.True(t, lines.Scan(), "the output ended before it named an address and a key")
		fields := strings.Fields(lines.Text())
		if len(fields) > 1 && fields[0] == "Vora" && base == "" {
			base = fields[1]
		}
		if len(fields) == 4 && strings.HasPrefix(lines.Text(), "  Vora secret key") && key == "" {
			key = fields[3]
		}
	}
	go func() { _, _ = io.Copy(io.Discard, r) }()
	require.Equal(t, sandbox.Acme.SecretKey, key)
	client, err := vora.New(key, sdk.WithBaseURL(base))
	require.NoError(t, err)
	_, err = client.CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD")})
	require.NoError(t, err)

	stop()
	require.NoError(t, <-done)
}

func TestSandboxCommandSaysWhyItCannotListen(t *testing.T) {
	t.Parallel()
	l, base, err := listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	c := command()
	c.SetArgs([]string{"sandbox", "--listen", strings.TrimPrefix(base, "http://")})
	c.SetErr(io.Discard)
	require.ErrorContains(t, c.ExecuteContext(t.Context()), "choose another with --listen")
}
