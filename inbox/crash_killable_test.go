package inbox_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
)

// A killable is a process of this program, and its successors. One goroutine at a time starts and
// kills it.
type killable struct {
	command func() *exec.Cmd
	client  *http.Client
	address atomic.Value // a string, empty while none serves
	running *exec.Cmd
	orders  io.WriteCloser
	ended   chan struct{}
}

// newCrashProcesses starts so many, which end with the test.
func newCrashProcesses(t *testing.T, n int, p crashProcess) []*killable {
	t.Helper()
	told, err := json.Marshal(p)
	require.NoError(t, err)
	program, err := os.Executable()
	require.NoError(t, err)
	client := &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
	all := make([]*killable, n)
	for i := range all {
		all[i] = &killable{client: client, command: func() *exec.Cmd {
			command := exec.CommandContext(context.WithoutCancel(t.Context()), program, "-test.run=^TestProcessesThatAreKilled$", "-test.count=1")
			command.Env = append(os.Environ(), crashVariable+"="+string(told))
			return command
		}}
		require.NoError(t, all[i].start())
		t.Cleanup(func() { all[i].kill(atOnce) })
	}
	return all
}

// url is where the process serves.
func (k *killable) url() string {
	url, _ := k.address.Load().(string)
	return url
}

// start returns when a process serves.
func (k *killable) start() error {
	command := k.command()
	output, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	orders, err := command.StdinPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	address, ended := make(chan string, 1), make(chan struct{})
	var said strings.Builder
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(output); lines.Scan(); {
			if at, is := strings.CutPrefix(lines.Text(), crashServing); is {
				address <- "http://" + at
			} else if said.Len() < 10_000 {
				said.WriteString(lines.Text() + "\n")
			}
		}
		_ = command.Wait() // it was killed, and says so
	}()
	k.running, k.orders, k.ended = command, orders, ended
	select {
	case url := <-address:
		k.address.Store(url)
		return nil
	case <-ended:
		return errors.New("a process did not serve:\n" + said.String())
	case <-time.After(time.Minute):
		return errors.New("a process did not serve within a minute")
	}
}

// kill returns when the process is dead, at the moment if that came soon.
func (k *killable) kill(at moment) moment {
	if at != atOnce {
		_, _ = io.WriteString(k.orders, string(at)+"\n") // a process that is dead does not need it
		select {
		case <-k.ended:
		case <-time.After(500 * time.Millisecond):
			at = atOnce
		}
	}
	_ = k.running.Process.Kill() // SIGKILL; it may be dead already
	<-k.ended
	k.address.Store("")
	return at
}

// count asks the process how many events have a status.
func (k *killable) count(ctx context.Context, status inbox.Status) (n int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, k.url()+"/count?status="+url.QueryEscape(string(status)), http.NoBody)
	if err != nil {
		return 0, err
	}
	response, err := k.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		reason, _ := io.ReadAll(response.Body)
		return 0, fmt.Errorf("the events could not be counted: %s", reason)
	}
	return n, json.NewDecoder(response.Body).Decode(&n)
}
