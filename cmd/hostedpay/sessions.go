package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

func sessionsCommand() *cobra.Command {
	return verb.Group("sessions", "Create, read, wait for and validate sessions at Vora",
		sessionsCreateCommand(), sessionsGetCommand(), sessionsWaitCommand(), sessionsValidateCommand())
}

// A purchaseCaller makes Vora's client, and has the flags that describe a purchase.
type purchaseCaller struct {
	voraCaller
	amount amountFlag
	params vora.SessionParams
}

func (f *purchaseCaller) register(c *cobra.Command) {
	f.voraCaller.register(c)
	f.amount.register(c)
	flags, p := c.Flags(), &f.params
	flags.StringVar(&p.SuccessURL, "success-url", "", "where the buyer returns to")
	flags.StringVar(&p.CancelURL, "cancel-url", "", "where the buyer returns to after cancelling")
	flags.StringVar(&p.Country, "country", "", "ISO 3166-1 alpha-2, such as US")
	flags.StringVar(&p.Description, "description", "", "shown to the buyer")
	flags.StringVar(&p.Locale, "locale", "", "BCP 47, such as en-US")
	flags.StringVar(&p.BuyerID, "buyer-id", "", "the shop's name for the buyer")
	flags.StringToStringVar(&p.Metadata, "metadata", nil, "comes back on the session and its events, `name=value`; can be repeated")
	flags.DurationVar(&p.ExpiresIn, "expires-in", 0, "how long the session can be paid, 5m to 60m (default: the gateway's 30m)")
}

// read returns the purchase, and the client to call with it.
func (f *purchaseCaller) read(c *cobra.Command) (client *vora.Client, params vora.SessionParams, err error) {
	params = f.params
	if params.Amount, err = f.amount.read(c); err != nil {
		return nil, params, err
	}
	client, err = f.client(c.InOrStdin())
	return client, params, err
}

// A sessionView is how a session looks under --json.
type sessionView struct {
	ID            string            `json:"id"`
	Status        vora.Status       `json:"status"`
	Minor         int64             `json:"amount"` // minor units
	Currency      string            `json:"currency"`
	TransactionID string            `json:"transactionId,omitempty"`
	Metadata      map[string]string `json:"metadata,omitempty"`
	ExpiresAt     time.Time         `json:"expiresAt"`
	RequestID     string            `json:"requestId,omitempty"`
}

func viewOfSession(s *vora.Session) sessionView {
	return sessionView{
		ID: s.ID, Status: s.Status, Minor: s.Amount.Minor(), Currency: string(s.Amount.Currency()),
		TransactionID: s.TransactionID, Metadata: s.Metadata, ExpiresAt: s.ExpiresAt, RequestID: s.Response.RequestID,
	}
}

func (v sessionView) lines() string {
	lines := fmt.Sprintf("%s  %s  %s\n", v.ID, v.Status, money.Minor(v.Minor, money.Currency(v.Currency)))
	if v.TransactionID != "" {
		lines += "transaction " + v.TransactionID + "\n"
	}
	return lines
}
