//go:build linux

package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// The process list shows no secret of a command that waits for a gateway, and neither does what it
// writes when it is made to crash there.
func TestACrashShowsNoSecret(t *testing.T) {
	t.Parallel()
	arrived, end := make(chan struct{}, 8), make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-end
	}))
	t.Cleanup(silent.Close)
	t.Cleanup(func() { close(end) })
	dir := t.TempDir()
	key := filepath.Join(dir, "key")
	require.NoError(t, os.WriteFile(key, []byte("vp_sk_test_sentinel0123456789"), 0o600))
	for _, args := range [][]string{{"sweep", "-", "--key-file", key}, {"doctor", "--key-file", key}} {
		c := exec.CommandContext(t.Context(), "hostedpay", args...)
		c.Dir, c.Stdin = dir, strings.NewReader("vp_cs_test_1\n")
		c.Env = []string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GOTRACEBACK=all", "VON_PAY_BASE_URL=" + silent.URL,
			"VON_PAY_SESSION_SECRET=ss_test_sentinel0123456789", "VISIONSCOPE_WEBHOOK_SECRET=sentinel0123456789abcdef",
		}
		var out bytes.Buffer
		c.Stdout, c.Stderr = &out, &out
		require.NoError(t, c.Start())
		<-arrived
		list, err := os.ReadFile("/proc/" + strconv.Itoa(c.Process.Pid) + "/cmdline")
		require.NoError(t, err)
		require.NoError(t, c.Process.Signal(syscall.SIGQUIT))
		require.Error(t, c.Wait())
		require.Contains(t, string(list), args[0])
		require.NotContains(t, string(list), "sentinel")
		require.Contains(t, out.String(), "goroutine ", args[0])
		require.NotContains(t, out.String(), "sentinel", args[0])
	}
}
