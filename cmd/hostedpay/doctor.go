package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/config"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/doctor"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/nearest"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A doctorFlags has the flags of the verb.
type doctorFlags struct {
	caller
	forLLM   bool
	webhook  string // URL of the user's endpoint
	scheme   string
	merchant string // whose event the test event is
}

func doctorCommand() *cobra.Command {
	var d doctorFlags
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Find what is wrong with keys, addresses, network and endpoint",
		Long: `Doctor prints what it finds, why it matters and what to do next, without any secret: the report can be
pasted anywhere. It exits with 1 when it found a problem. It changes nothing at a gateway: it asks
Vora how it is, and reads a session that does not exist to learn whether the API key is valid. At
VisionScope, which has no such calls, it only opens a connection.

--webhook sends deliveries to your endpoint of an event that no gateway has, "hostedpay.doctor", about
no payment: one that is really signed and must be accepted, and one that was changed after signing
and must be rejected. Nothing is signed with a live API key.`,
		Example: `  hostedpay doctor
  hostedpay doctor --webhook http://127.0.0.1:8080/webhooks/vora
  hostedpay doctor --for-llm`,
		Args: verb.None,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := d.check(); err != nil {
				return verb.Usage(c, err)
			}
			flags, err := d.flagValues(c)
			if err != nil {
				return err
			}
			report := doctor.Examine(c.Context(), doctor.Options{
				Configuration: config.Explain(flags), Webhook: d.webhook, Scheme: webhooks.Scheme(d.scheme), Merchant: d.merchant,
			})
			report.Version = version()
			lines := report.ForTerminal()
			if d.forLLM {
				lines = report.ForLLM()
			}
			if err := d.print(c.OutOrStdout(), report, lines); err != nil {
				return err
			}
			if c.Context().Err() != nil {
				return errors.New("interrupted: the report has what was found until then")
			}
			if report.Problems > 0 {
				return fmt.Errorf("problems that were found: %d", report.Problems)
			}
			return nil
		},
	}
	d.register(c, config.SecretSource{What: "API key", Variable: "VON_PAY_SECRET_KEY", Flag: "key-file"}, "VON_PAY_BASE_URL")
	c.Flags().BoolVar(&d.forLLM, "for-llm", false, "print one text that explains itself, to paste into a conversation with a language model")
	c.Flags().StringVar(&d.webhook, "webhook", "", "URL of your webhook endpoint, which gets two or three test deliveries")
	c.Flags().StringVar(&d.scheme, "scheme", "vora-v1", "how the test deliveries are signed: vora-v1, vora-v2 or visionscope")
	c.Flags().StringVar(&d.merchant, "merchant", "hostedpay_doctor", "merchant ID in the test event, for an endpoint that finds its keys by it")
	return c
}

// check holds the flags to what they allow.
func (d *doctorFlags) check() error {
	if d.forLLM && d.json {
		return errors.New("--for-llm and --json exclude each other")
	}
	var schemes []string
	for _, s := range scheme.All() {
		schemes = append(schemes, string(s.Name))
	}
	if !slices.Contains(schemes, d.scheme) {
		return nearest.Unknown("scheme", d.scheme, schemes)
	}
	if d.webhook == "" {
		return nil
	}
	_, err := endpoint.URL("--webhook", d.webhook)
	return err
}
