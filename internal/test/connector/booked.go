package connector

import (
	"context"
	"errors"

	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
)

// tenant is who pays through the worlds of this package, under a name that has to be escaped.
const tenant = "acme/1"

// booked is a tenant's gateway behind its charges: the reference of a purchase is the order of a
// charge. What charges remember can be repeated at every gateway.
type booked struct {
	platform.Gateway
	book  *charges.Book
	store charges.Store
}

// behindCharges has the methods that the gateway has.
func behindCharges(gateway platform.Gateway, book *charges.Book, store charges.Store) platform.Gateway {
	b := booked{gateway, book, store}
	retriever, retrieves := gateway.(platform.Retriever)
	refunder, refunds := gateway.(platform.Refunder)
	switch {
	case retrieves && refunds:
		return struct {
			booked
			platform.Retriever
			platform.Refunder
		}{b, retriever, refunder}
	case retrieves:
		return struct {
			booked
			platform.Retriever
		}{b, retriever}
	}
	return b
}

func (b booked) Capability(operation platform.Operation) platform.Capability {
	if operation == platform.OperationRepeat {
		return platform.Capability{Support: platform.SupportDirect}
	}
	return b.Gateway.Capability(operation)
}

func (b booked) Purchase(ctx context.Context, purchase platform.Purchase) (*platform.Payment, error) {
	order := purchase.Reference
	before, err := b.store.Load(ctx, tenant, order)
	if err != nil && !errors.Is(err, charges.ErrNotFound) {
		return nil, err
	}
	charge, err := b.book.Pay(ctx, tenant, order, purchase)
	unknown := charge.Status() == platform.StatusUnknown
	if err != nil && (!unknown || platform.HandlingOf(err) != platform.HandlingResume) {
		return nil, err
	}
	made := charge.Current()
	payment := &platform.Payment{
		ID: made.PaymentID, Reference: order, Status: charge.Status(), Payment: charge.State.Status, Amount: charge.Amount,
		Replayed: before.Current().Made(), Cause: err,
	}
	if payment.Status == platform.StatusPending {
		payment.CheckoutURL = made.CheckoutURL
	}
	return payment, nil
}
