package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/journal"
	"github.com/hostedpay/hostedpay-go/sandbox"
)

// unread runs the built command with an output that nobody reads.
func unread(t *testing.T, environment []string, args ...string) (stderr string, code int) {
	t.Helper()
	read, write, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, read.Close())
	c := exec.CommandContext(t.Context(), "hostedpay", args...)
	c.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, environment...)
	var said bytes.Buffer
	c.Stdout, c.Stderr = write, &said
	if err := c.Run(); err != nil {
		require.ErrorAs(t, err, new(*exec.ExitError))
	}
	require.NoError(t, write.Close())
	return said.String(), c.ProcessState.ExitCode()
}

// What was created is named, with what finds it again, when nobody reads the output.
func TestWhatWasCreatedIsNamedWhenNobodyReads(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a broken pipe is another error on Windows")
	}
	box, err := sandbox.New()
	require.NoError(t, err)
	s := httptest.NewServer(box)
	t.Cleanup(func() { box.Close(); s.Close() })
	environment := []string{
		"VON_PAY_SECRET_KEY=" + sandbox.Acme.Vora.SecretKey, "VON_PAY_BASE_URL=" + s.URL, "VISIONSCOPE_API_URL=" + s.URL,
		"VISIONSCOPE_API_KEY=" + sandbox.Acme.VisionScope.APIKey, "VISIONSCOPE_WEBHOOK_SECRET=0123456789abcdef0123456789abcdef",
	}
	session := strings.Fields("sessions create --amount 14.99 --currency USD")
	stderr, code := unread(t, environment, session...)
	require.Equal(t, exit.Failed, code)
	require.Regexp(t, `^hostedpay: the session vp_cs_test_\w+ was created, and could not be printed; the idempotency key \S+ finds it again: write .*: broken pipe\n$`, stderr)

	stderr, code = unread(t, environment, append(session, "--json")...)
	require.Equal(t, exit.Failed, code)
	var failed exit.Failure
	require.NoError(t, json.Unmarshal([]byte(stderr), &failed))
	require.Regexp(t, `^vp_cs_test_\w+$`, failed.ID)
	require.NotEmpty(t, failed.IdempotencyKey)
	var again createdView
	c := exec.CommandContext(t.Context(), "hostedpay", append(session, "--json", "--idempotency-key", failed.IdempotencyKey)...)
	c.Env = append([]string{"PATH=" + os.Getenv("PATH")}, environment...)
	out, err := c.Output()
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(out, &again))
	require.Equal(t, failed.ID, again.ID, "the key finds it again")

	stderr, code = unread(t, environment, strings.Fields("checkout create --amount 14.99 --currency EUR --return-url http://127.0.0.1:9/ --webhook-url http://127.0.0.1:9/")...)
	require.Equal(t, exit.Failed, code)
	require.Regexp(t, `^hostedpay: the checkout \S+ was created, and could not be printed: `, stderr)
}

// A verb that only reads ends without a word when nobody reads what it prints.
func TestNobodyReadsAList(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a broken pipe is another error on Windows")
	}
	for _, args := range [][]string{{"cards"}, {"cards", "--json"}, {"errors", "--json"}} {
		stderr, code := unread(t, nil, args...)
		require.Equal(t, exit.Unread, code, args)
		require.Empty(t, stderr, args)
	}
}

// The first interrupt lets a verb end as it should, and the next ends the process.
func TestTheSecondInterruptEnds(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows sends no interrupts to one process")
	}
	pipe := filepath.Join(t.TempDir(), "pipe.har")
	require.NoError(t, exec.CommandContext(t.Context(), "mkfifo", pipe).Run())
	c := exec.CommandContext(t.Context(), "hostedpay", "check", pipe)
	require.NoError(t, c.Start())
	in, err := os.OpenFile(pipe, os.O_WRONLY, 0) // which waits until it is read, and nobody interrupts its reader
	require.NoError(t, err)
	defer func() { require.NoError(t, in.Close()) }()
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	for {
		select {
		case err := <-ended:
			require.EqualError(t, err, "signal: interrupt")
			return
		case <-time.After(10 * time.Millisecond):
			_ = c.Process.Signal(syscall.SIGINT) // unless it has ended
		}
	}
}

// An interrupt that comes several times at once, as timeout sends it, is one: listen ends as it
// should.
func TestAnInterruptThatIsRepeated(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows sends no interrupts to one process")
	}
	arrived := make(chan struct{}, 1)
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or nothing notices that listen hangs up
		arrived <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(slow.Close)
	c := exec.CommandContext(t.Context(), "hostedpay", "listen", "--listen", "127.0.0.1:0", "--journal", "", "--forward-to", slow.URL, "--json")
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	var ready struct{ URL string }
	lines := json.NewDecoder(out)
	require.NoError(t, lines.Decode(&ready))
	go func() { _, _ = slow.Client().Post(ready.URL, "application/json", strings.NewReader("{}")) }()
	<-arrived
	for range 5 {
		require.NoError(t, c.Process.Signal(syscall.SIGTERM))
		time.Sleep(10 * time.Millisecond)
	}
	var event journal.Line
	require.NoError(t, lines.Decode(&event))
	require.Equal(t, http.StatusBadGateway, event.Status)
	require.NoError(t, c.Wait())
}
