package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func sessionsCreateCommand() *cobra.Command {
	var f purchaseCaller
	var idempotencyKey string
	c := &cobra.Command{
		Use:   "create",
		Short: "Create a session and print its checkout page",
		Long: `Create prints the session, the idempotency key that was sent and the URL of the checkout page, which
is secret: whoever has it can see the purchase and pay it. When the outcome is unknown (exit code 20),
repeat with the same --idempotency-key.`,
		Example: "  hostedpay sessions create --amount 14.99 --currency USD --success-url https://shop.example.com/thanks",
		Args:    verb.None,
		RunE: func(c *cobra.Command, _ []string) error {
			client, params, err := f.read(c)
			if err != nil {
				return err
			}
			view, err := createSession(c.Context(), client, params, idempotencyKey)
			if err != nil {
				return err
			}
			return f.printDone(c.OutOrStdout(), view, view.lines(), exit.Unprinted{
				Done: "the session " + view.ID + " was created", ID: view.ID, IdempotencyKey: view.IdempotencyKey,
			})
		},
	}
	f.register(c)
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

// createSession creates a session under an idempotency key, a random one when it is empty.
func createSession(ctx context.Context, client *vora.Client, params vora.SessionParams, idempotencyKey string) (createdView, error) {
	var opts []sdk.CreateOption
	if idempotencyKey != "" {
		opts = append(opts, sdk.WithIdempotencyKey(idempotencyKey))
	}
	s, err := client.CreateSession(ctx, params, opts...)
	if err != nil {
		return createdView{}, err
	}
	return createdView{
		ID: s.ID, CheckoutURL: s.CheckoutURL.Reveal(), ExpiresAt: s.ExpiresAt, IdempotencyKey: s.Response.IdempotencyKey,
		Replayed: s.Replayed, Stale: s.Stale, RequestID: s.Response.RequestID,
	}, nil
}

func (v createdView) lines() string {
	lines := fmt.Sprintf("%s  until %s\nidempotency key %s\n%s\n", v.ID, v.ExpiresAt.Format(time.RFC3339), v.IdempotencyKey, v.CheckoutURL)
	if v.Stale {
		lines += "This session has expired. The buyer may have paid in time: read it before you make another.\n"
	}
	return lines
}
