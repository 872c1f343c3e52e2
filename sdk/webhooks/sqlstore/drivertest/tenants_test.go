package drivertest_test

import (
	"bytes"
	"database/sql"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants/sqltenants"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants/storetest"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

func TestTenants(t *testing.T) {
	t.Parallel()
	each(t, append(usual(), unusual()...), func(t *testing.T, d database) {
		storetest.Run(t, func(t *testing.T) tenants.Store {
			_, store, _ := d.tenants(t, newCipher(t))
			return store
		})
	})
}

// tenants is a store of tenants in tables of its own, which are dropped at the end.
func (d database) tenants(t *testing.T, cipher platform.Cipher) (db *sql.DB, store *sqltenants.Store, table string) {
	t.Helper()
	table = newName()
	db = d.open(t, filepath.Join(t.TempDir(), table))
	store, err := sqltenants.New(db, d.dialect, cipher, sqltenants.WithTable(table))
	require.NoError(t, err)
	require.NoError(t, store.Migrate(t.Context()))
	require.NoError(t, store.Migrate(t.Context()), "again")
	t.Cleanup(func() {
		d.exec(t, db, "DROP TABLE IF EXISTS "+table+"_names")
		d.exec(t, db, "DROP TABLE IF EXISTS "+table)
	})
	return db, store, table
}

// What is in the tables is no credential, and the key that seals it can be replaced.
func TestTenantsInTheDatabase(t *testing.T) {
	t.Parallel()
	each(t, usual(), func(t *testing.T, d database) {
		db, store, table := d.tenants(t, newCipher(t))
		directory, err := tenants.NewDirectory(store)
		require.NoError(t, err)
		require.NoError(t, directory.Add(t.Context(), tenants.Tenant{
			ID: "acme", Gateway: sdk.GatewayVora, MerchantID: "mer_acme", Credentials: tenants.Credentials{tenants.VoraAPIKey: {Current: sdk.NewSecret("vp_sk_test_s3cret")}},
		}))
		_, err = directory.Rotate(t.Context(), "acme", tenants.VoraAPIKey, sdk.NewSecret("vp_sk_test_n3w"))
		require.NoError(t, err)
		var stored string
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT tenant FROM "+table).Scan(&stored))
		require.Contains(t, stored, `"mer_acme"`)
		require.NotContains(t, stored, "s3cret")
		require.NotContains(t, stored, "n3w")

		next := platform.CipherKey{ID: "2026-05", Key: sdk.NewSecret(string(bytes.Repeat([]byte{8}, 32)))}
		both, err := platform.NewCipher(next, platform.CipherKey{ID: "2026-04", Key: sdk.NewSecret(string(bytes.Repeat([]byte{7}, 32)))})
		require.NoError(t, err)
		only, err := platform.NewCipher(next)
		require.NoError(t, err)
		with := func(cipher platform.Cipher) *sqltenants.Store {
			store, err := sqltenants.New(db, d.dialect, cipher, sqltenants.WithTable(table))
			require.NoError(t, err)
			return store
		}
		_, err = with(only).Load(t.Context(), "acme")
		require.ErrorContains(t, err, `sqltenants: the vora_api_key of acme: platform: the cipher has no key with the ID "2026-04"`)
		rotating, err := tenants.NewDirectory(with(both))
		require.NoError(t, err)
		require.NoError(t, rotating.Reseal(t.Context()))
		tenant, err := with(only).Load(t.Context(), "acme")
		require.NoError(t, err)
		require.Equal(t, "vp_sk_test_n3w", tenant.Credentials[tenants.VoraAPIKey].Current.Reveal())
		require.Equal(t, "vp_sk_test_s3cret", tenant.Credentials[tenants.VoraAPIKey].Previous.Reveal())
	})
}

func TestNewTenantsRejects(t *testing.T) {
	t.Parallel()
	db := usual()[2].open(t, filepath.Join(t.TempDir(), "tenants"))
	_, err := sqltenants.New(nil, sqlstore.SQLite, newCipher(t))
	require.ErrorContains(t, err, "needs a database and a cipher")
	_, err = sqltenants.New(db, 0, newCipher(t))
	require.ErrorContains(t, err, "sqltenants: dialect 0 is not known")
	_, err = sqltenants.New(db, sqlstore.SQLite, newCipher(t), sqltenants.WithTable("a-b"))
	require.ErrorContains(t, err, `"a-b" is not a valid table name`)
	schema, err := sqltenants.Schema(sqlstore.PostgreSQL, sqltenants.WithTable("crm_tenants"))
	require.NoError(t, err)
	require.Contains(t, schema, "CREATE TABLE IF NOT EXISTS crm_tenants_names (")
	require.NotContains(t, schema, "due_at")
}

// A session that does not commit by itself sees a rotation that another process has made.
func TestTenantsOfMySQLWithoutAutocommit(t *testing.T) {
	t.Parallel()
	_, usually, table := usual()[1].tenants(t, newCipher(t))
	directory, err := tenants.NewDirectory(usually)
	require.NoError(t, err)
	require.NoError(t, directory.Add(t.Context(), tenants.Tenant{
		ID: "acme", Gateway: sdk.GatewayVora, MerchantID: "mer_acme", Credentials: tenants.Credentials{tenants.VoraAPIKey: {Current: sdk.NewSecret("vp_sk_test_s3cret")}},
	}))
	db := withParams(usual()[1], "autocommit=0").open(t, "")
	store, err := sqltenants.New(db, sqlstore.MySQL, newCipher(t), sqltenants.WithTable(table))
	require.NoError(t, err)
	for version := range int64(3) {
		found, err := store.ByMerchant(t.Context(), sdk.GatewayVora, "mer_acme")
		require.NoError(t, err)
		require.Equal(t, version+1, found.Version)
		ids, err := store.IDs(t.Context(), "", 10)
		require.NoError(t, err)
		require.Equal(t, []string{"acme"}, ids)
		_, err = directory.Rotate(t.Context(), "acme", tenants.VoraAPIKey, sdk.NewSecret("vp_sk_test_n3w"+strconv.FormatInt(version, 10)))
		require.NoError(t, err)
	}
}
