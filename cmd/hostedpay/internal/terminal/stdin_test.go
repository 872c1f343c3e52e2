package terminal

import (
	"context"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStandardInputEndsWithAnInterrupt(t *testing.T) {
	t.Parallel()
	from, to, err := os.Pipe()
	require.NoError(t, err)
	ctx, interrupt := context.WithCancel(t.Context())
	in := Input{from, ctx}

	_, err = io.WriteString(to, "half a body")
	require.NoError(t, err)
	part := make([]byte, 4)
	n, err := in.Read(part)
	require.NoError(t, err)
	require.Equal(t, "half", string(part[:n]))

	interrupt()
	_, err = io.ReadAll(in)
	require.ErrorIs(t, err, errStdinInterrupted, "to is still open")
	require.NoError(t, to.Close())
}
