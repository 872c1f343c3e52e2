package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
)

func eventsShowCommand() *cobra.Command {
	var f journalFlag
	c := &cobra.Command{
		Use:   "show ID",
		Short: "Print a delivery: its headers, its body, and what it was responded",
		Args:  verb.Argument("ID"),
		RunE: func(c *cobra.Command, args []string) error {
			e, err := f.find(c, args[0])
			if err != nil {
				return err
			}
			if f.json {
				out := json.NewEncoder(c.OutOrStdout())
				out.SetEscapeHTML(false)
				return out.Encode(e)
			}
			fmt.Fprint(c.OutOrStdout(), e.ForTerminal()+"\n"+e.Whole())
			return nil
		},
	}
	f.register(c)
	return c
}
