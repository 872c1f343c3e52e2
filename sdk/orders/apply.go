package orders

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Apply returns the state of an order after one more event of any of its sessions, and what the
// event changed. Events may come in any order and more than once: the same events always end in the
// same state. What is paid never becomes failed or expired; a refund that comes before its payment
// waits for it; each refund counts once; a second session that is paid is a problem. What an event
// says about the payment is [webhooks.EventInfo.Payment]; an event that says nothing, or names no
// session, leaves the state as it is. That the session is one of the order's is for the caller to
// know.
//
// Read, apply and write the state in one transaction: two deliveries can be worked on at the same
// time. Write it even when [Transition.Changed] is false: it may have a refund that waits.
func Apply(state State, event webhooks.Event) (State, Transition) {
	if event == nil {
		return state, transition(state, state)
	}
	info := event.Info()
	return state.learn(info.SessionID, func(s *Session) bool {
		switch info.Payment {
		case sdk.PaymentPaid:
			s.pay(info.Amount, state.Expected)
		case sdk.PaymentFailed, sdk.PaymentExpired:
			s.advance(info.Payment)
		case sdk.PaymentRefunded, sdk.PaymentPartiallyRefunded:
			s.refund(Refund{ID: cmp.Or(info.RefundID, info.DedupeKey), Amount: info.Amount})
		default:
			if info.Problem == nil {
				return false
			}
			s.report(ProblemUnreadableEvent)
		}
		return true
	})
}

// A Read is what the gateway said about a session when it was asked, for example for a buyer who
// returns, or in a sweep of sessions whose events did not come.
type Read struct {
	SessionID string
	Status    sdk.PaymentStatus
	Amount    money.Amount // of the session
}

// ApplyRead is [Apply] for what was read. Events and reads may come in any order: a payment that
// both report counts once, and so does a refund.
func ApplyRead(state State, read Read) (State, Transition) {
	return state.learn(read.SessionID, func(s *Session) bool {
		switch read.Status {
		case sdk.PaymentPaid:
			s.pay(read.Amount, state.Expected)
		case sdk.PaymentPartiallyRefunded, sdk.PaymentRefunded:
			s.pay(read.Amount, state.Expected)
			if rank(read.Status) > rank(s.Returned) {
				s.Returned = read.Status
			}
		case sdk.PaymentFailed, sdk.PaymentExpired:
			s.advance(read.Status)
		default:
			return false
		}
		return true
	})
}

// learn returns the state after something has become known about a session; tell reports whether
// anything has.
func (s State) learn(id string, tell func(*Session) bool) (State, Transition) {
	if id == "" {
		return s, transition(s, s)
	}
	before := s
	at, known := slices.BinarySearchFunc(s.Sessions, id, func(one Session, id string) int { return strings.Compare(one.ID, id) })
	session := Session{ID: id}
	if known {
		session = s.Sessions[at]
		session.Refunds, session.Problems = slices.Clone(session.Refunds), slices.Clone(session.Problems)
	}
	if !tell(&session) {
		return before, transition(before, before)
	}
	session.settle()
	s.Sessions = slices.Clone(s.Sessions)
	if known {
		s.Sessions[at] = session
	} else {
		s.Sessions = slices.Insert(s.Sessions, at, session)
	}
	s.sum()
	return s, transition(before, s)
}

// sum works out what follows from all sessions together.
func (s *State) sum() {
	s.Status, s.Paid, s.Refunded, s.Problems = sdk.PaymentPending, money.Amount{}, money.Amount{}, nil
	payments := 0
	for _, one := range s.Sessions {
		if weight(one.Status) > weight(s.Status) {
			s.Status = one.Status
		}
		if !one.Paid.IsZero() {
			payments++
		}
		s.Paid, s.Refunded = added(s.Paid, one.Paid), added(s.Refunded, one.Refunded)
		s.Problems = append(s.Problems, one.Problems...)
	}
	if payments > 1 {
		s.Problems = append(s.Problems, ProblemPaidTwice)
	}
	slices.Sort(s.Problems)
	s.Problems = slices.Compact(s.Problems)
}

// added is the sum, or the first where there is none: in two currencies, or beyond any amount. More
// than one payment is a problem in any case.
func added(sum, amount money.Amount) money.Amount {
	if sum.IsZero() {
		return amount
	}
	if more, err := sum.Add(amount); err == nil {
		return more
	}
	return sum
}

// weight is how much of the buyer's money a session's status means that the merchant has.
func weight(status sdk.PaymentStatus) int {
	return slices.Index([]sdk.PaymentStatus{
		sdk.PaymentPending, sdk.PaymentExpired, sdk.PaymentFailed, sdk.PaymentRefunded, sdk.PaymentPartiallyRefunded, sdk.PaymentPaid,
	}, status)
}

func (s *Session) advance(to sdk.PaymentStatus) {
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

func (s *Session) pay(amount, expected money.Amount) {
	if amount.Sign() <= 0 {
		s.report(ProblemAmountNotPositive)
		return
	}
	if !expected.IsZero() && amount != expected {
		s.report(ProblemWrongAmount)
	}
	if !s.Paid.IsZero() && s.Paid != amount {
		s.report(ProblemAmountsDisagree)
		amount = slices.MinFunc([]money.Amount{s.Paid, amount}, compareAmounts) // whichever came first
	}
	s.Paid = amount
}

func (s *Session) refund(refund Refund) {
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
func (s *Session) settle() {
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
	if s.Returned == sdk.PaymentRefunded && s.Refunded.Minor() < s.Paid.Minor() {
		s.Refunded = s.Paid // and the refunds themselves are still to come
	}
	switch {
	case s.Refunded.Minor() > s.Paid.Minor():
		s.report(ProblemRefundExceeds)
		s.Status = sdk.PaymentRefunded
	case s.Refunded.Sign() <= 0 && s.Returned == "":
		s.Status = sdk.PaymentPaid
	case s.Refunded == s.Paid:
		s.Status = sdk.PaymentRefunded
	default:
		s.Status = sdk.PaymentPartiallyRefunded
	}
}

func (s *Session) report(problem Problem) {
	if at, known := slices.BinarySearch(s.Problems, problem); !known {
		s.Problems = slices.Insert(s.Problems, at, problem)
	}
}

// compareAmounts is an order of all amounts, so that of two that disagree the same one stays,
// whichever came first.
func compareAmounts(a, b money.Amount) int {
	return cmp.Or(cmp.Compare(a.Currency(), b.Currency()), cmp.Compare(a.Minor(), b.Minor()))
}
