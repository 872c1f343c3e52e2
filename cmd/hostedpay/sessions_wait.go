package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
)

func sessionsWaitCommand() *cobra.Command {
	var f voraCaller
	var limit time.Duration
	c := &cobra.Command{
		Use:   "wait SESSION",
		Short: "Wait until a session has its final status, and print it",
		Args:  verb.Argument("SESSION"),
		RunE: func(c *cobra.Command, args []string) error {
			if limit <= 0 {
				return verb.Usage(c, errors.New("--timeout must be more than 0"))
			}
			client, err := f.client(c.InOrStdin())
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(c.Context(), limit)
			defer cancel()
			s, err := client.WaitSession(ctx, args[0])
			switch {
			case err != nil && c.Context().Err() != nil:
				return errors.New("interrupted: the session has no final status yet; wait again, or read it with hostedpay sessions get")
			case err != nil && ctx.Err() != nil:
				return fmt.Errorf("the session has no final status after %s, wait again or use a longer --timeout: %w", limit, err)
			case err != nil:
				return err
			}
			view := viewOfSession(s)
			return f.print(c.OutOrStdout(), view, view.lines())
		},
	}
	f.register(c)
	c.Flags().DurationVar(&limit, "timeout", 10*time.Minute, "how long to wait")
	return c
}
