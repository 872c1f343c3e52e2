package verb

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/screen"
)

// addHelp lets help fit a screen, and reject verbs that do not exist.
func addHelp(root *cobra.Command) {
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", ".FlagUsagesWrapped 80"))
	root.SetHelpCommand(&cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about any command",
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := root.Find(args)
			if err != nil {
				return Usage(c, err)
			}
			if err := onlyVerbs(about, rest); about.HasSubCommands() && err != nil {
				return err
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	})
	wrapLong(root)
}

func wrapLong(c *cobra.Command) {
	c.Long = screen.Wrapped(c.Long)
	for _, verb := range c.Commands() {
		wrapLong(verb)
	}
}
