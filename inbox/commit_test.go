package inbox_test

import (
	"context"
	"database/sql"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Some of what a handler writes fails only when its transaction is committed. The event that it was
// for is quarantined with that reason, and those that shared the transaction are processed.
func TestACommitThatFails(t *testing.T) {
	t.Parallel()
	const bad, reason = "vp_cs_test_bad", "the commit has failed"
	check := func(t *testing.T, calls map[string]int, records map[string]inbox.Record, count func(session string) int) {
		t.Helper()
		for session, record := range records {
			if session == bad {
				require.Equal(t, inbox.StatusQuarantined, record.Status)
				require.Contains(t, record.Reason, reason)
				require.Contains(t, record.Reason, "parcels_session_fkey", "what the database said")
				require.Zero(t, count(session))
				continue
			}
			require.Equal(t, inbox.StatusProcessed, record.Status, record.Reason)
			require.Equal(t, 1, count(session))
		}
		require.Contains(t, records, bad)
		require.LessOrEqual(t, calls[bad], 2)
	}
	for name, sessions := range map[string][]string{"alone": {bad}, "among others": append(numbered(3, "commit"), bad, numbered(1, "after")[0])} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, conn := migratedPostgreSQL(t)
			_, err := conn.Exec(t.Context(), `CREATE TABLE orders (session text PRIMARY KEY);
CREATE TABLE parcels (session text PRIMARY KEY REFERENCES orders DEFERRABLE INITIALLY DEFERRED)`)
			require.NoError(t, err)
			schema := schemaOf(t, conn)
			calls, records := together(t, db, inTime, func(ctx context.Context, tx pgx.Tx, session string) error {
				if session != bad {
					if _, err := tx.Exec(ctx, "INSERT INTO "+schema+".orders VALUES ($1)", session); err != nil {
						return err
					}
				}
				_, err := tx.Exec(ctx, "INSERT INTO "+schema+".parcels VALUES ($1)", session)
				return err
			}, sessions...)
			check(t, calls, records, func(session string) (n int) {
				require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM parcels WHERE session = $1", session).Scan(&n))
				return n
			})
		})
	}
}

// What a handler does to its transaction can make the inbox's own statement fail, which is why
// then.
func TestAHandlerThatSpoilsWhatTheInboxWrites(t *testing.T) {
	t.Parallel()
	db, _, _ := parcelsOf(t)
	_, records := together(t, db, inTime, func(ctx context.Context, tx pgx.Tx, _ string) error {
		_, err := tx.Exec(ctx, "SET LOCAL ROLE pg_monitor")
		return err
	}, "vp_cs_test_a")
	require.Equal(t, inbox.StatusQuarantined, records["vp_cs_test_a"].Status)
	require.Contains(t, records["vp_cs_test_a"].Reason, "permission denied")
}

func testStoppedFirst[TTx any](t *testing.T, s store[TTx]) {
	t.Helper()
	box, err := inbox.New(verifier(t), s.db, inbox.Work[TTx]{InTx: func(context.Context, TTx, webhooks.Event) error { return nil }})
	require.NoError(t, err)
	require.NoError(t, box.Stop(t.Context()))
	require.ErrorContains(t, box.Start(t.Context()), "stopped before")
	require.NoError(t, box.Stop(t.Context()))
	require.Equal(t, 503, deliver(box, "vp_cs_test_a"))
}

// An inbox that was stopped before it was started is not started any more.
func TestStopBeforeStart(t *testing.T) {
	t.Parallel()
	each(t, testStoppedFirst[*sql.Tx], testStoppedFirst[pgx.Tx])
}

// Erasing waits for an event that is worked on at the moment, so that nothing of its session stays.
func TestErasingWaitsForWork(t *testing.T) {
	t.Parallel()
	db, conn := migratedPostgreSQL(t)
	entered, leave := make(chan struct{}), make(chan struct{})
	finish := sync.OnceFunc(func() { close(leave) })
	t.Cleanup(finish)
	var calls atomic.Int32
	box, err := inbox.New(verifier(t), db, inbox.Work[pgx.Tx]{InTx: func(context.Context, pgx.Tx, webhooks.Event) error {
		if calls.Add(1) == 1 {
			close(entered)
			<-leave
		}
		return nil
	}}, inbox.WithDeadline(inTime))
	require.NoError(t, err)
	require.NoError(t, box.Start(t.Context()))
	require.Equal(t, 200, deliver(box, "vp_cs_test_a"))
	<-entered
	erased := make(chan int, 1)
	go func() {
		n, err := db.EraseBySession(t.Context(), "vp_cs_test_a")
		if err != nil {
			n = -1
		}
		erased <- n
	}()
	waitsForALock(t, conn)
	finish()
	require.Equal(t, 1, <-erased)
	require.NoError(t, box.Stop(t.Context()))
	var left int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM inbox_events WHERE payload IS NOT NULL OR session_id <> ''").Scan(&left))
	require.Zero(t, left)
}

func waitsForALock(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	require.Eventually(t, func() bool {
		var waits int
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%' || current_schema() || '.inbox_events%'").Scan(&waits))
		return waits == 1
	}, inTime, 10*time.Millisecond)
}

// An event that is repeated while old bodies are purged keeps its own, and the purge waits for
// nobody.
func TestPurgingBesideARepeat(t *testing.T) {
	t.Parallel()
	db, conn := migratedPostgreSQL(t)
	box := start(t, db)
	require.Equal(t, 200, deliver(box, "vp_cs_test_a"))
	settled(t, db, inbox.StatusProcessed, 1)
	require.NoError(t, box.Stop(t.Context()))
	_, err := conn.Exec(t.Context(), "UPDATE inbox_events SET processed_at = processed_at - interval '31 days'; DELETE FROM inbox_periodic; DELETE FROM river_job")
	require.NoError(t, err)
	looking := connect(t, postgresAddress(), schemaOf(t, conn))

	repeating, err := conn.Begin(t.Context()) // what Repeat does, and is about to commit
	require.NoError(t, err)
	_, err = repeating.Exec(t.Context(), "UPDATE inbox_events SET processed_at = NULL")
	require.NoError(t, err)
	start(t, db, inbox.WithRetention(30*24*time.Hour, 0)) // it purges at once
	assert.Eventually(t, func() bool {                    // the purge is over
		var jobs int
		require.NoError(t, looking.QueryRow(t.Context(), "SELECT count(*) FROM river_job WHERE args->>'name' = 'inbox.purge' AND state = 'completed'").Scan(&jobs))
		return jobs == 1
	}, inTime, 10*time.Millisecond)
	require.NoError(t, repeating.Commit(t.Context()))
	_, err = db.Event(t.Context(), 1)
	require.NoError(t, err)
}

// A commit that PostgreSQL makes a rollback of, because a statement has failed before, stores
// nothing, and so nothing may be acknowledged.
func TestACommitThatBecomesARollback(t *testing.T) {
	t.Parallel()
	db, conn := migratedPostgreSQL(t)
	box := accepting(t, db)
	require.Equal(t, 200, deliver(box, "vp_cs_test_a"), "its connection has prepared what it needs")
	require.ErrorIs(t, box.StoreAmiss(t.Context(), freshEvents(t, 1)[0]), pgx.ErrTxCommitRollback)
	require.Equal(t, 200, deliver(box, "vp_cs_test_b"))
	var stored int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM inbox_events").Scan(&stored))
	require.Equal(t, 2, stored)
	require.NoError(t, box.Stop(t.Context()))
}
