package drivertest_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

const soon = 100 * time.Millisecond

// until claims an event until it is in a state.
func until(t *testing.T, store webhooks.Store, want webhooks.State) claimed {
	t.Helper()
	var claim claimed
	require.Eventually(t, func() bool {
		var err error
		claim, err = ask(t.Context(), store, "a", time.Minute)
		require.NoError(t, err)
		return claim.State == want
	}, 30*time.Second, 5*time.Millisecond)
	return claim
}

// A claim of an event that a transaction is completing waits for the transaction, even when the
// lease is over: it must not have the event, for that is about to be done.
func TestClaimsWaitForTheTransactionThatCompletes(t *testing.T) {
	t.Parallel()
	each(t, usual(), func(t *testing.T, d database) {
		for name, commit := range map[string]bool{"commit": true, "rollback": false} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				db, store := d.store(t, newName())
				held, err := ask(t.Context(), store, "a", soon)
				require.NoError(t, err)
				tx, err := db.BeginTx(t.Context(), nil)
				require.NoError(t, err)
				require.NoError(t, store.CompleteTx(t.Context(), tx, "a", held.Token))

				time.Sleep(2 * soon) // the lease is over on the server, whose clock no test can set
				answers := make(chan claimed, 1)
				go func() {
					defer close(answers)
					if claim, err := ask(t.Context(), store, "a", time.Minute); err == nil {
						answers <- claim
					}
				}()
				select {
				case <-answers:
					require.Fail(t, "the claim did not wait for the transaction")
				case <-time.After(soon):
				}
				if commit {
					require.NoError(t, tx.Commit())
					require.NotEqual(t, webhooks.StateNew, (<-answers).State)
					until(t, store, webhooks.StateDone)
					require.NoError(t, store.Complete(t.Context(), "a", held.Token), "the handler's own")
					require.ErrorIs(t, store.Release(t.Context(), "a", held.Token), webhooks.ErrClaimLost)
					return
				}
				require.NoError(t, tx.Rollback())
				next := <-answers
				if next.State != webhooks.StateNew { // it judged by the time at which it began to wait
					next = until(t, store, webhooks.StateNew)
				}
				require.NoError(t, store.Complete(t.Context(), "a", next.Token))
			})
		}
	})
}

func TestATransactionThatComesTooLate(t *testing.T) {
	t.Parallel()
	each(t, usual(), func(t *testing.T, d database) {
		db, store := d.store(t, newName())
		late, err := ask(t.Context(), store, "a", soon)
		require.NoError(t, err)
		now := until(t, store, webhooks.StateNew)

		tx, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		require.ErrorIs(t, store.CompleteTx(t.Context(), tx, "a", late.Token), webhooks.ErrClaimLost)
		require.ErrorIs(t, store.CompleteTx(t.Context(), tx, "a", ""), webhooks.ErrClaimLost, "a function outside of a handler has no token")
		require.NoError(t, tx.Rollback())
		require.NoError(t, store.Complete(t.Context(), "a", now.Token))
	})
}

// A gateway that hangs up ends the wait.
func TestAClaimWaitsNoLongerThanItsContext(t *testing.T) {
	t.Parallel()
	each(t, usual(), func(t *testing.T, d database) {
		db, store := d.store(t, newName())
		held, err := ask(t.Context(), store, "a", time.Minute)
		require.NoError(t, err)
		tx, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		require.NoError(t, store.CompleteTx(t.Context(), tx, "a", held.Token))

		ctx, cancel := context.WithTimeout(t.Context(), soon)
		defer cancel()
		_, err = ask(ctx, store, "a", time.Minute)
		require.Error(t, err)
		require.NoError(t, tx.Commit())
		until(t, store, webhooks.StateDone)
	})
}

// A transaction that looks at the database as it was when it began does not overlook that the lease
// was extended since: it completes the event as it is now, or is a conflict, and then another
// transaction may complete it. Neither is a lost claim.
func TestASnapshotThatIsOlderThanTheExtension(t *testing.T) {
	t.Parallel()
	each(t, usual(), func(t *testing.T, d database) {
		levels := []sql.IsolationLevel{sql.LevelRepeatableRead, sql.LevelSerializable}
		if d.dialect == sqlstore.SQLite {
			levels = []sql.IsolationLevel{sql.LevelDefault} // which is serializable
		}
		for _, isolation := range levels {
			t.Run(isolation.String(), func(t *testing.T) {
				t.Parallel()
				name := newName()
				db, store := d.store(t, name)
				d.exec(t, db, "CREATE TABLE "+name+"_other (x INT)")
				t.Cleanup(func() { d.exec(t, db, "DROP TABLE "+name+"_other") })
				held, err := ask(t.Context(), store, "a", time.Minute)
				require.NoError(t, err)

				tx, err := db.BeginTx(t.Context(), &sql.TxOptions{Isolation: isolation})
				require.NoError(t, err)
				var rows int
				require.NoError(t, tx.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+name+"_other").Scan(&rows))
				require.NoError(t, store.Extend(t.Context(), "a", held.Token, time.Minute))
				err = store.CompleteTx(t.Context(), tx, "a", held.Token)
				require.NotErrorIs(t, err, webhooks.ErrClaimLost)
				if err == nil {
					require.NoError(t, tx.Commit())
				} else {
					if d.dialect == sqlstore.SQLite {
						require.ErrorContains(t, err, "(the transaction read before it wrote")
					}
					require.NoError(t, tx.Rollback())
					until(t, store, webhooks.StateInFlight)
					again, err := db.BeginTx(t.Context(), &sql.TxOptions{Isolation: isolation})
					require.NoError(t, err)
					require.NoError(t, store.CompleteTx(t.Context(), again, "a", held.Token))
					require.NoError(t, again.Commit())
				}
				until(t, store, webhooks.StateDone)
			})
		}
	})
}
