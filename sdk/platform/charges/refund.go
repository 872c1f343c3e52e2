package charges

import (
	"context"
	"errors"
	"fmt"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
)

// A Refund is money to give back, or that was given back.
type Refund struct {
	Reference string       `json:"reference,omitempty"` // the platform's name for what it asked for; empty when it did not ask
	ID        string       `json:"id,omitempty"`        // the gateway's; empty until an event said that it was made
	Amount    money.Amount `json:"amount"`              // more than zero
	Status    RefundStatus `json:"status"`
}

// A RefundStatus is where a refund stands.
type RefundStatus string

// The statuses of refunds.
const (
	// RefundAwaitingUpstream means that the platform wants it, and that nobody has asked the
	// gateway: somebody has to make it there, for example in the merchant's dashboard.
	RefundAwaitingUpstream RefundStatus = "awaiting_upstream"

	RefundSucceeded RefundStatus = "succeeded" // an event said that it was made
	RefundUnmatched RefundStatus = "unmatched" // an event said that it was made, and nobody had asked for it
	RefundWithdrawn RefundStatus = "withdrawn" // the platform wants it no longer
)

// ErrNotRefundable means that a charge has not been paid, or that less is left of it than is to be
// given back.
var ErrNotRefundable = errors.New("charges: the charge cannot be refunded by that much")

// RequestRefund keeps that a part of a charge is to be given back. Nothing is asked of a gateway:
// it awaits that somebody makes the refund there, and is matched with the event of one, by amount
// and in the order of arrival. The same request under the same reference is kept once; with another
// amount it is [sdk.CodeIdempotencyKeyCollision]. A refund that was made before it was requested
// stays unmatched: it may be another one.
//
// Where nobody can give money back, and no event would tell, as at VisionScope, it is
// [errors.ErrUnsupported], with the gateway's reason: the request would be kept for good.
func (b *Book) RequestRefund(ctx context.Context, tenant, order, reference string, amount money.Amount) (Charge, error) {
	if reference == "" {
		return Charge{}, errors.New("charges: a refund needs a reference, by which the same request is known")
	}
	return b.update(ctx, b.load(tenant, order), func(c *Charge) error {
		for _, refund := range c.Refunds {
			switch {
			case refund.Reference == reference && refund.Amount != amount:
				return &sdk.Error{
					Operation: "charges.RequestRefund", Code: sdk.CodeIdempotencyKeyCollision, CodeAssigned: true,
					Message: fmt.Sprintf("the refund %q of %v is kept already, and this one is %v (nothing was stored)", reference, refund.Amount, amount),
					Fix:     "Give each refund a reference of its own.",
				}
			case refund.Reference == reference:
				return errUnchanged
			}
		}
		at := c.paidAt()
		if refunds, _ := platform.CapabilityOf(at, platform.OperationRefund); refunds.Support == platform.SupportNone {
			return &platform.UnsupportedError{Gateway: at, Operation: platform.OperationRefund, Capability: refunds}
		}
		if left := c.Refundable(); amount.Minor() <= 0 || amount.Currency() != left.Currency() || amount.Minor() > left.Minor() {
			return fmt.Errorf("%w: %v of the %s charge %s of %s, of which %s is left", ErrNotRefundable, amount, c.Status(), c.Order, c.Tenant, left)
		}
		c.Refunds = append(c.Refunds, Refund{Reference: reference, Amount: amount, Status: RefundAwaitingUpstream})
		return nil
	})
}

// paidAt is the gateway of the payment with the most money left, or of the largest one when nothing
// is left. It need not be that of the current attempt: the tenant may have come to another gateway,
// and the buyer paid late. When nothing was paid it is that of the current attempt.
func (c Charge) paidAt() sdk.Gateway {
	var mostLeft, mostPaid int64
	at := c.Current().Gateway
	for _, session := range c.State.Sessions {
		paid := session.Paid.Minor()
		left := paid - session.Refunded.Minor()
		if left < mostLeft || left == mostLeft && paid <= mostPaid {
			continue
		}
		for _, a := range c.Attempts {
			if a.PaymentID == session.ID {
				mostLeft, mostPaid, at = left, paid, a.Gateway
			}
		}
	}
	return at
}

// Refundable is how much of a charge can still be asked to be given back: what was paid, without
// what was given back and what was asked for. It has the payment's currency, and is the zero amount
// of a charge that was not paid.
func (c Charge) Refundable() money.Amount {
	left := c.State.Paid.Minor() - c.State.Refunded.Minor()
	for _, refund := range c.Refunds {
		if refund.Status == RefundAwaitingUpstream {
			left -= refund.Amount.Minor()
		}
	}
	return money.Minor(max(left, 0), c.State.Paid.Currency())
}

// WithdrawRefund ends a request that nobody has carried out, for example because the money was
// given back in another way. A request that is not there is [ErrNotFound]; one that has ended stays
// as it is.
func (b *Book) WithdrawRefund(ctx context.Context, tenant, order, reference string) (Charge, error) {
	return b.update(ctx, b.load(tenant, order), func(c *Charge) error {
		for i := range c.Refunds {
			r := &c.Refunds[i]
			switch {
			case reference == "" || r.Reference != reference:
			case r.Status == RefundAwaitingUpstream:
				r.Status = RefundWithdrawn
				return nil
			default:
				return errUnchanged
			}
		}
		return fmt.Errorf("%w with the refund %q", ErrNotFound, reference)
	})
}

// match enters the refunds that the state has and the charge does not: each belongs to the first
// request of that amount that waits, or to nobody.
func (c *Charge) match() {
	for _, session := range c.State.Sessions {
		for _, made := range session.Refunds {
			if !c.hasRefund(made.ID) {
				c.enter(Refund{ID: made.ID, Amount: made.Amount})
			}
		}
	}
}

func (c *Charge) hasRefund(id string) bool {
	for _, refund := range c.Refunds {
		if refund.ID == id {
			return true
		}
	}
	return false
}

func (c *Charge) enter(made Refund) {
	for i := range c.Refunds {
		if r := &c.Refunds[i]; r.Status == RefundAwaitingUpstream && r.Amount == made.Amount {
			r.ID, r.Status = made.ID, RefundSucceeded
			return
		}
	}
	made.Status = RefundUnmatched
	c.Refunds = append(c.Refunds, made)
}
