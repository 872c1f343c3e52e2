package drivertest_test

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

// Every process of a shop that starts may make the table.
func TestManyMigrateAtOnce(t *testing.T) {
	t.Parallel()
	each(t, append(usual(), unusual()...), func(t *testing.T, d database) {
		name, file := newName(), filepath.Join(t.TempDir(), "db")
		errs := make([]error, 6)
		var migrations sync.WaitGroup
		for i := range errs {
			db := d.open(t, file)
			store, err := sqlstore.New(db, d.dialect, sqlstore.WithTable(name))
			require.NoError(t, err)
			if i == 0 {
				t.Cleanup(func() { d.exec(t, db, "DROP TABLE "+name) })
			}
			migrations.Go(func() { errs[i] = store.Migrate(t.Context()) })
		}
		migrations.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
	})
}

// What Schema returns, given to the database as it is, is what Migrate does.
func TestTheSchemaAsText(t *testing.T) {
	t.Parallel()
	each(t, usual(), func(t *testing.T, d database) {
		const word = "order" // means something in SQL, and is quoted
		table := word + newName()
		db := d.open(t, filepath.Join(t.TempDir(), "db"))
		schema, err := sqlstore.Schema(d.dialect, sqlstore.WithTable(table))
		require.NoError(t, err)
		for statement := range strings.SplitSeq(schema, ";\n") {
			if strings.TrimSpace(statement) != "" {
				d.exec(t, db, statement)
			}
		}
		store := d.over(t, db, table) // migrates once more, which changes nothing
		require.NoError(t, complete(t, store, "a"))
	})
}

func complete(t *testing.T, store webhooks.Store, key string) error {
	t.Helper()
	claim, err := ask(t.Context(), store, key, time.Minute)
	require.NoError(t, err)
	require.Equal(t, webhooks.StateNew, claim.State)
	return store.Complete(t.Context(), key, claim.Token)
}

func TestWithoutItsTable(t *testing.T) {
	t.Parallel()
	each(t, usual(), func(t *testing.T, d database) {
		store, err := sqlstore.New(d.open(t, filepath.Join(t.TempDir(), "db")), d.dialect, sqlstore.WithTable(newName()))
		require.NoError(t, err)
		_, err = ask(t.Context(), store, "a", time.Minute)
		require.ErrorContains(t, err, "sqlstore: cannot claim an event: ")
		require.ErrorContains(t, err, "(the table is missing: call Migrate, or apply what Schema returns)")
		require.ErrorContains(t, store.Complete(t.Context(), "a", "b"), "the table is missing")
		require.ErrorContains(t, store.Release(t.Context(), "a", "b"), "the table is missing")
		_, err = store.Purge(t.Context(), 0)
		require.ErrorContains(t, err, "the table is missing")
	})
}

func TestTablesInASchema(t *testing.T) {
	t.Parallel()
	each(t, usual()[:2], func(t *testing.T, d database) {
		db, schema := d.open(t, ""), newName()
		d.exec(t, db, "CREATE SCHEMA "+schema)
		t.Cleanup(func() {
			if d.dialect == sqlstore.PostgreSQL {
				schema += " CASCADE"
			}
			d.exec(t, db, "DROP SCHEMA "+schema)
		})
		store, err := sqlstore.New(db, d.dialect, sqlstore.WithTable(schema+".events"))
		require.NoError(t, err)
		require.NoError(t, store.Migrate(t.Context()))
		require.NoError(t, store.Migrate(t.Context()))
		require.NoError(t, complete(t, store, "a"))
	})
}

// A person who looks for an event finds it by its key, whatever characters the key has.
func TestTheKeyIsThereToRead(t *testing.T) {
	t.Parallel()
	each(t, usual(), func(t *testing.T, d database) {
		name := newName()
		db, store := d.store(t, name)
		for key, text := range map[string]string{
			"vora_v1/mer_acme_vitamins/vp_cs_test_1/refund.created/re_2": "vora_v1/mer_acme_vitamins/vp_cs_test_1/refund.created/re_2",
			"支付\x00\xff":              `\u652f\u4ed8\x00\xff`,
			strings.Repeat("k", 5000): strings.Repeat("k", 1024),
		} {
			require.NoError(t, complete(t, store, key))
			var count int
			require.NoError(t, db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+name+" WHERE event_key = '"+escape(d, text)+"'").Scan(&count))
			require.Equal(t, 1, count, text)
		}
	})
}

// escape writes backslashes as the database reads them.
func escape(d database, text string) string {
	if d.dialect == sqlstore.MySQL {
		return strings.ReplaceAll(text, `\`, `\\`)
	}
	return text
}

// Years of events go in steps, none of which holds locks for long.
func TestPurgingMoreThanOneStep(t *testing.T) {
	t.Parallel()
	each(t, usual(), func(t *testing.T, d database) {
		name := newName()
		db, store := d.store(t, name)
		require.NoError(t, complete(t, store, "0"))
		columns := "event_key, token, done, ends_at"
		d.exec(t, db, "INSERT INTO "+name+" (key_hash, "+columns+") WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i, "+columns+" FROM n, "+name)
		d.exec(t, db, "INSERT INTO "+name+" (key_hash, "+columns+") WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i + 10000, "+columns+" FROM n, "+name+" WHERE key_hash = '7'")
		held, err := ask(t.Context(), store, "held", time.Minute)
		require.NoError(t, err)

		require.Eventually(t, func() bool { // all of them became old at the same moment
			n, err := store.Purge(t.Context(), 0)
			require.NoError(t, err)
			require.Contains(t, []int{0, 2001}, n)
			return n > 0
		}, 30*time.Second, 5*time.Millisecond)
		require.NoError(t, store.Complete(t.Context(), "held", held.Token))
	})
}
