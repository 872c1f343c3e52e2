package verb

import (
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// addCompletion adds the verb that prints the shells' scripts, which is cobra's own, and what they
// propose.
func addCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() != "completion" {
			continue
		}
		c.Short = "Print what a shell needs to complete words"
		c.Args, c.RunE = onlyVerbs, func(c *cobra.Command, _ []string) error { return c.Help() }
		for _, shell := range c.Commands() {
			shell.Args = None
		}
	}
	proposeNoFiles(root)
}

// Complete lets shells propose the values of a flag.
func Complete(c *cobra.Command, flag string, values func() []string) {
	err := c.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
		return beginning(word, values()), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // the flag is not there, which every run of the command would show
	}
}

// CompleteArgument lets shells propose the only argument.
func CompleteArgument(c *cobra.Command, values func() []string) {
	c.ValidArgsFunction = func(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return beginning(word, values()), cobra.ShellCompDirectiveNoFileComp
	}
}

// beginning are the values that begin like the word that is being written.
func beginning(word string, values []string) []string {
	return slices.DeleteFunc(values, func(value string) bool { return !strings.HasPrefix(value, word) })
}

// aboutFile is how the description of a flag begins whose value is a file.
var aboutFile = regexp.MustCompile("^(a )?(file|folder)")

// proposeNoFiles ends the habit of shells to propose files where none is wanted: as an argument
// that does not say so, and as the value of a flag whose description does not begin so.
func proposeNoFiles(c *cobra.Command) {
	if c.ValidArgsFunction == nil && !strings.Contains(c.Use, "FILE") && !strings.Contains(c.Use, "CAPTURE") {
		c.ValidArgsFunction = cobra.NoFileCompletions
	}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		_, proposed := c.GetFlagCompletionFunc(f.Name)
		if !proposed && f.Value.Type() != "bool" && !aboutFile.MatchString(f.Usage) {
			Complete(c, f.Name, func() []string { return nil })
		}
	})
	for _, verb := range c.Commands() {
		proposeNoFiles(verb)
	}
}
