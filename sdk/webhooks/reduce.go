package webhooks

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// An OrderStatus is how far a purchase has come.
type OrderStatus string

// The statuses, in the order in which they replace one another; nothing ever goes back.
const (
	OrderPending           OrderStatus = ""                   // nothing that decides has been heard
	OrderExpired           OrderStatus = "expired"            // it ended without a payment
	OrderFailed            OrderStatus = "failed"             // the buyer tried, and did not pay
	OrderPaid              OrderStatus = "paid"               // the buyer paid, whatever else was reported
	OrderPartiallyRefunded OrderStatus = "partially_refunded" // a part was given back
	OrderRefunded          OrderStatus = "refunded"           // all of it was
)

// rank is how late a status comes.
func (s OrderStatus) rank() int {
	return slices.Index([]OrderStatus{OrderPending, OrderExpired, OrderFailed, OrderPaid, OrderPartiallyRefunded, OrderRefunded}, s)
}

// An OrderState is what is known about one purchase. It is a plain value that can be kept as JSON; start with the zero
// value, or with what the order expects.
type OrderState struct {
	SessionID string       `json:"sessionId,omitempty"` // events of other sessions are none of its business
	Expected  money.Amount `json:"expected,omitzero"`   // what the order costs; when set, another payment is a problem

	Status   OrderStatus    `json:"status,omitempty"`
	Paid     money.Amount   `json:"paid,omitzero"`
	Refunded money.Amount   `json:"refunded,omitzero"` // the sum of the refunds, from the payment on
	Refunds  []Refund       `json:"refunds,omitempty"` // each once, by id; those too that came before the payment
	Problems []OrderProblem `json:"problems,omitempty"`
}

// A Refund is money that was given back.
type Refund struct {
	ID     string       `json:"id"` // the gateway's, or the event's dedupe key when it sent none
	Amount money.Amount `json:"amount"`
}

// An OrderProblem is something about a purchase that a person should look at.
type OrderProblem string

// The problems.
const (
	WrongAmount     OrderProblem = "wrong_amount"     // paid was not what the order expects
	AmountsDisagree OrderProblem = "amounts_disagree" // two events tell the same payment or refund differently
	RefundCurrency  OrderProblem = "refund_currency"  // a refund in another currency than the payment; it is not in the sum
	RefundExceeds   OrderProblem = "refund_exceeds"   // more was given back than paid
)

// MayShip tells whether the purchase is paid, as expected, and none of it given back.
func (s OrderState) MayShip() bool { return s.Status == OrderPaid && len(s.Problems) == 0 }

// Reduce is the state after one more event. Events may come in any order and more than once: the same events always end
// in the same state. What is paid never becomes failed or expired; a refund that comes before its payment waits for it;
// each refund counts once. Events that say nothing about a purchase leave the state as it is: webhooks v2, whose data is
// raw, and Unknown.
//
// Read, reduce and write the state in one transaction; two deliveries can be worked on at the same time.
func Reduce(state OrderState, event Event) OrderState {
	if event == nil {
		return state
	}
	info := event.Info()
	if state.SessionID != "" && info.SessionID != state.SessionID {
		return state
	}
	state.Refunds, state.Problems = slices.Clone(state.Refunds), slices.Clone(state.Problems)
	switch event := event.(type) {
	case *SessionSucceeded, *PaymentSucceeded:
		state.pay(info.Amount)
	case *SessionFailed, *PaymentFailed:
		state.advance(OrderFailed)
	case *SessionExpired:
		state.advance(OrderExpired)
	case *RefundCreated:
		state.refund(Refund{ID: cmp.Or(event.RefundID, info.DedupeKey), Amount: info.Amount})
	case *VoraV2Event, *UnknownEvent:
		return state
	}
	state.SessionID = info.SessionID
	state.settle()
	return state
}

func (s *OrderState) advance(to OrderStatus) {
	if to.rank() > s.Status.rank() {
		s.Status = to
	}
}

func (s *OrderState) pay(amount money.Amount) {
	if !s.Expected.IsZero() && amount != s.Expected {
		s.report(WrongAmount)
	}
	if !s.Paid.IsZero() && s.Paid != amount {
		s.report(AmountsDisagree)
		amount = slices.MinFunc([]money.Amount{s.Paid, amount}, compareAmounts) // whichever came first
	}
	s.Paid = amount
	s.advance(OrderPaid)
}

func (s *OrderState) refund(refund Refund) {
	at, known := slices.BinarySearchFunc(s.Refunds, refund.ID, func(r Refund, id string) int { return strings.Compare(r.ID, id) })
	switch {
	case !known:
		s.Refunds = slices.Insert(s.Refunds, at, refund)
	case s.Refunds[at].Amount != refund.Amount:
		s.report(AmountsDisagree)
		s.Refunds[at].Amount = slices.MaxFunc([]money.Amount{s.Refunds[at].Amount, refund.Amount}, compareAmounts)
	}
}

// settle works out what follows from the payment and the refunds together, from the start each time, so that it does not
// matter in which order they came.
func (s *OrderState) settle() {
	if s.Paid.IsZero() {
		return
	}
	s.Problems = slices.DeleteFunc(s.Problems, func(p OrderProblem) bool { return p == RefundCurrency || p == RefundExceeds })
	s.Refunded = money.Minor(0, s.Paid.Currency())
	for _, r := range s.Refunds {
		sum, err := s.Refunded.Add(r.Amount)
		switch {
		case r.Amount.Currency() != s.Paid.Currency():
			s.report(RefundCurrency)
		case err != nil: // more than any amount can be
			s.report(RefundExceeds)
		default:
			s.Refunded = sum
		}
	}
	switch {
	case s.Refunded.Minor() > s.Paid.Minor():
		s.report(RefundExceeds)
		s.Status = OrderRefunded
	case s.Refunded.Sign() <= 0:
		s.Status = OrderPaid
	case s.Refunded == s.Paid:
		s.Status = OrderRefunded
	default:
		s.Status = OrderPartiallyRefunded
	}
	if len(s.Problems) == 0 {
		s.Problems = nil
	}
}

func (s *OrderState) report(problem OrderProblem) {
	if at, known := slices.BinarySearch(s.Problems, problem); !known {
		s.Problems = slices.Insert(s.Problems, at, problem)
	}
}

// compareAmounts is an order of all amounts, so that of two that disagree the same one stays, whichever came first.
func compareAmounts(a, b money.Amount) int {
	return cmp.Or(cmp.Compare(a.Currency(), b.Currency()), cmp.Compare(a.Minor(), b.Minor()))
}
