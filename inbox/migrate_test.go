package inbox_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
)

// A role that may create no schema, because somebody else has, migrates what is in it, and finds
// nothing to do the next time.
func TestMigrateWithoutTheRightToCreateASchema(t *testing.T) {
	t.Parallel()
	_, schema := openPostgreSQL(t)
	conn := connect(t, postgresAddress(), schema)
	_, err := conn.Exec(t.Context(), "CREATE ROLE "+schema+" LOGIN PASSWORD 'shop'")
	require.NoError(t, err)
	address, err := url.Parse(postgresAddress())
	require.NoError(t, err)
	address.User = url.UserPassword(schema, "shop")
	db, err := inbox.PostgreSQL(t.Context(), address.String(), inbox.WithSchema(schema))
	require.NoError(t, err)
	t.Cleanup(func() {
		db.Close()
		_, err := conn.Exec(context.WithoutCancel(t.Context()), "DROP OWNED BY "+schema+"; DROP ROLE "+schema+"; CREATE SCHEMA "+schema)
		require.NoError(t, err)
	})
	require.ErrorContains(t, db.Migrate(t.Context()), "have somebody create it")
	_, err = conn.Exec(t.Context(), "CREATE SCHEMA "+schema+" AUTHORIZATION "+schema)
	require.NoError(t, err)
	require.NoError(t, db.Migrate(t.Context()))
	require.NoError(t, db.Migrate(t.Context()))
	start(t, db)
}

// A schema has a name from which River makes those of its notifications.
func TestSchemaNames(t *testing.T) {
	t.Parallel()
	for name, valid := range map[string]bool{strings.Repeat("a", 46): true, strings.Repeat("a", 47): false, "Shop": false, "1a": false, "a-b": false, "": false} {
		db, err := inbox.PostgreSQL(t.Context(), postgresAddress(), inbox.WithSchema(name))
		if !valid {
			require.ErrorContains(t, err, "46 at most", name)
			continue
		}
		require.NoError(t, err)
		db.Close()
	}
}
