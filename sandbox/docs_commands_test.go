//go:build unix

package sandbox_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A command is what the page says to type, and what it says will be printed.
type command struct{ text, shown string }

var shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```(?:\n\n```(?:text|json)\n(.*?)```)?")

// Every command of a page does what the page shows, in the order of the page, in one shell, with
// nothing but curl, jq and openssl.
func TestEveryCommandOfThePages(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"bash", "curl", "jq", "openssl", "go"} {
		need(t, tool)
	}
	for page, atLeast := range map[string]int{walkPage: 15, faultsPage: 6} {
		t.Run(filepath.Base(page), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(page)
			require.NoError(t, err)
			port := freePort(t)
			var commands []command
			for _, block := range shellBlock.FindAllStringSubmatch(strings.ReplaceAll(string(text), "4010", port), -1) {
				commands = append(commands, command{block[1], block[2]})
			}
			require.Greater(t, len(commands), atLeast)
			start, found := strings.CutPrefix(commands[0].text, "hostedpay sandbox ")
			require.True(t, found, "the page begins with how to start the sandbox")
			begin(t, "go run ./cmd/hostedpay sandbox "+start)
			runAll(t, commands[1:])
		})
	}
}

func runAll(t *testing.T, commands []command) {
	t.Helper()
	const mark = "=== end of block"
	var script strings.Builder
	script.WriteString("set -euo pipefail\n")
	for _, c := range commands {
		fmt.Fprintf(&script, "%s\necho; echo '%s'\n", c.text, mark)
	}
	shell := exec.CommandContext(t.Context(), "bash", "-c", script.String())
	shell.Dir = t.TempDir()
	var problems bytes.Buffer
	shell.Stderr = &problems
	out, err := shell.Output()
	shown := strings.Split(string(out), mark+"\n")
	for i, c := range commands {
		require.Less(t, i, len(shown)-1, "the shell ended (%v) in:\n%s\n%s%s", err, c.text, shown[len(shown)-1], problems.String())
		require.Regexp(t, loosely(c.shown), strings.TrimSpace(shown[i]), "the page shows something else for\n%s\n%s", c.text, problems.String())
	}
	require.NoError(t, err)
}

// loosely matches what the page shows, with … for any characters.
func loosely(shown string) string {
	var parts []string
	for _, part := range strings.Split(strings.TrimSpace(shown), "…") {
		parts = append(parts, regexp.QuoteMeta(part))
	}
	return "^" + strings.Join(parts, `[^\n]+`) + "$"
}

// begin runs a command that does not end, in the repository, until the test does. It has begun when
// it prints something.
func begin(t *testing.T, text string) {
	t.Helper()
	c := exec.Command("bash", "-c", "exec "+text)
	c.Dir = ".."
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // go run starts a process of its own
	var problems bytes.Buffer
	c.Stderr = &problems
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	t.Cleanup(func() {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGTERM)
		_ = c.Wait()
	})
	_, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		_ = c.Wait()
		require.Fail(t, "it ended", "%s: %s", text, problems.String())
	}
}
