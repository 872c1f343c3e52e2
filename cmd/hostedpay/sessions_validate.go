package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/sdk"
)

func sessionsValidateCommand() *cobra.Command {
	var f purchaseCaller
	c := &cobra.Command{
		Use:   "validate",
		Short: "Let Vora check a purchase without creating a session",
		Args:  verb.None,
		RunE: func(c *cobra.Command, _ []string) error {
			client, params, err := f.read(c)
			if err != nil {
				return err
			}
			v, err := client.ValidateSession(c.Context(), params)
			if err != nil {
				return err
			}
			lines := "valid\n"
			if !v.Valid {
				lines = "invalid\n"
			}
			for _, e := range v.Errors {
				lines += "error: " + e + "\n"
			}
			for _, w := range v.Warnings {
				lines += "warning: " + w + "\n"
			}
			if err := f.print(c.OutOrStdout(), validationView{v.Valid, append([]string{}, v.Errors...), append([]string{}, v.Warnings...)}, lines); err != nil || v.Valid {
				return err
			}
			return exit.With(exit.Families[sdk.FamilyValidation], fmt.Errorf("the purchase is invalid: %s", strings.Join(v.Errors, "; ")))
		},
	}
	f.register(c)
	return c
}

// A validationView is how a dry run looks under --json.
type validationView struct {
	Valid    bool     `json:"valid"`
	Errors   []string `json:"errors"`
	Warnings []string `json:"warnings"`
}
