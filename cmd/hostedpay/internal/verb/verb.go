// Package verb is what verbs of a command line have in common: groups, arguments, errors about
// words, help and completion. It knows nothing of payments.
package verb

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/nearest"
)

// Root makes a command the root of all others. What is wrong with its words is an error that the
// caller prints; help fits a screen, and shells complete words. The verbs for help and completion
// are in a group of its verbs.
func Root(root *cobra.Command, group string) {
	root.SilenceUsage, root.SilenceErrors = true, true
	root.SetFlagErrorFunc(flagError)
	root.SetCompletionCommandGroupID(group)
	addCompletion(root)
	addHelp(root)
	root.SetHelpCommandGroupID(group)
}

// Group is a command that only has others below it.
func Group(use, short string, verbs ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: onlyVerbs, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(verbs...)
	return c
}

// onlyVerbs requires that there is no argument: it would be a verb that does not exist.
func onlyVerbs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var known []string
	for _, verb := range c.Commands() {
		known = append(known, verb.Name())
	}
	return Usage(c, nearest.Unknown("command", args[0], known))
}

// Usage is an error about wrong words on the command line. It adds where the right ones are.
func Usage(c *cobra.Command, err error) error {
	return exit.With(exit.Usage, fmt.Errorf("%w; see %s --help", err, c.CommandPath()))
}

// Argument requires exactly one argument.
func Argument(name string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return Usage(c, fmt.Errorf("expected one %s, got %d arguments", name, len(args)))
		}
		return nil
	}
}

// None requires that there are no arguments.
func None(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return Usage(c, errors.New("expected no arguments")) // what was given may be a secret
	}
	return nil
}
