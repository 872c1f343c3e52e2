package main

import "github.com/spf13/cobra"

func sessionsGetCommand() *cobra.Command {
	var f voraCaller
	c := &cobra.Command{
		Use:   "get SESSION",
		Short: "Read a session",
		Args:  argument("SESSION"),
		RunE: func(c *cobra.Command, args []string) error {
			client, err := f.client(c.InOrStdin())
			if err != nil {
				return err
			}
			s, err := client.GetSession(c.Context(), args[0])
			if err != nil {
				return err
			}
			return f.printSession(c, s)
		},
	}
	f.register(c)
	return c
}
