package charges

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk/platform"
)

// Check asks the gateway where the payments of a charge stand, for example for a buyer who returns
// before the event has come, and enters what it says as an event would be. The charge of an order
// that is not there is [ErrNotFound]. One whose gateway cannot be asked, or has made no page, stays
// as it is, without an error: only events tell.
//
// An error with a charge is why some payment could not be read; the charge is as far as it is
// known.
func (b *Book) Check(ctx context.Context, tenant, order string) (Charge, error) {
	charge, err := b.load(tenant, order)(ctx)
	if err != nil {
		return Charge{}, err
	}
	gateway, err := b.gateways(ctx, tenant)
	if err != nil || !slices.ContainsFunc(charge.Attempts, func(a Attempt) bool { return a.canBeAsked(gateway) }) {
		return charge, err
	}
	now, _, err := b.reread(ctx, charge)
	if now.Version == 0 { // it could not be stored
		return charge, err
	}
	return now, err
}

// A Swept is what a sweep has found. The charges are as they were when each was read, and a sweep
// takes as long as the gateways' limits want: load a charge again in the transaction that ships.
type Swept struct {
	Changed []Charge // those with another status than before: act on them as on an event
	Silent  []Charge // those whose current attempt nobody can be asked about: the gateway cannot be read, or has made no page
}

// Sweep asks the gateways about charges that have been pending since before a time, for example
// because an event never came, and enters what they say as an event would be. Charges that were
// asked about come last in the next sweep.
//
// Give the book of a sweep gateways whose clients have sdk.WithBackground, so that it takes no
// buyer's turn.
func (b *Book) Sweep(ctx context.Context, before time.Time, limit int) (Swept, error) {
	if limit < 1 {
		return Swept{}, fmt.Errorf("charges: a sweep of %d charges asks about nothing: it needs a limit of 1 or more", limit)
	}
	open, err := b.store.Open(ctx, before, limit)
	if err != nil {
		return Swept{}, err
	}
	var found Swept
	var failures []error
	for _, charge := range open {
		if ctx.Err() != nil {
			failures = append(failures, fmt.Errorf("charges: the sweep ended early, the next one goes on: %w", context.Cause(ctx)))
			break
		}
		now, asked, err := b.reread(ctx, charge)
		switch {
		case err != nil:
			failures = append(failures, fmt.Errorf("charges: the charge of %s of %s: %w", charge.Order, charge.Tenant, err))
		case !asked:
			found.Silent = append(found.Silent, charge)
		}
		if now.Version > charge.Version && now.Status() != charge.Status() {
			found.Changed = append(found.Changed, now)
		}
	}
	return found, errors.Join(failures...)
}

// reread asks about the payments of all attempts: an earlier one may have been paid late. What
// cannot be read of one keeps no other from being read. asked is about the current attempt.
func (b *Book) reread(ctx context.Context, charge Charge) (now Charge, asked bool, err error) {
	var failures []error
	gateway, err := b.gateways(ctx, charge.Tenant)
	if err != nil {
		failures = append(failures, err)
	}
	var payments []*platform.Payment
	for i, attempt := range charge.Attempts {
		if !attempt.canBeAsked(gateway) {
			continue
		}
		payment, err := gateway.(platform.Retriever).Retrieve(ctx, attempt.PaymentID)
		if err == nil && payment.ID != attempt.PaymentID {
			err = fmt.Errorf("charges: %s was asked about a payment, and responded with another one", attempt.Gateway)
		}
		if err != nil {
			failures = append(failures, err)
			continue
		}
		payments, asked = append(payments, payment), i == len(charge.Attempts)-1
	}
	stored, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeFor) // what was read is not lost
	defer cancel()
	now, err = b.update(stored, b.load(charge.Tenant, charge.Order), func(c *Charge) error {
		c.Asked = b.time()
		for _, payment := range payments {
			c.read(payment)
		}
		return nil
	})
	return now, asked, errors.Join(append(failures, err)...)
}
