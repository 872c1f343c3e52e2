package main

import (
	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/demo"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
)

func demoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Make two payments at each gateway, and print what happens",
		Args:  verb.None,
		RunE: func(c *cobra.Command, _ []string) error {
			return demo.Run(c.Context(), c.OutOrStdout(), demo.Unchecked)
		},
	}
}
