// Command hostedpay runs the gateways on this machine and shows what happens at them.
//
//	hostedpay check     recorded traffic, held to the contracts
//	hostedpay demo      two payments at each gateway, from the first request to the confirmed return
//	hostedpay errors    what each error code means, and what to do
//	hostedpay keys      what keys are for, without printing them
//	hostedpay sandbox   the gateways, until you stop it
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "hostedpay:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to stop
	}
}

func command() *cobra.Command {
	root := &cobra.Command{
		Use:           "hostedpay",
		Short:         "The hosted-checkout gateways on this machine",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(checkCommand(), demoCommand(), errorsCommand(), keysCommand(), sandboxCommand())
	return root
}
