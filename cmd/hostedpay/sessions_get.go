package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func sessionsGetCommand() *cobra.Command {
	var f voraCaller
	c := &cobra.Command{
		Use:   "get SESSION",
		Short: "Read a session",
		Args:  verb.Argument("SESSION"),
		RunE: func(c *cobra.Command, args []string) error {
			client, err := f.client(c.InOrStdin())
			if err != nil {
				return err
			}
			view, err := getSession(c.Context(), client, args[0])
			if err != nil {
				return err
			}
			return f.print(c.OutOrStdout(), view, view.lines())
		},
	}
	f.register(c)
	return c
}

func getSession(ctx context.Context, client *vora.Client, id string) (sessionView, error) {
	s, err := client.GetSession(ctx, id)
	if err != nil {
		return sessionView{}, err
	}
	return viewOfSession(s), nil
}
