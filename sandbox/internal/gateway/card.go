package gateway

import (
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/ledger"
)

// The outcomes of cards. The contracts name all but the last: a buyer who has authenticated after a
// challenge.
const (
	OutcomeApproved      = "approved"
	OutcomeChallenge     = "challenge"
	OutcomeDeclined      = "declined"
	OutcomeTimeout       = "timeout"
	OutcomeAuthenticated = "authenticated"
)

// cardOf finds a card number among the documented ones. Any other is approved.
func cardOf(documented []contract.TestCard, number string) contract.TestCard {
	number = strings.NewReplacer(" ", "", "-", "").Replace(number)
	i := slices.IndexFunc(documented, func(c contract.TestCard) bool { return c.Number == number })
	if i < 0 {
		return contract.TestCard{Outcome: OutcomeApproved}
	}
	return documented[i]
}

// Settle gives a session the status that a card's outcome has, and reports whether that ends the
// charge.
func Settle(tx *ledger.Tx, card contract.TestCard) (settled bool) {
	switch card.Outcome {
	case OutcomeChallenge:
		tx.Challenge(card.Number[len(card.Number)-4:])
		return false
	case OutcomeTimeout:
		tx.Become(control.SessionProcessing)
		return false
	case OutcomeDeclined:
		tx.FailureCode, tx.FailureReason = card.FailureCode, card.Label
		tx.Become(control.SessionFailed)
	default:
		tx.Become(control.SessionSucceeded)
	}
	return true
}

// grouped writes a card number as cards do: in fours, or 4-6-5 for the 15 digits of American
// Express.
func grouped(number string) string {
	if len(number) == 15 {
		return number[:4] + " " + number[4:10] + " " + number[10:]
	}
	var parts []string
	for fours := range slices.Chunk([]byte(number), 4) {
		parts = append(parts, string(fours))
	}
	return strings.Join(parts, " ")
}
