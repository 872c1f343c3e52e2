package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// proposals are what shells propose after words, of which the last is being written.
func proposals(t *testing.T, words ...string) (values []string, files bool) {
	t.Helper()
	out, err := runVerb(t, "", append([]string{"__complete"}, words...)...)
	require.NoError(t, err)
	for line := range strings.Lines(out) {
		line = strings.TrimSuffix(line, "\n")
		if directive, ok := strings.CutPrefix(line, ":"); ok {
			return values, directive == "0"
		}
		value, _, _ := strings.Cut(line, "\t")
		values = append(values, value)
	}
	require.Fail(t, "no directive", out)
	return nil, false
}

func TestShellsProposeValues(t *testing.T) {
	t.Parallel()
	for words, want := range map[string][]string{
		"sess":                                  {"sessions"},
		"sessions ":                             {"create", "get", "validate", "wait"},
		"trigger payment.success":               {"payment.success"},
		"verify return --mode ":                 {"test", "live"},
		"simulate vp_cs_test_1 --action cha":    {"challenge_pass", "challenge_fail"},
		"simulate vp_cs_test_1 --card 40000000": {"4000000000000002", "4000000000009995", "4000000000000119"},
		"sessions create --currency USD":        {"USD"},
		"trigger payment.success --print ":      {"curl"},
		"sessions get ":                         nil,
		"sessions create --amount ":             nil,
		"health --base-url ":                    nil,
		"health extra ":                         nil,
	} {
		values, files := proposals(t, strings.Split(words, " ")...)
		require.ElementsMatch(t, want, values, words)
		require.False(t, files, words)
	}
	events, _ := proposals(t, "trigger", "")
	require.ElementsMatch(t, contract.EventTypes(), events)
	codes, _ := proposals(t, "errors", "")
	require.Len(t, codes, len(sdk.Codes()))
	for _, words := range []string{"check ", "verify webhook ", "sessions get x --key-file ", "trigger x --from ", "login --from ", "keys inspect --file "} {
		_, files := proposals(t, strings.Split(words, " ")...)
		require.True(t, files, words)
	}
}

// Each shell loads its script and completes an error code.
func TestCompletionInShells(t *testing.T) {
	t.Parallel()
	for shell, script := range map[string]string{
		"bash": `
. /usr/share/bash-completion/bash_completion
. <(hostedpay completion bash)
compopt() { :; } # works only while a person completes
COMP_LINE="hostedpay errors session_exp"; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(hostedpay errors session_exp); COMP_CWORD=2
__start_hostedpay
printf '%s\n' "${COMPREPLY[@]}"`,
		"fish": `hostedpay completion fish | source; complete -C "hostedpay errors session_exp"`,
		"zsh": `
zmodload zsh/zpty
zpty person zsh -f -i
zpty -w person 'PS1=; autoload -U compinit; compinit -D -u; source <(hostedpay completion zsh); print REA""DY'
zpty -r person out '*READY*'
zpty -w -n person $'hostedpay errors session_exp\t\n'
zpty -r person out '*Documentation*'
print -r -- "$out"
zpty -d person`,
	} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			needs(t, shell)
			if _, err := os.Stat("/usr/share/bash-completion/bash_completion"); shell == "bash" && err != nil {
				missing(t, "bash-completion")
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			c := exec.CommandContext(ctx, shell, "-c", script)
			c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "TERM=dumb"}
			out, err := c.CombinedOutput()
			require.NoError(t, err, string(out))
			require.Contains(t, string(out), "session_expired")
		})
	}
}

// needs skips a test that a program is missing for, but not in CI.
func needs(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		missing(t, program)
	}
}

func missing(t *testing.T, program string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		require.Fail(t, program+" is not installed")
	}
	t.Skip(program + " is not installed: apt-get install " + program)
}
