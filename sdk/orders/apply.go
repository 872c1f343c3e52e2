package orders

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Apply returns the state after one more event, and what the event changed. Events may come in any
// order and more than once: the same events always end in the same state. What is paid never
// becomes failed or expired; a refund that comes before its payment waits for it; each refund
// counts once. What an event says about the payment is [webhooks.EventInfo.Payment]; events that
// say nothing, or are of another session, leave the state as it is.
//
// Read, apply and write the state in one transaction: two deliveries can be worked on at the same
// time.
func Apply(state State, event webhooks.Event) (State, Transition) {
	before := state
	if event == nil || !state.about(event.Info()) {
		return state, transition(before, state)
	}
	state.Refunds, state.Problems = slices.Clone(state.Refunds), slices.Clone(state.Problems)
	switch info := event.Info(); info.Payment {
	case sdk.PaymentPaid:
		state.pay(info.Amount)
	case sdk.PaymentFailed, sdk.PaymentExpired:
		state.advance(info.Payment)
	case sdk.PaymentRefunded, sdk.PaymentPartiallyRefunded:
		state.refund(Refund{ID: cmp.Or(info.RefundID, info.DedupeKey), Amount: info.Amount})
	default:
		if unknown, ok := event.(*webhooks.UnknownEvent); !ok || unknown.Problem == nil {
			return before, transition(before, before)
		}
		state.report(ProblemUnreadableEvent)
	}
	state.SessionID = event.Info().SessionID
	state.settle()
	return state, transition(before, state)
}

// about reports whether an event is about this purchase.
func (s *State) about(info *webhooks.EventInfo) bool {
	return info.SessionID != "" && (s.SessionID == "" || s.SessionID == info.SessionID)
}

func (s *State) advance(to sdk.PaymentStatus) {
	if rank(to) > rank(s.Status) {
		s.Status = to
	}
}

// rank is how late a status comes: each replaces those before it, and nothing ever goes back.
func rank(status sdk.PaymentStatus) int {
	return slices.Index([]sdk.PaymentStatus{
		sdk.PaymentPending, sdk.PaymentExpired, sdk.PaymentFailed, sdk.PaymentPaid, sdk.PaymentPartiallyRefunded, sdk.PaymentRefunded,
	}, status)
}

func (s *State) pay(amount money.Amount) {
	if amount.Sign() <= 0 {
		s.report(ProblemAmountNotPositive)
		return
	}
	if !s.Expected.IsZero() && amount != s.Expected {
		s.report(ProblemWrongAmount)
	}
	if !s.Paid.IsZero() && s.Paid != amount {
		s.report(ProblemAmountsDisagree)
		amount = slices.MinFunc([]money.Amount{s.Paid, amount}, compareAmounts) // whichever came first
	}
	s.Paid = amount
	s.advance(sdk.PaymentPaid)
}

func (s *State) refund(refund Refund) {
	if refund.Amount.Sign() <= 0 {
		s.report(ProblemAmountNotPositive)
		return
	}
	at, known := slices.BinarySearchFunc(s.Refunds, refund.ID, func(r Refund, id string) int { return strings.Compare(r.ID, id) })
	switch {
	case !known:
		s.Refunds = slices.Insert(s.Refunds, at, refund)
	case s.Refunds[at].Amount != refund.Amount:
		s.report(ProblemAmountsDisagree)
		s.Refunds[at].Amount = slices.MaxFunc([]money.Amount{s.Refunds[at].Amount, refund.Amount}, compareAmounts)
	}
}

// settle works out what follows from the payment and the refunds together, from the start each
// time, so that it does not matter in which order they came.
func (s *State) settle() {
	if s.Paid.IsZero() {
		return
	}
	s.Problems = slices.DeleteFunc(s.Problems, func(p Problem) bool { return p == ProblemRefundCurrency || p == ProblemRefundExceeds })
	s.Refunded = money.Minor(0, s.Paid.Currency())
	for _, r := range s.Refunds {
		sum, err := s.Refunded.Add(r.Amount)
		switch {
		case r.Amount.Currency() != s.Paid.Currency():
			s.report(ProblemRefundCurrency)
		case err != nil: // more than any amount can be
			s.report(ProblemRefundExceeds)
		default:
			s.Refunded = sum
		}
	}
	switch {
	case s.Refunded.Minor() > s.Paid.Minor():
		s.report(ProblemRefundExceeds)
		s.Status = sdk.PaymentRefunded
	case s.Refunded.Sign() <= 0:
		s.Status = sdk.PaymentPaid
	case s.Refunded == s.Paid:
		s.Status = sdk.PaymentRefunded
	default:
		s.Status = sdk.PaymentPartiallyRefunded
	}
	if len(s.Problems) == 0 {
		s.Problems = nil
	}
}

func (s *State) report(problem Problem) {
	if at, known := slices.BinarySearch(s.Problems, problem); !known {
		s.Problems = slices.Insert(s.Problems, at, problem)
	}
}

// compareAmounts is an order of all amounts, so that of two that disagree the same one stays,
// whichever came first.
func compareAmounts(a, b money.Amount) int {
	return cmp.Or(cmp.Compare(a.Currency(), b.Currency()), cmp.Compare(a.Minor(), b.Minor()))
}
