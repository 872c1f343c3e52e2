package sqltenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/hostedpay/hostedpay-go/internal/versioned"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

// kind is what the tables have.
var kind = versioned.Kind{
	Name: "tenant", Package: "sqltenants", Table: "hostedpay_tenants",
	NotFound: tenants.ErrNotFound, Conflict: tenants.ErrConflict, Taken: tenants.ErrMerchantTaken,
}

// A Store is a [tenants.Store] in two tables of a database. Safe for concurrent use by any number
// of processes.
type Store struct {
	documents *versioned.Store
	cipher    platform.Cipher
}

// An Option changes a store.
type Option func(*options)

type options struct{ table string }

// WithTable names the table; the default is hostedpay_tenants. There is a second one, whose name
// ends in _names. A name has lower-case letters, digits and underscores, 48 at the maximum.
func WithTable(name string) Option { return func(o *options) { o.table = name } }

func tableOf(opts []Option) string {
	o := options{kind.Table}
	for _, apply := range opts {
		apply(&o)
	}
	return o.table
}

// New makes a store over a database. The cipher seals credentials.
func New(db *sql.DB, d sqlstore.Dialect, cipher platform.Cipher, opts ...Option) (*Store, error) {
	if db == nil || cipher == nil {
		return nil, errors.New("sqltenants: a store needs a database and a cipher")
	}
	documents, err := versioned.New(&kind, db, d, tableOf(opts))
	if err != nil {
		return nil, err
	}
	return &Store{documents, cipher}, nil
}

// Schema is what makes the tables, in SQL, for your own migrations: statements that do nothing when
// the tables are there.
func Schema(dialect sqlstore.Dialect, opts ...Option) (string, error) {
	return versioned.Schema(&kind, dialect, tableOf(opts))
}

// Migrate makes the tables if they are not there. Several processes may do so at once.
func (s *Store) Migrate(ctx context.Context) error { return s.documents.Migrate(ctx) }

// Save stores the next version of a tenant.
func (s *Store) Save(ctx context.Context, tenant tenants.Tenant) error {
	encoded, err := s.encode(tenant)
	if err != nil {
		return err
	}
	document := versioned.Document{Hash: tenantHash(tenant.ID), Version: tenant.Version, Body: encoded}
	if tenant.MerchantID != "" {
		document.Names = []string{merchantHash(tenant.Gateway, tenant.MerchantID)}
	}
	return s.documents.Save(ctx, document)
}

// Load finds a tenant.
func (s *Store) Load(ctx context.Context, id string) (tenants.Tenant, error) {
	tenant, err := s.one(s.documents.Load(ctx, tenantHash(id)))
	if err == nil && tenant.ID != id {
		return tenants.Tenant{}, fmt.Errorf("sqltenants: the row of %s is another tenant's: has somebody changed the table?", id)
	}
	return tenant, err
}

// ByMerchant finds the tenant of a merchant.
func (s *Store) ByMerchant(ctx context.Context, gateway sdk.Gateway, merchantID string) (tenants.Tenant, error) {
	return s.one(s.documents.Named(ctx, merchantHash(gateway, merchantID)))
}

func (s *Store) one(stored []byte, err error) (tenants.Tenant, error) {
	if err != nil {
		return tenants.Tenant{}, err
	}
	return s.decode(stored)
}

// IDs lists tenants.
func (s *Store) IDs(ctx context.Context, after string, limit int) (ids []string, err error) {
	from := ""
	if after != "" {
		from = tenantHash(after)
	}
	stored, err := s.documents.After(ctx, from, limit)
	if err != nil {
		return nil, err
	}
	for _, document := range stored {
		f, err := read(document)
		if err != nil {
			return nil, err
		}
		ids = append(ids, f.ID)
	}
	return ids, nil
}

func tenantHash(id string) string { return versioned.HashOf("tenant", id) }

func merchantHash(gateway sdk.Gateway, id string) string {
	return versioned.HashOf("merchant", string(gateway), id)
}

var _ tenants.Store = (*Store)(nil)
