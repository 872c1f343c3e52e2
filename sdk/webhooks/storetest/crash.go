package storetest

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// The child process learns from its environment what it is, and says when it holds the event.
const (
	crashVariable = "HOSTEDPAY_STORETEST_CRASH"
	crashClaimed  = "storetest: claimed"
	crashKey      = "vora_v1/mer_acme_vitamins/vp_cs_test_crash/session.succeeded"
	crashLease    = 3 * time.Second
)

// RunCrash tests that the death of a process loses no event and does none twice. It starts the
// test's own program again, which claims an event, kills it before it completes, and requires that
// the deliveries which follow do the work once.
//
// open opens the store of that name, in this process and in the other: a table, a prefix or a file
// with this name, which has only lower-case letters and digits. Call RunCrash once per test, and do
// nothing before it that must not happen twice. It needs an operating system with processes.
func RunCrash(t *testing.T, open func(t *testing.T, name string) webhooks.Store) {
	t.Helper()
	if name := os.Getenv(crashVariable); name != "" {
		claimAndWaitForDeath(t, store{open(t, name)})
	}
	name := "crash" + strings.ToLower(rand.Text())
	s := store{open(t, name)}
	kill := startClaimer(t, name)
	if claim := s.claim(t, crashKey, long); claim.State == webhooks.StateNew {
		t.Fatal("an event that another process claimed is new: have both processes the same store?")
	}
	kill()

	var effects, tries atomic.Int32
	atOnce(t, 8, func(ctx context.Context, _ int) error {
		for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
			tries.Add(1)
			claim, err := s.ask(ctx, crashKey, long)
			switch {
			case err != nil:
				return err
			case claim.State == webhooks.StateDone:
				return nil
			case claim.State == webhooks.StateNew:
				effects.Add(1)
				if err := s.Complete(ctx, crashKey, claim.Token); err != nil {
					return err
				}
			}
		}
		return fmt.Errorf("the event of the process that was killed is not done after %s", patience)
	})
	if n := effects.Load(); n != 1 {
		t.Fatalf("the work of the process that was killed was done %d times, want once", n)
	}
	t.Logf("%d deliveries after the crash, one effect", tries.Load())
}

// claimAndWaitForDeath is what the other process does. It does not outlive its parent, whose end
// closes its input.
func claimAndWaitForDeath(t *testing.T, s store) {
	t.Helper()
	s.fresh(t, crashKey, crashLease)
	fmt.Println("\n" + crashClaimed)
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(1)
}

// startClaimer starts a process that claims the event, and returns when it has.
func startClaimer(t *testing.T, name string) (kill func()) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatalf("finding the test's program: %v", err)
	}
	parts := strings.Split(t.Name(), "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	process := exec.CommandContext(ctx, program, "-test.run="+strings.Join(parts, "/"), "-test.count=1") //nolint:gosec // it is the running program
	process.Env = append(os.Environ(), crashVariable+"="+name)
	output, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := process.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatalf("starting the other process: %v", err)
	}
	kill = func() {
		_ = process.Process.Kill()
		_ = process.Wait() // it was killed, and says so
	}
	t.Cleanup(kill)
	var said strings.Builder
	for lines := bufio.NewScanner(output); lines.Scan(); {
		if lines.Text() == crashClaimed {
			return kill
		}
		said.WriteString(lines.Text() + "\n")
	}
	t.Fatalf("the other process did not claim the event; it said:\n%s", said.String())
	return nil
}
