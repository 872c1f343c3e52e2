// Command hostedpay runs the gateways on this machine, shows what happens at them, and calls them.
//
//	hostedpay demo        two payments at each gateway, from the first request to the confirmed return
//	hostedpay sandbox     the gateways, until you stop it
//	hostedpay simulate    be the buyer of a session at the sandbox
//	hostedpay cards       the card numbers of test mode
//
//	hostedpay trigger     an event for your webhook endpoint, signed as its gateway does
//	hostedpay listen      forward events to your endpoints, and write them down
//	hostedpay events      list, show and resend what was written down
//	hostedpay verify      whether a captured webhook or return is authentic, or why not
//	hostedpay check       recorded traffic, held to the contracts
//	hostedpay inbox       the events of an inbox: list, show, replay, discard
//
//	hostedpay sessions    create, read, wait for and validate sessions at Vora
//	hostedpay checkout    create a checkout at VisionScope
//	hostedpay sweep       where the sessions of a list, or the charges of a platform, stand
//	hostedpay health      whether Vora responds
//	hostedpay discovery   what Vora says about itself
//
//	hostedpay doctor      what is wrong, why, and what to do next
//	hostedpay errors      what an error code means
//	hostedpay keys        what a credential is
//	hostedpay login       keep keys in the configuration file
//	hostedpay init        a .env for a project
//	hostedpay config      where settings come from
//
//	hostedpay mcp         serve an agent over the Model Context Protocol
//	hostedpay completion  what bash, zsh, fish and PowerShell need to complete words
//	hostedpay man         the manual page
//
// Secrets come from the environment, a file or standard input, never from an argument. Its exit
// codes are in docs/cli.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/guard"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/terminal"
)

// sameInterrupt is for how long signals after the first are the same interrupt: a terminal sends
// one to all of a group, and timeout, npm and others pass theirs on.
const sameInterrupt = 300 * time.Millisecond

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The second interrupt ends what does not end by itself.
	context.AfterFunc(ctx, func() { time.AfterFunc(sameInterrupt, stop) })
	signal.Ignore(syscall.SIGPIPE) // it would end the process before it says what it has done
	guard.AddArguments(os.Args[1:])
	root := command()
	stderr := guard.New(os.Stderr)
	root.SetIn(terminal.Stdin(ctx))
	root.SetOut(guard.New(os.Stdout))
	root.SetErr(stderr)
	code := execute(ctx, root, stderr)
	stop()
	os.Exit(code)
}
