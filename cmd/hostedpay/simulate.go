package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/nearest"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

func simulateCommand() *cobra.Command {
	var f caller // without a key: the sandbox knows its sessions
	var s simulation
	c := &cobra.Command{
		Use:   "simulate SESSION",
		Short: "Be the buyer of a session at the sandbox: pay, decline, cancel",
		Long: `Simulate opens the hosted page of a session or checkout of either gateway, presses a button, and
prints what became of the session. The sandbox has to run on this machine; any other host is
rejected. No money moves.`,
		Example: `  hostedpay simulate vp_cs_test_…
  hostedpay simulate vp_cs_test_… --card 4000000000009995
  hostedpay simulate vp_cs_test_… --action cancel`,
		Args: verb.Argument("SESSION"),
		RunE: func(c *cobra.Command, args []string) error {
			s.SessionID = args[0]
			if err := s.check(); err != nil {
				return verb.Usage(c, err)
			}
			base, err := f.address()
			if err != nil {
				return err
			}
			view, err := simulate(c.Context(), base, s)
			if err != nil {
				return err
			}
			return f.printDone(c.OutOrStdout(), view, view.lines(), exit.Unprinted{Done: fmt.Sprintf("the session %s was simulated and is %s", view.ID, view.Status)})
		},
	}
	f.registerURL(c, "VON_PAY_BASE_URL")
	f.registerJSON(c)
	c.Flags().StringVar(&s.Card, "card", "", "a test card (hostedpay cards); any other number is approved (default: one that is approved)")
	c.Flags().StringVar(&s.Action, "action", "", "pay, decline, cancel, abandon, challenge_pass or challenge_fail (default: pay)")
	verb.Complete(c, "card", cardNumbers)
	verb.Complete(c, "action", func() []string { return slices.Clone(actions) })
	return c
}

// A simulation is what a buyer does at a hosted page of the sandbox.
type simulation struct {
	SessionID string `json:"sessionId" jsonschema:"ID of a session or checkout at the sandbox"`
	Card      string `json:"card,omitempty" jsonschema:"card number to pay with, one of list_test_cards; without it, one that is approved"`
	Action    string `json:"action,omitempty" jsonschema:"button of the hosted page; without it, pay. A challenge card needs a second call with challenge_pass or challenge_fail"`
}

// actions are the buttons of hosted pages.
var actions = []string{
	string(buyer.ButtonPay), string(buyer.ButtonDecline), string(buyer.ButtonCancel), string(buyer.ButtonAbandon),
	string(buyer.ButtonPassChallenge), string(buyer.ButtonFailChallenge),
}

func (s simulation) check() error {
	switch {
	case s.Action != "" && !slices.Contains(actions, s.Action):
		return nearest.Unknown("action", s.Action, actions)
	case s.Card != "" && s.Action != "" && s.Action != string(buyer.ButtonPay):
		return fmt.Errorf("a card only pays: leave it out to %s", s.Action)
	}
	return nil
}

// A simulatedView is how a simulated payment looks under --json.
type simulatedView struct {
	ID        string                `json:"id"`
	Gateway   string                `json:"gateway"`
	Status    control.SessionStatus `json:"status"` // at the sandbox
	Minor     int64                 `json:"amount"` // minor units
	Currency  string                `json:"currency"`
	ReturnURL string                `json:"returnUrl,omitempty"` // where the buyer's browser is sent; it proves no payment
}

func (v simulatedView) lines() string {
	lines := fmt.Sprintf("%s  %s  %s\n", v.ID, v.Status, money.Minor(v.Minor, money.Currency(v.Currency)))
	if v.ReturnURL != "" {
		lines += "return " + v.ReturnURL + "\n"
	}
	return lines
}

// simulate acts as the buyer at the sandbox that is at baseURL.
func simulate(ctx context.Context, baseURL string, s simulation) (simulatedView, error) {
	if err := s.check(); err != nil {
		return simulatedView{}, err
	}
	if baseURL == "" {
		return simulatedView{}, errors.New("payments are simulated at the sandbox only: start one with `hostedpay sandbox`, and name it with --base-url or VON_PAY_BASE_URL")
	}
	if !endpoint.OnThisMachine(baseURL) {
		return simulatedView{}, errors.New("payments are simulated at the sandbox only, and that is not on this machine: name one with --base-url or VON_PAY_BASE_URL, such as http://127.0.0.1:4010")
	}
	box, err := control.New(baseURL)
	if err != nil {
		return simulatedView{}, fmt.Errorf("payments are simulated at the sandbox only: %w", err)
	}
	session, err := sessionAt(ctx, box, s.SessionID)
	if err != nil {
		return simulatedView{}, err
	}
	checkout, err := pageAt(baseURL, session.CheckoutURL)
	if err != nil {
		return simulatedView{}, err
	}
	page, err := buyer.Open(ctx, nil, checkout)
	if err != nil {
		return simulatedView{}, err
	}
	back, err := s.press(ctx, page)
	if err != nil {
		return simulatedView{}, fmt.Errorf("session %s: %w", s.SessionID, err)
	}
	session, err = sessionAt(ctx, box, s.SessionID)
	view := simulatedView{ID: session.ID, Gateway: contract.NameOf(string(session.Gateway)), Status: session.Status, Minor: session.Amount.Minor(), Currency: string(session.Amount.Currency())}
	if back != nil {
		view.ReturnURL = back.String()
	}
	return view, err
}

func (s simulation) press(ctx context.Context, page *buyer.Page) (*url.URL, error) {
	if s.Action != "" && s.Action != string(buyer.ButtonPay) {
		return page.Press(ctx, buyer.Button(s.Action))
	}
	card := s.Card
	if card == "" {
		card = buyer.CardApproved
	}
	return page.Pay(ctx, card)
}

func sessionAt(ctx context.Context, box *control.Client, id string) (control.Session, error) {
	sessions, err := box.Sessions(ctx)
	if err != nil {
		return control.Session{}, err
	}
	i := slices.IndexFunc(sessions, func(s control.Session) bool { return s.ID == id })
	if i < 0 {
		return control.Session{}, fmt.Errorf("the sandbox has no session %q: create one there, under the same base URL", id)
	}
	return sessions[i], nil
}

// pageAt is a hosted page at the sandbox itself, also when buyers reach it at a public URL.
func pageAt(baseURL, checkoutURL string) (sdk.Secret, error) {
	page, err := url.Parse(checkoutURL)
	if err != nil {
		return sdk.Secret{}, errors.New("the sandbox's checkout URL cannot be read: is it of this version?")
	}
	base, err := url.Parse(baseURL)
	if err != nil {
		return sdk.Secret{}, errors.New("the base URL cannot be read: write it as in http://127.0.0.1:4010")
	}
	page.Scheme, page.Host = base.Scheme, base.Host
	return sdk.NewSecret(page.String()), nil
}

func cardNumbers() (numbers []string) {
	for _, card := range listCards().Cards {
		if !slices.Contains(numbers, card.Number) {
			numbers = append(numbers, card.Number)
		}
	}
	return numbers
}
