package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/journal"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// When nobody reads the output any more, as after head -1, the delivery under way still has its
// response, webhook URLs are restored, and listen ends without an error.
func TestNobodyReadsTheOutput(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a broken pipe is another error on Windows")
	}
	box := startSandbox(t)
	require.NoError(t, box.SetWebhookURL(sandbox.Acme.ID, "http://127.0.0.1:9/shop"))
	shop := takes(t, http.StatusOK)
	c := exec.CommandContext(t.Context(), "hostedpay", "listen", "--sandbox", box.url, "--listen", "127.0.0.1:0", "--journal", filepath.Join(t.TempDir(), "journal"), "--forward-to", shop.URL)
	var stderr strings.Builder
	c.Stderr = &stderr
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	lines, url := bufio.NewReader(out), ""
	for line := ""; !strings.HasSuffix(line, "delivers here\n"); {
		line, err = lines.ReadString('\n')
		require.NoError(t, err)
		if after, found := strings.CutPrefix(line, "Listening"); found {
			url = strings.TrimSpace(after)
		}
	}
	require.NoError(t, out.Close())
	require.Equal(t, 200, send(t, webhookstest.Vora(listenKey, webhookstest.SessionSucceeded(), webhookstest.To(url))))
	require.NoError(t, c.Wait(), stderr.String())
	require.Empty(t, stderr.String())
	require.Equal(t, "http://127.0.0.1:9/shop", box.urlOfAcme())
}

// A fullDisk is an output that takes nothing.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// Output that is lost ends listen with the reason.
func TestTheOutputIsLost(t *testing.T) {
	t.Parallel()
	root := command()
	root.SetOut(fullDisk{})
	root.SetArgs([]string{"listen", "--listen", "127.0.0.1:0", "--journal", "", "--forward-to", "http://127.0.0.1:9"})
	var stderr strings.Builder
	require.Equal(t, exit.Failed, execute(t.Context(), root, io.Writer(&stderr)))
	require.Equal(t, "hostedpay: the output: no space left on device\n", stderr.String())
}

// Output that stops taking anything, as that of a terminal does after Ctrl-S, delays no response,
// leaves nothing out of the journal, and does not keep listen from ending.
func TestTheOutputStalls(t *testing.T) {
	t.Parallel()
	shop := takes(t, http.StatusOK)
	file := filepath.Join(t.TempDir(), "journal")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	root := command()
	out, in := io.Pipe()
	defer func() { _ = out.Close() }()
	root.SetOut(in)
	root.SetArgs([]string{"listen", "--listen", "127.0.0.1:0", "--journal", file, "--forward-to", shop.URL})
	var stderr strings.Builder
	ended := make(chan int)
	go func() { ended <- execute(ctx, root, &stderr) }()
	line, err := bufio.NewReaderSize(out, 16).ReadString('\n')
	require.NoError(t, err)
	url := strings.TrimSpace(strings.TrimPrefix(line, "Listening"))
	impatient, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for range 2 {
		require.Equal(t, 200, send(t, webhookstest.Vora(listenKey, webhookstest.SessionSucceeded(), webhookstest.To(url)).WithContext(impatient)))
	}
	stop()
	require.Equal(t, exit.Interrupted, <-ended)
	require.Equal(t, "hostedpay: the output: nobody reads it, and its last lines are lost\n", stderr.String())
	entries, err := journal.Read(file)
	require.NoError(t, err)
	require.Len(t, entries, 2)
	for _, e := range entries {
		require.Equal(t, 200, e.Status)
		require.False(t, e.HungUp)
	}
}
