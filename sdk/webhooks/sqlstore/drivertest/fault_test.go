package drivertest_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

// A session that does not commit by itself is no reason to say that something is done.
func TestMySQLWithoutAutocommit(t *testing.T) {
	t.Parallel()
	table := newName()
	_, usually := usual()[1].store(t, table)
	db := withParams(usual()[1], "autocommit=0").open(t, "")
	store, err := sqlstore.New(db, sqlstore.MySQL, sqlstore.WithTable(table))
	require.NoError(t, err)

	held, err := ask(t.Context(), store, "a", time.Minute)
	require.NoError(t, err)
	require.Equal(t, webhooks.StateNew, held.State)
	other, err := ask(t.Context(), usually, "a", time.Minute)
	require.NoError(t, err)
	require.Equal(t, webhooks.StateInFlight, other.State)
	require.ErrorIs(t, store.Complete(t.Context(), "a", "somebody-else"), webhooks.ErrClaimLost)
	require.NoError(t, usually.Extend(t.Context(), "a", held.Token, time.Minute), "whoever lost holds no lock")
	require.NoError(t, store.Extend(t.Context(), "a", held.Token, time.Minute))
	require.NoError(t, store.Complete(t.Context(), "a", held.Token))
	other, err = ask(t.Context(), usually, "a", time.Minute)
	require.NoError(t, err)
	require.Equal(t, webhooks.StateDone, other.State)

	held, err = ask(t.Context(), store, "b", time.Minute)
	require.NoError(t, err)
	require.NoError(t, store.Release(t.Context(), "b", held.Token))
	other, err = ask(t.Context(), usually, "b", time.Minute)
	require.NoError(t, err)
	require.Equal(t, webhooks.StateNew, other.State)
}

// A session that does not wait for the disk waits when an event is completed, and only then.
func TestPostgreSQLWithoutSynchronousCommit(t *testing.T) {
	t.Parallel()
	table := newName()
	_, usually := usual()[0].store(t, table)
	for given, during := range map[string]string{"off": "on", "local": "local", "on": "on"} {
		db := withParams(usual()[0], "synchronous_commit="+given).open(t, "")
		db.SetMaxOpenConns(1) // the session of the transaction is asked after it
		store, err := sqlstore.New(db, sqlstore.PostgreSQL, sqlstore.WithTable(table))
		require.NoError(t, err)
		held, err := ask(t.Context(), usually, given, time.Minute)
		require.NoError(t, err)
		tx, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		require.NoError(t, store.CompleteTx(t.Context(), tx, given, held.Token))
		var setting string
		require.NoError(t, tx.QueryRowContext(t.Context(), "SHOW synchronous_commit").Scan(&setting))
		require.Equal(t, during, setting)
		require.NoError(t, tx.Commit())
		require.NoError(t, db.QueryRowContext(t.Context(), "SHOW synchronous_commit").Scan(&setting))
		require.Equal(t, given, setting)
		require.ErrorIs(t, store.Complete(t.Context(), given, "somebody-else"), webhooks.ErrClaimLost)
	}
}

// After a failover the connection may be to a server that only reads: an error, and no state.
func TestDatabasesThatOnlyRead(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]database{
		"PostgreSQL": withParams(usual()[0], "default_transaction_read_only=on"),
		"MariaDB":    withParams(usual()[1], "tx_read_only=1"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := newName()
			usually := usual()[0]
			if d.dialect == sqlstore.MySQL {
				usually = usual()[1]
			}
			_, writable := usually.store(t, table)
			held, err := ask(t.Context(), writable, "a", time.Minute)
			require.NoError(t, err)
			store, err := sqlstore.New(d.open(t, ""), d.dialect, sqlstore.WithTable(table))
			require.NoError(t, err)
			const advice = "(the session or the server only reads: connect to the primary)"
			_, err = ask(t.Context(), store, "b", time.Minute)
			require.ErrorContains(t, err, advice)
			require.ErrorContains(t, store.Extend(t.Context(), "a", held.Token, time.Minute), advice)
			require.ErrorContains(t, store.Complete(t.Context(), "a", held.Token), advice)
			require.ErrorContains(t, store.Release(t.Context(), "a", held.Token), advice)
		})
	}
}

// A shop that works with pgx completes in its own transaction.
func TestCompletingInATransactionOfPgx(t *testing.T) {
	t.Parallel()
	d := usual()[0]
	table := newName()
	_, store := d.store(t, table)
	pool, err := pgxpool.New(t.Context(), d.address)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	over := stdlib.OpenDBFromPool(pool)
	t.Cleanup(func() { require.NoError(t, over.Close()) })
	native, err := sqlstore.New(over, sqlstore.PostgreSQL, sqlstore.WithTable(table))
	require.NoError(t, err)

	held, err := ask(t.Context(), store, "a", time.Minute)
	require.NoError(t, err)
	for _, commit := range []bool{false, true} {
		tx, err := pool.Begin(t.Context())
		require.NoError(t, err)
		require.NoError(t, sqlstore.CompletePgx(t.Context(), native, tx, "a", held.Token))
		if !commit {
			require.NoError(t, tx.Rollback(t.Context()))
			continue
		}
		require.NoError(t, tx.Commit(t.Context()))
	}
	state, err := store.Claim(t.Context(), "a", webhooks.NewToken(), time.Minute)
	require.NoError(t, err)
	require.Equal(t, webhooks.StateDone, state)

	tx, err := pool.Begin(t.Context())
	require.NoError(t, err)
	require.ErrorIs(t, sqlstore.CompletePgx(t.Context(), native, tx, "a", "somebody-else"), webhooks.ErrClaimLost)
	require.NoError(t, tx.Rollback(t.Context()))
}

// With a retention the store purges by itself.
func TestAStoreThatPurgesByItself(t *testing.T) {
	t.Parallel()
	each(t, usual(), func(t *testing.T, d database) {
		name := newName()
		db, usually := d.store(t, name)
		require.NoError(t, complete(t, usually, "old"))
		day := map[sqlstore.Dialect]string{
			sqlstore.PostgreSQL: "ends_at - interval '2 days'", sqlstore.MySQL: "ends_at - INTERVAL 2 DAY", sqlstore.SQLite: "ends_at - 172800000",
		}
		d.exec(t, db, "UPDATE "+name+" SET ends_at = "+day[d.dialect])
		require.NoError(t, complete(t, usually, "young"))
		store, err := sqlstore.New(db, d.dialect, sqlstore.WithTable(name), sqlstore.WithRetention(24*time.Hour, func(err error) { t.Error(err) }))
		require.NoError(t, err)
		_, err = ask(t.Context(), store, "any", time.Minute)
		require.NoError(t, err)
		require.Eventually(t, func() bool {
			var rows int
			require.NoError(t, db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+name).Scan(&rows))
			return rows == 2 // "young" and "any"
		}, 30*time.Second, 10*time.Millisecond)
		_, err = sqlstore.New(db, d.dialect, sqlstore.WithRetention(time.Minute, nil))
		require.ErrorContains(t, err, "a retention of 1m0s is shorter")
	})
}
