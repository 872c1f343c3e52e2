package verb_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
)

// shop is a command line with a verb in a group.
func shop() *cobra.Command {
	var colour string
	var count int
	sell := &cobra.Command{
		Use: "sell THING", Short: "Sell one", Long: strings.Repeat("word ", 40), Args: verb.Argument("thing"),
		RunE: func(c *cobra.Command, args []string) error {
			if args[0] == "air" {
				return verb.Usage(c, errors.New("air is not for sale"))
			}
			_, err := c.OutOrStdout().Write([]byte("sold " + args[0] + "\n"))
			return err
		},
	}
	sell.Flags().StringVar(&colour, "colour", "", "of the thing")
	sell.Flags().IntVar(&count, "count", 1, "how many")
	verb.Complete(sell, "colour", func() []string { return []string{"red", "rose", "blue"} })
	verb.CompleteArgument(sell, func() []string { return []string{"chair", "table"} })
	list := &cobra.Command{Use: "list", Args: verb.None, RunE: func(*cobra.Command, []string) error { return nil }}
	root := verb.Group("shop", "A shop", verb.Group("things", "What is for sale", sell, list))
	root.AddGroup(&cobra.Group{ID: "others", Title: "Others:"})
	verb.Root(root, "others")
	return root
}

func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	root := shop()
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(args)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

// What is wrong with the words is said with the right ones, and where they are.
func TestWordsThatAreWrong(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"thing":                         `unknown command "thing", did you mean things?; see shop --help`,
		"things sel":                    `unknown command "sel", did you mean sell?; see shop things --help`,
		"things sell":                   "expected one thing, got 0 arguments; see shop things sell --help",
		"things sell chair table":       "expected one thing, got 2 arguments; see shop things sell --help",
		"things list sesame":            "expected no arguments; see shop things list --help",
		"things sell air":               "air is not for sale; see shop things sell --help",
		"things sell chair --color red": `unknown flag "--color", did you mean --colour?; see shop things sell --help`,
		"things sell chair -x":          "unknown flag -x; see shop things sell --help",
		"things sell chair --count two": `--count must be a whole number, got "two"; see shop things sell --help`,
		"help thing":                    `unknown command "thing", did you mean things?; see shop --help`,
	} {
		_, err := run(t, strings.Fields(words)...)
		require.EqualError(t, err, want, words)
		require.Equal(t, exit.Usage, exit.Code(t.Context(), err), words)
	}
	out, err := run(t, "things", "sell", "chair")
	require.NoError(t, err)
	require.Equal(t, "sold chair\n", out)
}

// Help fits a screen, and a group without a verb prints it.
func TestHelp(t *testing.T) {
	t.Parallel()
	for _, words := range [][]string{{"things", "sell", "--help"}, {"help", "things", "sell"}} {
		out, err := run(t, words...)
		require.NoError(t, err)
		require.Contains(t, out, "--colour string")
		for line := range strings.Lines(out) {
			require.LessOrEqual(t, len(strings.TrimRight(line, "\n")), 80, line)
		}
	}
	out, err := run(t, "things")
	require.NoError(t, err)
	require.Contains(t, out, "Sell one")
}

// Shells are given the words that begin like the one that is written, and no files.
func TestCompletion(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"things sell c":               "chair\n:4\n",
		"things sell chair t":         ":4\n",
		"things sell --colour r":      "red\nrose\n:4\n",
		"things sell chair --count 1": ":4\n",
	} {
		out, err := run(t, append([]string{"__complete"}, strings.Fields(words)...)...)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(out, want), "%s: %q", words, out)
	}
}
