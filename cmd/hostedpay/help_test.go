package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
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
			require.True(t, examples || utf8.RuneCountInString(strings.TrimRight(line, "\n")) <= helpWidth, "%s: %s", words, line)
		}
	})
}

func TestParagraphsAreBroken(t *testing.T) {
	t.Parallel()
	word := strings.Repeat("w", 39)
	require.Equal(t, word+" "+word+"\n"+word+"\n\n  as it is  x\nand on", broken(word+"\n"+word+" "+word+"\n\n  as it is  x\nand\non\n"))
}
