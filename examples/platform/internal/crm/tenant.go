package crm

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Tenant is a merchant of the platform, as it is registered.
type Tenant struct {
	ID         string // in addresses: "acme"
	Name       string
	MerchantID string // the gateway's, in Vora's events

	VoraKey           sdk.Secret // vp_sk_…
	VoraSessionSecret sdk.Secret // ss_…
	VisionScopeKey    sdk.Secret // vsk_…
}

// A tenant is one that is stored.
type tenant struct {
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	MerchantID  string      `json:"merchantId"`
	Left        time.Time   `json:"left,omitzero"` // when it was offboarded
	Credentials credentials `json:"credentials"`
}

// HasLeft reports whether it was offboarded: it takes no payments any more, and its credentials are
// kept for the events of late refunds.
func (t tenant) HasLeft() bool { return !t.Left.IsZero() }

// errNoTenant means that the platform has no such tenant.
var errNoTenant = errors.New("crm: there is no such tenant")

// tenantTable is the tenants.
type tenantTable struct{ db queryer }

func (t tenantTable) byID(ctx context.Context, id string) (tenant, error) {
	return t.one(ctx, "SELECT document FROM crm_tenants WHERE id = $1", id)
}

func (t tenantTable) byMerchant(ctx context.Context, merchantID string) (tenant, error) {
	return t.one(ctx, "SELECT document FROM crm_tenants WHERE merchant_id = $1", merchantID)
}

func (t tenantTable) one(ctx context.Context, query, id string) (found tenant, err error) {
	var document []byte
	switch err := t.db.QueryRowContext(ctx, query, id).Scan(&document); {
	case errors.Is(err, sql.ErrNoRows):
		return tenant{}, errNoTenant
	case err != nil:
		return tenant{}, err
	}
	return found, json.Unmarshal(document, &found)
}

// all are the tenants by name.
func (t tenantTable) all(ctx context.Context) (list []tenant, err error) {
	rows, err := t.db.QueryContext(ctx, "SELECT document FROM crm_tenants ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var document []byte
		var next tenant
		if err := rows.Scan(&document); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(document, &next); err != nil {
			return nil, err
		}
		list = append(list, next)
	}
	return list, rows.Err()
}

func (t tenantTable) save(ctx context.Context, changed tenant) error {
	document, err := json.Marshal(changed)
	if err != nil {
		return err
	}
	_, err = t.db.ExecContext(ctx, `INSERT INTO crm_tenants (id, merchant_id, document) VALUES ($1, $2, $3)
ON CONFLICT (id) DO UPDATE SET merchant_id = excluded.merchant_id, document = excluded.document`, changed.ID, changed.MerchantID, string(document))
	return err
}

// register stores a tenant with the credentials that it has at the gateways now. One that is there
// keeps that it has left; credentials that are new to it are a rotation.
func (c *CRM) register(ctx context.Context, t Tenant) error {
	return c.change(ctx, t.ID, func(stored *tenant) error {
		stored.ID, stored.Name, stored.MerchantID = t.ID, t.Name, t.MerchantID
		for kind, secret := range map[credentialKind]sdk.Secret{
			voraKey: t.VoraKey, voraSession: t.VoraSessionSecret, visionScopeKey: t.VisionScopeKey,
		} {
			if err := c.rotate(stored, kind, secret); err != nil {
				return fmt.Errorf("crm: the %s of %s: %w", kind.Title(), t.ID, err)
			}
		}
		return nil
	})
}

// change changes a tenant, or makes it.
func (c *CRM) change(ctx context.Context, id string, change func(*tenant) error) error {
	return c.db.transact(ctx, func(tx *sql.Tx) error {
		table := tenantTable{tx}
		if _, err := tx.ExecContext(ctx, "UPDATE crm_tenants SET id = id WHERE id = $1", id); err != nil { // locks the row
			return err
		}
		t, err := table.byID(ctx, id)
		if err != nil && !errors.Is(err, errNoTenant) {
			return err
		}
		if err := change(&t); err != nil {
			return err
		}
		return table.save(ctx, t)
	})
}

// rotate gives a tenant a new credential, unless it is the one that it has.
func (c *CRM) rotate(t *tenant, kind credentialKind, secret sdk.Secret) error {
	if err := kind.check(secret.Reveal(), c.options); err != nil {
		return err
	}
	for _, has := range t.Credentials.valid(kind, c.Now()) {
		known, err := has.open(c.cipher, t.ID)
		if err != nil {
			return err
		}
		if has.Current() && known.Reveal() == secret.Reveal() {
			return nil
		}
	}
	next, err := sealed(c.cipher, t.ID, kind, secret, c.Now())
	if err != nil {
		return err
	}
	t.Credentials = t.Credentials.rotated(next, c.Now())
	return nil
}

// secrets are the valid ones of a kind, the current one first.
func (c *CRM) secrets(t tenant, kind credentialKind) ([]sdk.Secret, error) {
	var all []sdk.Secret
	for _, valid := range t.Credentials.valid(kind, c.Now()) {
		secret, err := valid.open(c.cipher, t.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, secret)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("crm: %s has no %s", t.ID, kind.Title())
	}
	return all, nil
}
