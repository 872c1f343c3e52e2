package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/verb"
	"github.com/hostedpay/hostedpay-go/internal/contract"
)

func cardsCommand() *cobra.Command {
	var f caller // for its print alone: nothing is called
	c := &cobra.Command{
		Use:   "cards",
		Short: "List the card numbers of test mode, and what each does",
		Args:  verb.None,
		RunE: func(c *cobra.Command, _ []string) error {
			view := listCards()
			return f.print(c.OutOrStdout(), view, view.lines())
		},
	}
	f.registerJSON(c)
	return c
}

// A cardsView is how test cards look under --json.
type cardsView struct {
	Cards []cardView `json:"cards"`
}

// A cardView is one of them.
type cardView struct {
	Gateway     string `json:"gateway"`
	Number      string `json:"number"`
	Label       string `json:"label"`
	Outcome     string `json:"outcome"` // approved, declined, challenge or timeout
	FailureCode string `json:"failureCode,omitempty"`
}

func listCards() cardsView {
	var view cardsView
	for _, g := range gateways() {
		for _, card := range g.cards() {
			view.Cards = append(view.Cards, cardView{contract.NameOf(string(g.id)), card.Number, card.Label, card.Outcome, card.FailureCode})
		}
	}
	return view
}

func (v cardsView) lines() string {
	var lines strings.Builder
	for _, c := range v.Cards {
		fmt.Fprintf(&lines, "%-11s  %-16s  %s\n", c.Gateway, c.Number, c.Label)
	}
	return lines.String()
}
