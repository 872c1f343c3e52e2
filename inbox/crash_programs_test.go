package inbox_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/internal/test/crash"
)

// newCrashProcesses starts so many, which end with the test.
func newCrashProcesses(t *testing.T, n int, p crashProcess) []*crash.Program {
	t.Helper()
	told, err := json.Marshal(p)
	require.NoError(t, err)
	program, err := os.Executable()
	require.NoError(t, err)
	all := make([]*crash.Program, n)
	for i := range all {
		all[i] = crash.NewProgram(crashServing, func() *exec.Cmd {
			command := exec.CommandContext(context.WithoutCancel(t.Context()), program, "-test.run=^TestProcessesThatAreKilled$", "-test.count=1")
			command.Env = append(os.Environ(), crashVariable+"="+string(told))
			return command
		})
		require.NoError(t, all[i].Start())
		t.Cleanup(func() { all[i].Kill(crash.AtOnce, 0) })
	}
	return all
}

var countClient = &http.Client{Transport: &http.Transport{}}

// count asks a process how many events have a status.
func count(ctx context.Context, of *crash.Program, status inbox.Status) (n int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, of.URL()+"/count?status="+url.QueryEscape(string(status)), http.NoBody)
	if err != nil {
		return 0, err
	}
	response, err := countClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		reason, _ := io.ReadAll(response.Body)
		return 0, fmt.Errorf("the events could not be counted: %s", reason)
	}
	err = json.NewDecoder(response.Body).Decode(&n)
	return n, err
}
