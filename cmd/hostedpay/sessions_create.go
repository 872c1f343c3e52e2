package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/sdk"
)

func sessionsCreateCommand() *cobra.Command {
	var f voraCaller
	var purchase sessionFlags
	var idempotencyKey string
	c := &cobra.Command{
		Use:   "create",
		Short: "Create a session and print its checkout page",
		Long: `Create prints the session, the idempotency key that was sent and the URL of the checkout page, which
is secret: whoever has it can see the purchase and pay it. When the outcome is unknown (exit code 20),
repeat with the same --idempotency-key.`,
		Example: "  hostedpay sessions create --amount 14.99 --currency USD --success-url https://shop.example.com/thanks",
		Args:    none,
		RunE: func(c *cobra.Command, _ []string) error {
			params, err := purchase.read(c)
			if err != nil {
				return err
			}
			client, err := f.client(c.InOrStdin())
			if err != nil {
				return err
			}
			var opts []sdk.CreateOption
			if idempotencyKey != "" {
				opts = append(opts, sdk.WithIdempotencyKey(idempotencyKey))
			}
			s, err := client.CreateSession(c.Context(), params, opts...)
			if err != nil {
				return err
			}
			lines := fmt.Sprintf("%s  until %s\nidempotency key %s\n%s\n", s.ID, s.ExpiresAt.Format(time.RFC3339), s.Response.IdempotencyKey, s.CheckoutURL.Reveal())
			if s.Stale {
				lines += "This session has expired. The buyer may have paid in time: read it before you make another.\n"
			}
			return f.print(c.OutOrStdout(), createdView{
				ID: s.ID, CheckoutURL: s.CheckoutURL.Reveal(), ExpiresAt: s.ExpiresAt, IdempotencyKey: s.Response.IdempotencyKey,
				Replayed: s.Replayed, Stale: s.Stale, RequestID: s.Response.RequestID,
			}, lines)
		},
	}
	f.register(c)
	purchase.register(c)
	c.Flags().StringVar(&idempotencyKey, "idempotency-key", "", "names the purchase, so that repeating creates nothing (default: a random one)")
	return c
}

// A createdView is how a new session looks under --json.
type createdView struct {
	ID             string    `json:"id"`
	CheckoutURL    string    `json:"checkoutUrl"`
	ExpiresAt      time.Time `json:"expiresAt"`
	IdempotencyKey string    `json:"idempotencyKey"`
	Replayed       bool      `json:"replayed"`
	Stale          bool      `json:"stale"`
	RequestID      string    `json:"requestId,omitempty"`
}
