package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/nearest"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// command is the whole command line: each verb is one function, in a file that is named after it.
func command() *cobra.Command {
	root := group("hostedpay", "Hosted-checkout gateways from a terminal: offline, and for real")
	// One line for each verb.
	addVerbs(root, "Offline",
		demoCommand(),
		sandboxCommand(),
		simulateCommand(),
		cardsCommand(),
	)
	addVerbs(root, "Webhooks",
		triggerCommand(),
		listenCommand(),
		eventsCommand(),
		verifyCommand(),
		checkCommand(),
		inboxCommand(),
	)
	addVerbs(root, "Calls",
		sessionsCommand(),
		checkoutCommand(),
		sweepCommand(),
		healthCommand(),
		discoveryCommand(),
	)
	addVerbs(root, "Settings, and what is wrong with them",
		doctorCommand(),
		errorsCommand(),
		keysCommand(),
		loginCommand(),
		initCommand(),
		configCommand(),
	)
	addVerbs(root, forShells,
		mcpCommand(),
		manCommand(),
	)
	root.Version = version()
	root.SilenceUsage, root.SilenceErrors = true, true
	root.SetFlagErrorFunc(flagError)
	root.SetCompletionCommandGroupID(forShells)
	addCompletion(root)
	addHelp(root)
	root.SetHelpCommandGroupID(forShells)
	return root
}

const forShells = "For agents and shells"

// addVerbs adds verbs that help shows below one title.
func addVerbs(root *cobra.Command, title string, verbs ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title + ":"})
	for _, verb := range verbs {
		verb.GroupID = title
	}
	root.AddCommand(verbs...)
}

// group is a command that only has others below it.
func group(use, short string, verbs ...*cobra.Command) *cobra.Command {
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
	return usage(c, nearest.Unknown("command", args[0], known))
}

// execute runs the command, prints its error to stderr and returns the exit code.
func execute(ctx context.Context, root *cobra.Command, stderr io.Writer) int {
	c, err := root.ExecuteContextC(ctx)
	if out, guards := root.OutOrStdout().(*guard); guards && err == nil {
		err = out.problem() // nothing that was printed got lost
	}
	if err == nil {
		return exitOK
	}
	code := exitCode(ctx, err)
	switch code {
	case exitUnread:
		return code
	case exitNoResponse:
		err = fmt.Errorf("%w: hostedpay doctor finds out why", err)
	}
	if asJSON, _ := c.Flags().GetBool("json"); asJSON {
		_ = json.NewEncoder(stderr).Encode(errorView(err, code)) // nobody is left to be told
		return code
	}
	fmt.Fprintln(stderr, "hostedpay:", err)
	return code
}

// A failure is how an error looks under --json.
type failure struct {
	Error     string   `json:"error"`
	ExitCode  int      `json:"exitCode"`
	Operation string   `json:"operation,omitempty"`
	Status    int      `json:"status,omitempty"`
	Code      sdk.Code `json:"code,omitempty"`
	Next      string   `json:"next,omitempty"`
	RequestID string   `json:"requestId,omitempty"`

	ID             string `json:"id,omitempty"` // of what was created, and could not be printed
	IdempotencyKey string `json:"idempotencyKey,omitempty"`
	OutcomeUnknown bool   `json:"outcomeUnknown,omitempty"` // it may have been done: this is no failure
}

func errorView(err error, code int) failure {
	view := failure{Error: err.Error(), ExitCode: code, OutcomeUnknown: errors.As(err, new(*sdk.OutcomeUnknownError))}
	var e *sdk.Error
	if errors.As(err, &e) {
		view.Operation, view.Status, view.Code, view.Next = e.Operation, e.Status, e.Code, string(e.NextAction())
		view.RequestID, view.IdempotencyKey = e.RequestID, e.IdempotencyKey
	}
	var unprinted unprintedError
	if errors.As(err, &unprinted) {
		view.ID, view.IdempotencyKey = unprinted.id, unprinted.idempotencyKey
	}
	return view
}

// A usageError is a command line with wrong words.
type usageError struct{ error }

// usage adds where the right words are.
func usage(c *cobra.Command, err error) error {
	return usageError{fmt.Errorf("%w; see %s --help", err, c.CommandPath())}
}

func flagError(c *cobra.Command, err error) error {
	if verb := c.Flags().Args(); c.HasSubCommands() && len(verb) > 0 { // the flag may be that of a verb
		return onlyVerbs(c, verb)
	}
	var missing *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &missing):
		var known []string
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" { // which the error names anyway
				known = append(known, "--"+f.Name)
			}
		})
		name := missing.GetSpecifiedName()
		if missing.GetSpecifiedShortnames() != "" {
			return usage(c, fmt.Errorf("unknown flag -%s", name))
		}
		err = nearest.Unknown("flag", "--"+name, known)
	case errors.As(err, &invalid):
		flag := invalid.GetFlag()
		err = fmt.Errorf("--%s: %w", flag.Name, errors.Unwrap(invalid))
		if form, ok := forms[flag.Value.Type()]; ok {
			err = fmt.Errorf("--%s must be %s, got %q", flag.Name, form, invalid.GetValue())
		}
	}
	return usage(c, err)
}

// forms are what values of flags look like, by the type that the flags have.
var forms = map[string]string{ // read only
	"bool": "true or false", "duration": "a duration such as 90s or 5m", "int": "a whole number", "int64": "a whole number",
	"stringToString": "name=value", "time": "a day such as 2026-10-01", "uint64": "a whole number that is not negative",
}

// argument requires exactly one argument.
func argument(name string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage(c, fmt.Errorf("expected one %s, got %d arguments", name, len(args)))
		}
		return nil
	}
}

// none requires that there are no arguments.
func none(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(c, errors.New("expected no arguments")) // what was given may be a secret
	}
	return nil
}

// version is what the build says about itself.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	text := info.Main.Version
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			text += " " + setting.Value
		}
	}
	return text + " " + info.GoVersion
}
