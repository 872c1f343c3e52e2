package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/guard"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
)

// command is the whole command line: each verb is one function, in a file that is named after it.
func command() *cobra.Command {
	root := verb.Group("hostedpay", "Hosted-checkout gateways from a terminal: offline, and for real")
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
	verb.Root(root, forShells)
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

// execute runs the command, prints its error to stderr and returns the exit code.
func execute(ctx context.Context, root *cobra.Command, stderr io.Writer) int {
	c, err := root.ExecuteContextC(ctx)
	if out, guards := root.OutOrStdout().(*guard.Writer); guards && err == nil {
		err = out.Problem() // nothing that was printed got lost
	}
	if err == nil {
		return exit.OK
	}
	code := exit.Code(ctx, err)
	switch code {
	case exit.Unread:
		return code
	case exit.NoResponse:
		err = fmt.Errorf("%w: hostedpay doctor finds out why", err)
	}
	if asJSON, _ := c.Flags().GetBool("json"); asJSON {
		_ = json.NewEncoder(stderr).Encode(exit.View(err, code)) // nobody is left to be told
		return code
	}
	fmt.Fprintln(stderr, "hostedpay:", err)
	return code
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
