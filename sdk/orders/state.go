package orders

import (
	"slices"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// A State is what is known about the payment of one order. It is a plain value that can be kept as
// JSON; start with the zero value, or with what the order expects.
type State struct {
	Expected money.Amount `json:"expected,omitzero"`  // what the order costs; when set, another payment is a problem
	Sessions []Session    `json:"sessions,omitempty"` // those that were told of, by ID; an order that was tried again has several

	// What follows from all sessions together.
	Status   sdk.PaymentStatus `json:"status,omitempty"` // that of the session with the most money
	Paid     money.Amount      `json:"paid,omitzero"`
	Refunded money.Amount      `json:"refunded,omitzero"`
	Problems []Problem         `json:"problems,omitempty"`
}

// A Session is what is known about one checkout of an order.
type Session struct {
	ID       string            `json:"id"`
	Status   sdk.PaymentStatus `json:"status,omitempty"`
	Paid     money.Amount      `json:"paid,omitzero"`
	Refunded money.Amount      `json:"refunded,omitzero"`  // the sum of the refunds, from the payment on
	Refunds  []Refund          `json:"refunds,omitempty"`  // each once, by ID; those too that came before the payment
	Returned sdk.PaymentStatus `json:"returned,omitempty"` // refunded, or a part of it, as a read said, which names no refunds
	Problems []Problem         `json:"problems,omitempty"`
}

// A Refund is money that was given back.
type Refund struct {
	ID     string       `json:"id"` // the gateway's, or the event's dedupe key when it sent none
	Amount money.Amount `json:"amount"`
}

// A Problem is something about a purchase that a person should look at.
type Problem string

// The problems.
const (
	ProblemPaidTwice         Problem = "paid_twice"          // more than one session of the order was paid: somebody has to give the money back
	ProblemWrongAmount       Problem = "wrong_amount"        // the payment is not what the order expects
	ProblemAmountsDisagree   Problem = "amounts_disagree"    // two events report the same payment or refund with different amounts
	ProblemAmountNotPositive Problem = "amount_not_positive" // a payment or refund of nothing or less; it is not counted
	ProblemRefundCurrency    Problem = "refund_currency"     // a refund in another currency than the payment; it is not in the sum
	ProblemRefundExceeds     Problem = "refund_exceeds"      // more was given back than paid
	ProblemUnreadableEvent   Problem = "unreadable_event"    // an authentic event of this session could not be read, or contradicts itself
)

// MayShip reports whether the purchase is paid, as expected, and none of it given back. It goes on
// to hold: keep with the order that it has been shipped. Where events are all that is applied,
// [Transition.BecamePaid] holds together with it once; a read that was applied first takes that
// away from the event.
func (s State) MayShip() bool { return s.Status == sdk.PaymentPaid && len(s.Problems) == 0 }

// A Transition is what one event changed.
type Transition struct {
	Before, After sdk.PaymentStatus
	Refunded      money.Amount // how much the event added to the refunds; the zero value when nothing
	Problems      []Problem    // those that are new
}

// Changed reports whether the event changed anything that a merchant would act on.
func (t Transition) Changed() bool {
	return t.Before != t.After || !t.Refunded.IsZero() || len(t.Problems) > 0
}

// BecamePaid reports whether the purchase was not paid before the event and is now.
func (t Transition) BecamePaid() bool {
	return t.After.Paid() && !t.Before.Paid() && t.Before != sdk.PaymentRefunded
}

func transition(before, after State) Transition {
	t := Transition{Before: before.Status, After: after.Status}
	for _, problem := range after.Problems {
		if !slices.Contains(before.Problems, problem) {
			t.Problems = append(t.Problems, problem)
		}
	}
	switch added, err := after.Refunded.Sub(before.Refunded); {
	case before.Refunded.IsZero() && after.Refunded.Sign() > 0:
		t.Refunded = after.Refunded
	case err == nil && added.Sign() > 0:
		t.Refunded = added
	}
	return t
}
