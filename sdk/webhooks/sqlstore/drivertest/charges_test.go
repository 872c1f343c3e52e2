package drivertest_test

import (
	"bytes"
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges/sqlcharges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges/storetest"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

func TestCharges(t *testing.T) {
	t.Parallel()
	each(t, append(usual(), unusual()...), func(t *testing.T, d database) {
		storetest.Run(t, func(t *testing.T) charges.Store {
			_, store, _ := d.charges(t)
			return store
		})
	})
}

// charges is a store of charges in tables of its own, which are dropped at the end.
func (d database) charges(t *testing.T) (db *sql.DB, store *sqlcharges.Store, table string) {
	t.Helper()
	table = newName()
	db = d.open(t, filepath.Join(t.TempDir(), table))
	store, err := sqlcharges.New(db, d.dialect, newCipher(t), sqlcharges.WithTable(table))
	require.NoError(t, err)
	require.NoError(t, store.Migrate(t.Context()))
	require.NoError(t, store.Migrate(t.Context()), "again")
	t.Cleanup(func() {
		d.exec(t, db, "DROP TABLE IF EXISTS "+table+"_names")
		d.exec(t, db, "DROP TABLE IF EXISTS "+table)
	})
	return db, store, table
}

// What is in the tables opens no page.
func TestChargesInTheDatabase(t *testing.T) {
	t.Parallel()
	each(t, usual(), func(t *testing.T, d database) {
		db, store, table := d.charges(t)
		charge := charges.Charge{
			Tenant: "acme", Order: "1", Amount: money.Minor(1499, "USD"), Version: 1,
			Attempts: []charges.Attempt{{Purchase: platform.Purchase{Reference: "crm_1_1"}, Gateway: sdk.GatewayVora, PaymentID: "vp_cs_1", CheckoutURL: sdk.NewSecret("https://pay.example.com/c/s3cret")}},
		}
		require.NoError(t, store.Save(t.Context(), charge))
		var stored string
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT charge FROM "+table).Scan(&stored))
		require.Contains(t, stored, `"vp_cs_1"`)
		require.NotContains(t, stored, "s3cret")

		// In a transaction that is given up, nothing is saved.
		tx, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		charge.Version, charge.Attempts[0].PaymentID = 2, "vp_cs_2"
		require.NoError(t, store.InTx(tx).Save(t.Context(), charge))
		inside, err := store.InTx(tx).ByPayment(t.Context(), "acme", sdk.GatewayVora, "vp_cs_2")
		require.NoError(t, err)
		require.Equal(t, int64(2), inside.Version)
		require.NoError(t, tx.Rollback())
		outside, err := store.Load(t.Context(), "acme", "1")
		require.NoError(t, err)
		require.Equal(t, int64(1), outside.Version)
		_, err = store.ByPayment(t.Context(), "acme", sdk.GatewayVora, "vp_cs_2")
		require.ErrorIs(t, err, charges.ErrNotFound)

		other, err := platform.NewCipher(platform.CipherKey{ID: "2026-05", Key: sdk.NewSecret(string(bytes.Repeat([]byte{8}, 32)))})
		require.NoError(t, err)
		elsewhere, err := sqlcharges.New(db, d.dialect, other, sqlcharges.WithTable(table))
		require.NoError(t, err)
		_, err = elsewhere.Load(t.Context(), "acme", "1")
		require.ErrorContains(t, err, `the page of the charge of 1 of acme: platform: the cipher has no key with the ID "2026-04"`)
	})
}

func TestNewChargesRejects(t *testing.T) {
	t.Parallel()
	db := usual()[2].open(t, filepath.Join(t.TempDir(), "charges"))
	_, err := sqlcharges.New(nil, sqlstore.SQLite, newCipher(t))
	require.ErrorContains(t, err, "needs a database and a cipher")
	_, err = sqlcharges.New(db, sqlstore.SQLite, nil)
	require.ErrorContains(t, err, "needs a database and a cipher")
	_, err = sqlcharges.New(db, 0, newCipher(t))
	require.ErrorContains(t, err, "dialect 0 is not known")
	_, err = sqlcharges.New(db, sqlstore.SQLite, newCipher(t), sqlcharges.WithTable("a-b"))
	require.ErrorContains(t, err, `"a-b" is not a valid table name`)
	schema, err := sqlcharges.Schema(sqlstore.PostgreSQL, sqlcharges.WithTable("crm_charges"))
	require.NoError(t, err)
	require.Contains(t, schema, "CREATE TABLE IF NOT EXISTS crm_charges_names (")
	_, err = sqlcharges.Schema(9)
	require.ErrorContains(t, err, "dialect 9 is not known")
}

func newCipher(t *testing.T) platform.Cipher {
	t.Helper()
	cipher, err := platform.NewCipher(platform.CipherKey{ID: "2026-04", Key: sdk.NewSecret(string(bytes.Repeat([]byte{7}, 32)))})
	require.NoError(t, err)
	return cipher
}

// A session that does not commit by itself has read once, and sees what others save since. Or an
// event would never find its charge there.
func TestChargesOfMySQLWithoutAutocommit(t *testing.T) {
	t.Parallel()
	_, usually, table := usual()[1].charges(t)
	db := withParams(usual()[1], "autocommit=0").open(t, "")
	store, err := sqlcharges.New(db, sqlstore.MySQL, newCipher(t), sqlcharges.WithTable(table))
	require.NoError(t, err)
	_, err = store.ByPayment(t.Context(), "acme", sdk.GatewayVora, "vp_cs_1")
	require.ErrorIs(t, err, charges.ErrNotFound)

	charge := charges.Charge{
		Tenant: "acme", Order: "1", Amount: money.Minor(1499, "USD"), Version: 1,
		Attempts: []charges.Attempt{{Purchase: platform.Purchase{Reference: "crm_1_1"}, Gateway: sdk.GatewayVora, PaymentID: "vp_cs_1"}},
	}
	require.NoError(t, usually.Save(t.Context(), charge))
	found, err := store.ByPayment(t.Context(), "acme", sdk.GatewayVora, "vp_cs_1")
	require.NoError(t, err)
	require.Equal(t, int64(1), found.Version)

	charge.Version = 2
	require.NoError(t, usually.Save(t.Context(), charge))
	found, err = store.Load(t.Context(), "acme", "1")
	require.NoError(t, err)
	require.Equal(t, int64(2), found.Version)
}
