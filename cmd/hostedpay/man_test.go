package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

// The manual has every verb with every flag, and what the page of the command line says about
// variables and exit codes.
func TestManualIsComplete(t *testing.T) {
	t.Parallel()
	manual, err := runVerb(t, "", "man")
	require.NoError(t, err)
	for _, verb := range leaves(command()) {
		require.Contains(t, manual, ".SS \""+verb.CommandPath())
		verb.LocalFlags().VisitAll(func(f *pflag.Flag) {
			require.Contains(t, manual, `.B \-\-`+roff(f.Name), verb.CommandPath())
		})
	}
	page, err := os.ReadFile("../../docs/cli.md")
	require.NoError(t, err)
	rows := regexp.MustCompile("(?m)^\\| (?:`([A-Z_]+)`|(\\d+)) \\| (.*) \\|$").FindAllStringSubmatch(string(page), -1)
	require.NotEmpty(t, rows)
	for _, m := range append(environment(), exits()...) {
		require.Regexp(t, "(?m)^\\| `?"+m.name+"`? \\|", string(page))
	}
	for _, row := range rows {
		name := row[1] + row[2]
		require.Contains(t, manual, "\n.B "+name+"\n")
		if !strings.HasPrefix(row[3], "`") { // the name of a family
			require.Contains(t, manual, "\n.B "+name+"\n"+roff(strings.ReplaceAll(row[3], "`", "")))
		}
	}
}

func TestManualRenders(t *testing.T) {
	t.Parallel()
	needs(t, "mandoc")
	manual, err := runVerb(t, "", "man")
	require.NoError(t, err)
	for _, args := range [][]string{{"-T", "lint", "-W", "warning"}, {"-T", "ascii", "-W", "warning"}} {
		c := exec.CommandContext(t.Context(), "mandoc", args...)
		c.Stdin = strings.NewReader(manual)
		out, err := c.CombinedOutput()
		require.NoError(t, err, string(out))
		require.NotContains(t, string(out), "WARNING")
	}
}

// A line that man would interpret as a command is printed as it is.
func TestRoff(t *testing.T) {
	t.Parallel()
	require.Equal(t, "\\&.env\n\\&'x'\n a\\eb \\-\\-c", roff(".env\n'x'\n a\\b --c"))
}

// The package's own page, which is what somebody sees who has not installed the command, names
// every verb.
func TestPackagePageIsComplete(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("main.go")
	require.NoError(t, err)
	for _, verb := range command().Commands() {
		require.Contains(t, string(source), "//\thostedpay "+verb.Name()+" ")
	}
}
