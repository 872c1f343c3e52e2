package tenants

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// An Entry is a line of an audit log: who was changed, and what. It has no secret. Who made the
// change the caller knows, by the context.
type Entry struct {
	At      time.Time
	Tenant  string
	Action  Action
	Kind    Kind  // of the credential that was rotated or revoked; empty otherwise
	Version int64 // of the tenant, after the change
}

// An Action is what was done to a tenant.
type Action string

// The actions.
const (
	ActionAdded      Action = "added"
	ActionRotated    Action = "rotated"
	ActionRevoked    Action = "revoked" // the credential before the last rotation
	ActionOffboarded Action = "offboarded"
	ActionReturned   Action = "returned" // after it had left
	ActionSealed     Action = "sealed"   // stored again as it is, with the present key of the cipher
)

// Add stores a new tenant. One that is there already is [ErrConflict], and a merchant ID of another
// tenant [ErrMerchantTaken].
func (d *Directory) Add(ctx context.Context, tenant Tenant) error {
	if err := tenant.check(); err != nil {
		return err
	}
	tenant.Version = 1
	err := d.save(ctx, tenant.clone(), ActionAdded, "")
	switch {
	case errors.Is(err, ErrConflict):
		return fmt.Errorf("%w: %s is there already: Rotate changes its credentials, and Return takes back one that has left", err, tenant.ID)
	case errors.Is(err, ErrMerchantTaken):
		return fmt.Errorf("%w: %s at %s cannot be that of %s", err, tenant.MerchantID, tenant.Gateway, tenant.ID)
	}
	return err
}

// Rotate gives a tenant another credential of a kind. The one before is accepted for [Grace], and
// the one before that no more. Rotate it at the gateway first: calls are made with the new one at
// once.
//
// A tenant goes live with a live credential in place of a test one, which is not accepted any more.
// The other way is an error: orders would be shipped that were paid with test cards.
func (d *Directory) Rotate(ctx context.Context, tenant string, kind Kind, next sdk.Secret) (Tenant, error) {
	if err := kind.check(tenant, next); err != nil {
		return Tenant{}, err
	}
	return d.change(ctx, tenant, ActionRotated, kind, func(t *Tenant) (bool, error) {
		if err := kind.belongs(*t); err != nil {
			return false, err
		}
		before := t.Credentials[kind]
		switch {
		case before.Current.Equal(next):
			return false, nil
		case modeOf(before.Current) == sdk.ModeLive && modeOf(next) == sdk.ModeTest:
			return false, fmt.Errorf("tenants: the %s of %s is live, and a test one cannot follow it: add another tenant for tests", kind, t.ID)
		}
		if t.Credentials == nil {
			t.Credentials = Credentials{}
		}
		t.Credentials[kind] = before.rotated(next, d.time())
		return true, nil
	})
}

// Revoke ends the time in which the credential before a rotation is accepted, because it has
// leaked: whoever has an API key of Vora could sign events with it until then. Rotate it first, at
// the gateway and here.
func (d *Directory) Revoke(ctx context.Context, tenant string, kind Kind) (Tenant, error) {
	return d.change(ctx, tenant, ActionRevoked, kind, func(t *Tenant) (bool, error) {
		if err := kind.belongs(*t); err != nil {
			return false, err
		}
		credential := t.Credentials[kind]
		if credential.Previous.IsZero() {
			return false, nil
		}
		t.Credentials[kind] = Credential{Current: credential.Current}
		return true, nil
	})
}

// Offboard ends the business with a tenant: no purchase begins any more, in other processes within
// [WithMaxAge]. A page that is open can still be paid. The tenant stays in the store with its
// credentials, by which the events of late payments and refunds are verified; they carry
// Offboarded.
func (d *Directory) Offboard(ctx context.Context, tenant string) (Tenant, error) {
	return d.change(ctx, tenant, ActionOffboarded, "", func(t *Tenant) (bool, error) {
		left := t.HasLeft()
		if !left {
			t.Offboarded = d.time()
		}
		return !left, nil
	})
}

// Return takes a tenant back that has left.
func (d *Directory) Return(ctx context.Context, tenant string) (Tenant, error) {
	return d.change(ctx, tenant, ActionReturned, "", func(t *Tenant) (bool, error) {
		left := t.HasLeft()
		t.Offboarded = time.Time{}
		return left, nil
	})
}

// Reseal stores every tenant once more, so that a store with encryption seals it with the first key
// of its cipher. When it has returned without an error, no tenant needs the other keys any more.
func (d *Directory) Reseal(ctx context.Context) error {
	const page = 100
	for after := ""; ; {
		ids, err := d.store.IDs(ctx, after, page)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if _, err := d.change(ctx, id, ActionSealed, "", func(*Tenant) (bool, error) { return true, nil }); err != nil {
				return fmt.Errorf("tenants: seal %s again: %w", id, err)
			}
		}
		if len(ids) < page {
			return nil
		}
		after = ids[len(ids)-1]
	}
}

// maxConflicts is how often a change is tried again because somebody else was faster.
const maxConflicts = 100

// change loads a tenant from the store, changes it and stores it, again from the beginning when
// somebody else has stored it in between.
func (d *Directory) change(ctx context.Context, id string, action Action, kind Kind, apply func(*Tenant) (changed bool, err error)) (Tenant, error) {
	for range maxConflicts {
		tenant, err := d.store.Load(ctx, id)
		if err != nil {
			return tenant, naming(id, err)
		}
		if changed, err := apply(&tenant); err != nil || !changed {
			return tenant, err
		}
		tenant.Version++
		if err := d.save(ctx, tenant, action, kind); !errors.Is(err, ErrConflict) {
			return tenant, err
		}
	}
	return Tenant{}, ErrConflict
}

func (d *Directory) save(ctx context.Context, tenant Tenant, action Action, kind Kind) error {
	asked := d.now()
	if err := d.store.Save(ctx, tenant); err != nil {
		return err
	}
	d.cache.put(tenant.clone(), asked)
	d.audit(ctx, Entry{At: d.time(), Tenant: tenant.ID, Action: action, Kind: kind, Version: tenant.Version})
	return nil
}

// time is the time as it is after it was stored.
func (d *Directory) time() time.Time { return d.now().Round(0).UTC() }
