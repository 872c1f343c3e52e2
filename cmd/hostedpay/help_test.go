package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/screen"
)

// Help fits a screen, but for examples, and what a list says about a verb.
func TestHelpFitsAScreen(t *testing.T) {
	t.Parallel()
	eachVerb(command(), func(verb *cobra.Command) {
		words := append(strings.Fields(strings.TrimPrefix(verb.CommandPath(), "hostedpay ")), "--help")
		if words[0] == "completion" {
			return // its text is cobra's
		}
		help, err := runVerb(t, "", words...)
		require.NoError(t, err)
		examples := false
		for line := range strings.Lines(help) {
			examples = line == "Examples:\n" || examples && line != "Flags:\n"
			require.True(t, examples || utf8.RuneCountInString(strings.TrimRight(line, "\n")) <= screen.Width, "%s: %s", words, line)
		}
	})
}
