package charges

import (
	"context"
	"errors"
	"fmt"

	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// errUnchanged ends an update that has nothing to store.
var errUnchanged = errors.New("charges: nothing to store")

// maxConflicts is how often an update is tried again because somebody else was faster.
const maxConflicts = 100

type loader func(ctx context.Context) (Charge, error)

// update loads a charge, changes it and stores it, again from the beginning when somebody else has
// stored it in between.
func (b *Book) update(ctx context.Context, load loader, change func(*Charge) error) (Charge, error) {
	for range maxConflicts {
		charge, err := load(ctx)
		if err != nil {
			return Charge{}, err
		}
		from := platform.Status("")
		if charge.Version > 0 {
			from = charge.Status()
		}
		switch err := change(&charge); {
		case errors.Is(err, errUnchanged):
			return charge, nil
		case err != nil:
			return charge, err
		}
		charge.Version++
		switch err := b.store.Save(ctx, charge); {
		case err == nil:
			b.record(ctx, from, charge)
			return charge, nil
		case !errors.Is(err, ErrConflict):
			return charge, err
		}
	}
	return Charge{}, ErrConflict
}

func (b *Book) load(tenant, order string) loader {
	return func(ctx context.Context) (Charge, error) {
		charge, err := b.store.Load(ctx, tenant, order)
		return charge, naming(tenant, order, err)
	}
}

// naming says whose charge it is that is not there.
func naming(tenant, order string, err error) error {
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("%w of the order %q of %s: Pay begins one", err, order, tenant)
	}
	return err
}

// loadOr is a new charge when there is none, whose attempt is still to be filled in.
func (b *Book) loadOr(tenant, order string) loader {
	return func(ctx context.Context) (Charge, error) {
		charge, err := b.store.Load(ctx, tenant, order)
		if errors.Is(err, ErrNotFound) {
			return Charge{Tenant: tenant, Order: order, Attempts: make([]Attempt, 1)}, nil
		}
		return charge, err
	}
}

// loadOf is the charge of an event: of its payment, or of its reference while the payment is not
// stored.
func (b *Book) loadOf(tenant string, event webhooks.Event) loader {
	info := event.Info()
	return func(ctx context.Context) (Charge, error) {
		charge, err := b.store.ByPayment(ctx, tenant, info.Scheme.Gateway(), info.SessionID)
		reference := platform.ReferenceOf(event)
		if errors.Is(err, ErrNotFound) && reference != "" {
			charge, err = b.store.ByReference(ctx, tenant, reference)
		}
		if errors.Is(err, ErrNotFound) {
			return charge, fmt.Errorf("%w of the payment %q, with the reference %q, of %s", err, info.SessionID, reference, tenant)
		}
		return charge, err
	}
}
