package main

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/sandbox"
)

func sandboxCommand() *cobra.Command {
	var address, webhook string
	var factor int
	c := &cobra.Command{
		Use:   "sandbox",
		Short: "Run both gateways until interrupted, and print their addresses and keys",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			options := []sandbox.Option{
				sandbox.WithTimeFactor(factor),
				sandbox.WithLogger(slog.New(slog.NewTextHandler(c.ErrOrStderr(), nil))),
			}
			merchants := []sandbox.Merchant{sandbox.Acme, sandbox.Brightline, sandbox.Cobalt}
			if webhook != "" {
				for _, m := range merchants {
					options = append(options, sandbox.WithWebhookURL(m.ID, webhook))
				}
			}
			gateways, err := sandbox.New(options...)
			if err != nil {
				return err
			}
			defer gateways.Close()
			l, base, err := listen(c.Context(), address)
			if err != nil {
				return fmt.Errorf("the sandbox cannot listen on %s (choose another with --listen): %w", address, err)
			}
			s := serve(l, gateways)
			introduce(c.OutOrStdout(), base, webhook, merchants)
			<-c.Context().Done()
			gateways.Close() // first, because it ends the dashboard's streams, which the server would wait for
			return s.close()
		},
	}
	c.Flags().StringVar(&address, "listen", "127.0.0.1:4010", "address to listen on; port 0 for any free one")
	c.Flags().StringVar(&webhook, "webhook", "", "where Vora's events go, on this machine")
	c.Flags().IntVar(&factor, "time-factor", 1, "divide the gateways' own waits (outcomes, redeliveries) by this")
	return c
}

// introduce prints what somebody needs to use the sandbox.
func introduce(w io.Writer, base, webhook string, merchants []sandbox.Merchant) {
	if webhook == "" {
		webhook = "nowhere; pass --webhook http://127.0.0.1:PORT/PATH"
	}
	fmt.Fprintf(w, "Vora          %s            VON_PAY_BASE_URL\n", base)
	fmt.Fprintf(w, "VisionScope   %s            VISIONSCOPE_API_URL, with or without /api/checkout\n", base)
	fmt.Fprintf(w, "Events        Vora: %s. VisionScope: to the webhook_url of each checkout.\n\n", webhook)
	for _, m := range merchants {
		fmt.Fprintf(w, "%s (%s)\n", m.Name, m.ID)
		fmt.Fprintf(w, "  Vora secret key        %s\n", m.SecretKey)
		fmt.Fprintf(w, "  Vora publishable key   %s\n", m.PublishableKey)
		fmt.Fprintf(w, "  Vora session secret    %s\n", m.SessionSecret)
		fmt.Fprintf(w, "  VisionScope API key    %s\n", m.APIKey)
	}
	fmt.Fprintf(w, "\nThe keys are made up and work nowhere else. Stop with Ctrl-C.\n")
}
