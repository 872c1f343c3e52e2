package sqlcharges

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/versioned"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

// kind is what the tables have.
var kind = versioned.Kind{
	Name: "charge", Package: "sqlcharges", Table: "hostedpay_charges", Due: true, NotFound: charges.ErrNotFound, Conflict: charges.ErrConflict,
}

// A Store is a [charges.Store] in two tables of a database. Safe for concurrent use by any number
// of processes.
type Store struct {
	documents *versioned.Store
	cipher    platform.Cipher
}

// An Option changes a store.
type Option func(*options)

type options struct{ table string }

// WithTable names the table; the default is hostedpay_charges. There is a second one, whose name
// ends in _names. A name has lower-case letters, digits and underscores, 48 at the maximum.
func WithTable(name string) Option { return func(o *options) { o.table = name } }

func tableOf(opts []Option) string {
	o := options{kind.Table}
	for _, apply := range opts {
		apply(&o)
	}
	return o.table
}

// New makes a store over a database. The cipher seals the addresses of pages.
func New(db *sql.DB, d sqlstore.Dialect, cipher platform.Cipher, opts ...Option) (*Store, error) {
	if db == nil || cipher == nil {
		return nil, errors.New("sqlcharges: a store needs a database and a cipher")
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

// InTx is the store in a transaction of yours: nothing is stored unless that commits, which makes
// it durable as the database is set. A charge that is saved stays locked until then. Begin it with
// sql.LevelReadCommitted where the database has that: in a snapshot, a charge that somebody else
// has saved since is a conflict that no repetition ends.
func (s *Store) InTx(tx *sql.Tx) *Store { return &Store{s.documents.InTx(tx), s.cipher} }

// Save stores the next version of a charge.
func (s *Store) Save(ctx context.Context, charge charges.Charge) error {
	encoded, err := s.encode(charge)
	if err != nil {
		return err
	}
	return s.documents.Save(ctx, versioned.Document{
		Hash: chargeHash(charge.Tenant, charge.Order), Version: charge.Version, Names: namesOf(charge),
		Open: !charge.Status().Final(), Due: charge.Due(), Body: encoded,
	})
}

// Load finds the charge of an order.
func (s *Store) Load(ctx context.Context, tenant, order string) (charges.Charge, error) {
	return s.one(s.documents.Load(ctx, chargeHash(tenant, order)))
}

// ByPayment finds the charge of a payment.
func (s *Store) ByPayment(ctx context.Context, tenant string, gateway sdk.Gateway, paymentID string) (charges.Charge, error) {
	return s.one(s.documents.Named(ctx, paymentHash(tenant, gateway, paymentID)))
}

// ByReference finds the charge of a reference.
func (s *Store) ByReference(ctx context.Context, tenant, reference string) (charges.Charge, error) {
	return s.one(s.documents.Named(ctx, referenceHash(tenant, reference)))
}

func (s *Store) one(stored []byte, err error) (charges.Charge, error) {
	if err != nil {
		return charges.Charge{}, err
	}
	return s.decode(stored)
}

// Open lists charges that have not ended.
func (s *Store) Open(ctx context.Context, before time.Time, limit int) (open []charges.Charge, err error) {
	stored, err := s.documents.Open(ctx, before, limit)
	if err != nil {
		return nil, err
	}
	for _, document := range stored {
		charge, err := s.decode(document)
		if err != nil {
			return nil, err
		}
		open = append(open, charge)
	}
	return open, nil
}

var _ charges.Store = (*Store)(nil)
