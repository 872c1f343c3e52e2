package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
)

func checkoutCommand() *cobra.Command {
	return verb.Group("checkout", "Create a checkout at VisionScope", checkoutCreateCommand())
}

func checkoutCreateCommand() *cobra.Command {
	var f caller
	var amount amountFlag
	var params visionscope.CheckoutParams
	secret := config.SecretSource{What: "webhook secret", Variable: "VISIONSCOPE_WEBHOOK_SECRET", Flag: "webhook-secret-file"}
	c := &cobra.Command{
		Use:   "create",
		Short: "Create a checkout and print its page",
		Long: `Create prints the checkout and the URL of its page, which is secret: whoever has it can see the
purchase and pay it. The checkout's events are signed with the webhook secret that you give it. A
checkout cannot be read back: when the outcome is unknown (exit code 20), wait for its webhook
before you create another.`,
		Args: verb.None,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if params.Amount, err = amount.read(c); err != nil {
				return err
			}
			if f.key.File == "-" && secret.File == "-" {
				return verb.Usage(c, fmt.Errorf("--%s and --%s cannot both be standard input", f.key.Flag, secret.Flag))
			}
			key, err := f.key.Read(c.InOrStdin())
			if err != nil {
				return err
			}
			if params.WebhookSecret, err = secret.Read(c.InOrStdin()); err != nil {
				return err
			}
			options, err := f.options()
			if err != nil {
				return err
			}
			if len(options) == 0 {
				return fmt.Errorf("no address of VisionScope, which has no public one: set %s, or name it with --base-url", f.urlVariable)
			}
			client, err := visionscope.New(key.Reveal(), options...)
			if err != nil {
				return err
			}
			created, err := client.CreateCheckout(c.Context(), params)
			if err != nil {
				return err
			}
			view := checkoutView{created.ID, created.CheckoutURL.Reveal(), created.Response.RequestID}
			return f.printDone(c.OutOrStdout(), view, fmt.Sprintf("%s\n%s\n", view.ID, view.CheckoutURL),
				exit.Unprinted{Done: "the checkout " + view.ID + " was created", ID: view.ID})
		},
	}
	f.register(c, config.SecretSource{What: "API key", Variable: "VISIONSCOPE_API_KEY", Flag: "key-file"}, "VISIONSCOPE_API_URL")
	secret.Register(c.Flags())
	amount.register(c)
	c.Flags().StringVar(&params.WebhookURL, "webhook-url", "", "receives the checkout's events; name the order in it")
	c.Flags().StringVar(&params.ReturnURL, "return-url", "", "where the buyer returns to")
	return c
}

// A checkoutView is how a new checkout looks under --json.
type checkoutView struct {
	ID          string `json:"id"`
	CheckoutURL string `json:"checkoutUrl"`
	RequestID   string `json:"requestId,omitempty"`
}
