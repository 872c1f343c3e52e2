package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
)

func discoveryCommand() *cobra.Command {
	var f anonymousCaller
	c := &cobra.Command{
		Use:   "discovery",
		Short: "Print what Vora says about itself",
		Args:  verb.None,
		RunE: func(c *cobra.Command, _ []string) error {
			client, err := f.client()
			if err != nil {
				return err
			}
			d, err := client.Discovery(c.Context())
			if err != nil {
				return err
			}
			return f.print(c.OutOrStdout(), discoveryView{d.APIVersion, d.Docs, d.Capabilities, d.Currencies, d.Endpoints},
				fmt.Sprintf("API version %s\ndocumentation %s\ncapabilities %s\ncurrencies %s\n", d.APIVersion, d.Docs, strings.Join(d.Capabilities, ", "), strings.Join(d.Currencies, ", ")))
		},
	}
	f.register(c)
	return c
}

// A discoveryView is how the document looks under --json.
type discoveryView struct {
	APIVersion   string         `json:"apiVersion"`
	Docs         string         `json:"docs"`
	Capabilities []string       `json:"capabilities"`
	Currencies   []string       `json:"currencies"`
	Endpoints    map[string]any `json:"endpoints"`
}
