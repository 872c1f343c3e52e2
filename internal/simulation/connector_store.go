package simulation

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
)

// chargeStore is the charges as a process reaches them.
type chargeStore struct{ process *process }

func (s *chargeStore) charges() charges.Store { return s.process.shop.db.Charges() }

func (s *chargeStore) find(ctx context.Context, what string, find func() (charges.Charge, error)) (charge charges.Charge, err error) {
	err = s.process.step(ctx, what, func() (err error) { charge, err = find(); return err })
	return charge, err
}

func (s *chargeStore) Load(ctx context.Context, tenant, order string) (charges.Charge, error) {
	return s.find(ctx, "charge", func() (charges.Charge, error) { return s.charges().Load(ctx, tenant, order) })
}

func (s *chargeStore) ByPayment(ctx context.Context, tenant string, gateway sdk.Gateway, id string) (charges.Charge, error) {
	return s.find(ctx, "charge of a payment", func() (charges.Charge, error) { return s.charges().ByPayment(ctx, tenant, gateway, id) })
}

func (s *chargeStore) ByReference(ctx context.Context, tenant, reference string) (charges.Charge, error) {
	return s.find(ctx, "charge of a reference", func() (charges.Charge, error) { return s.charges().ByReference(ctx, tenant, reference) })
}

// Open gives those that wait equally long an order of its own, which no store promises.
func (s *chargeStore) Open(ctx context.Context, before time.Time, limit int) (open []charges.Charge, err error) {
	err = s.process.step(ctx, "open charges", func() (err error) { open, err = s.charges().Open(ctx, before, limit); return err })
	slices.SortFunc(open, func(a, b charges.Charge) int {
		return cmp.Or(a.Due().Compare(b.Due()), cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Order, b.Order))
	})
	return open, err
}

func (s *chargeStore) Save(ctx context.Context, charge charges.Charge) error {
	w := s.process.shop.w
	charge.Refunds = slices.Clone(charge.Refunds)
	switch {
	case w.makes(mistakeShowsUnstored) && charge.Current().Made() && len(charge.State.Sessions) == 0:
		return nil
	case w.makes(mistakeDropsUnmatched):
		charge.Refunds = slices.DeleteFunc(charge.Refunds, func(r charges.Refund) bool { return r.Status == charges.RefundUnmatched })
	case w.makes(mistakeSettlesRefunds):
		for i := range charge.Refunds {
			if r := &charge.Refunds[i]; r.Status == charges.RefundAwaitingUpstream {
				r.Status = charges.RefundSucceeded
			}
		}
	}
	return s.process.step(ctx, "store charge", func() error {
		err := s.charges().Save(ctx, charge)
		if err == nil {
			w.checkRefundsMade(charge)
		}
		return err
	})
}
