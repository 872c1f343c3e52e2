package sqlstore_test

import (
	"database/sql"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

func dialects() []sqlstore.Dialect {
	return []sqlstore.Dialect{sqlstore.PostgreSQL, sqlstore.MySQL, sqlstore.SQLite}
}

// The table is a promise to those who have it: a change needs a migration.
func TestSchema(t *testing.T) {
	t.Parallel()
	for _, dialect := range dialects() {
		t.Run(dialect.String(), func(t *testing.T) {
			t.Parallel()
			schema, err := sqlstore.Schema(dialect)
			require.NoError(t, err)
			golden, err := os.ReadFile("testdata/" + strings.ToLower(dialect.String()) + ".sql")
			require.NoError(t, err)
			require.Equal(t, string(golden), schema)
		})
	}
}

func TestTableNames(t *testing.T) {
	t.Parallel()
	for _, dialect := range dialects() {
		for _, name := range []string{
			"", "1st", "a b", "a-b", `a"b`, "a`b", "a;DROP TABLE orders", "a.b.c", ".a", "a.", "größe", "a\n", strings.Repeat("a", 49),
		} {
			_, err := sqlstore.Schema(dialect, sqlstore.WithTable(name))
			require.ErrorContains(t, err, "is not a valid table name", name)
			store, err := sqlstore.New(&sql.DB{}, dialect, sqlstore.WithTable(name))
			require.ErrorContains(t, err, "is not a valid table name", name)
			require.Nil(t, store)
		}
		for _, name := range []string{"events", "_", "Webhook_Events2", strings.Repeat("a", 48)} {
			schema, err := sqlstore.Schema(dialect, sqlstore.WithTable(name))
			require.NoError(t, err)
			quote := map[bool]string{true: "`", false: `"`}[dialect == sqlstore.MySQL]
			require.Contains(t, schema, "CREATE TABLE IF NOT EXISTS "+quote+name+quote+" (")
			require.Contains(t, schema, quote+name+"_ends_at"+quote)
		}
	}
	schema, err := sqlstore.Schema(sqlstore.PostgreSQL, sqlstore.WithTable("shop.events"))
	require.NoError(t, err)
	require.Contains(t, schema, `CREATE INDEX IF NOT EXISTS "events_ends_at" ON "shop"."events" (ends_at);`)
	_, err = sqlstore.Schema(sqlstore.SQLite, sqlstore.WithTable("main.events"))
	require.EqualError(t, err, "sqlstore: SQLite tables are named without a schema")
}

func TestWhatIsNoDatabase(t *testing.T) {
	t.Parallel()
	_, err := sqlstore.New(nil, sqlstore.PostgreSQL)
	require.EqualError(t, err, "sqlstore: the database is nil: pass what sql.Open returned")
	for _, dialect := range []sqlstore.Dialect{0, -1, 4} {
		_, err = sqlstore.New(&sql.DB{}, dialect)
		require.ErrorContains(t, err, "is not known: use sqlstore.PostgreSQL, sqlstore.MySQL (for MariaDB too) or sqlstore.SQLite")
		_, err = sqlstore.Schema(dialect)
		require.ErrorContains(t, err, "sqlstore: dialect ")
	}
}
