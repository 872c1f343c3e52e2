package connector

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/platformtest"
)

// Tally is an invented gateway that keeps its payments in memory. It can be asked for a refund,
// which neither real gateway can, so it is a platform.Refunder.
type Tally struct {
	mu       sync.Mutex
	payments map[string]*platform.Payment // by reference
	returned map[string]int64             // minor units given back, by refund reference
	lose     bool                         // the next response
}

// Name is what the platform calls the gateway.
func (*Tally) Name() sdk.Gateway { return "tally" }

// Capability has a reason for all that Tally has no call for.
func (*Tally) Capability(operation platform.Operation) platform.Capability {
	switch operation {
	case platform.OperationPurchase, platform.OperationRepeat, platform.OperationRefund, platform.OperationRetrieve:
		return platform.Capability{Support: platform.SupportDirect}
	case platform.OperationAuthorize, platform.OperationCapture:
		return platform.Capability{Support: platform.SupportWithPurchase, Reason: "Tally authorizes and captures in one."}
	case platform.OperationVoid:
		return platform.Capability{Support: platform.SupportNone, Reason: "Tally has no call for it."}
	}
	return platform.Capability{Support: platform.SupportNone, Reason: "Tally does not know the operation."}
}

// Purchase makes a payment, or finds the one that the reference has made.
func (g *Tally) Purchase(_ context.Context, purchase platform.Purchase) (*platform.Payment, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	made, replayed := g.payments[purchase.Reference]
	switch {
	case purchase.Amount.Minor() <= 0:
		return nil, &sdk.Error{Operation: "tally.Purchase", Code: sdk.CodeValidationInvalidAmount, Message: "the amount must be more than zero"}
	case replayed && made.Amount != purchase.Amount:
		return nil, &sdk.Error{Operation: "tally.Purchase", Code: sdk.CodeIdempotencyKeyCollision, Message: "the reference is another purchase's"}
	case !replayed:
		made = &platform.Payment{
			ID: "tally_" + purchase.Reference, Reference: purchase.Reference, Amount: purchase.Amount,
			Status: platform.StatusPending, Payment: sdk.PaymentPending,
			CheckoutURL: sdk.NewSecret("https://tally.example.com/pay/" + purchase.Reference),
		}
		g.payments[purchase.Reference] = made
	}
	if g.lose {
		g.lose = false
		cause := &sdk.OutcomeUnknownError{Err: &sdk.Error{Operation: "tally.Purchase", Message: "no response"}, Advice: "ask again under the same reference"}
		return &platform.Payment{Reference: purchase.Reference, Status: platform.StatusUnknown, Amount: purchase.Amount, Cause: cause}, nil
	}
	payment := *made
	payment.Replayed = replayed
	if payment.Status != platform.StatusPending {
		payment.CheckoutURL = sdk.Secret{} // nothing can be paid there
	}
	return &payment, nil
}

// Retrieve reads a payment.
func (g *Tally) Retrieve(_ context.Context, id string) (*platform.Payment, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, payment := range g.payments {
		if payment.ID == id {
			read := *payment
			return &read, nil
		}
	}
	return nil, &sdk.Error{Operation: "tally.Retrieve", Code: sdk.CodeSessionNotFound, Message: "there is no such payment"}
}

// Refund gives back a part of a payment, once for each reference.
func (g *Tally) Refund(_ context.Context, refund platform.RefundRequest) (*platform.Refund, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var total int64
	g.returned[refund.Reference] = refund.Amount.Minor()
	for _, minor := range g.returned {
		total += minor
	}
	for _, payment := range g.payments {
		if payment.ID == refund.PaymentID && total == payment.Amount.Minor() {
			payment.Status, payment.Payment = platform.StatusRefunded, sdk.PaymentRefunded
		}
	}
	return &platform.Refund{ID: "refund_" + refund.Reference, Amount: refund.Amount}, nil
}

// become is what a buyer does.
func (g *Tally) become(payment sdk.PaymentStatus) func(*platform.Payment) {
	return func(made *platform.Payment) {
		g.mu.Lock()
		defer g.mu.Unlock()
		for _, kept := range g.payments {
			if kept.ID == made.ID {
				kept.Status, kept.Payment = platform.StatusOf(payment), payment
			}
		}
	}
}

// NewTally makes the gateway and its world, in which a read tells where a payment stands.
func NewTally(t *testing.T) platformtest.World {
	t.Helper()
	g := &Tally{payments: map[string]*platform.Payment{}, returned: map[string]int64{}}
	return platformtest.World{
		Gateway:      g,
		Purchase:     platform.Purchase{Amount: money.Minor(500, "EUR")},
		Pay:          g.become(sdk.PaymentPaid),
		Decline:      g.become(sdk.PaymentFailed),
		Expire:       g.become(sdk.PaymentExpired),
		LoseResponse: func() { g.lose = true },
		Refund: func(payment *platform.Payment, amount money.Amount) {
			_, err := g.Refund(t.Context(), platform.RefundRequest{PaymentID: payment.ID, Amount: amount, Reference: fmt.Sprint(amount)})
			require.NoError(t, err)
		},
		Told: func(payment *platform.Payment) platform.Status {
			read, err := g.Retrieve(t.Context(), payment.ID)
			require.NoError(t, err)
			return read.Status
		},
	}
}
