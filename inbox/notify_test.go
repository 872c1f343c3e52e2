//go:build linux

package inbox_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
)

// A commit that stores an event holds no lock of the whole server, as it would with a notification
// in its transaction: commits of others would not go to the disk together with it. The server waits
// here with each commit, once it is on the disk, for a standby that never comes.
func TestNoCommitHoldsTheLockOfNotifications(t *testing.T) {
	t.Parallel()
	server := newDatabaseServer(t)
	db, err := inbox.PostgreSQL(t.Context(), server.address(), inbox.WithSchema("events"))
	require.NoError(t, err)
	t.Cleanup(db.Close)
	require.NoError(t, db.Migrate(t.Context()))
	box := accepting(t, db)
	require.Equal(t, 200, deliver(box, "vp_cs_test_first"), "in which River has its one notification a day")

	conn := connect(t, server.address(), "events")
	exec := func(statements ...string) {
		for _, statement := range statements {
			_, err := conn.Exec(t.Context(), statement)
			require.NoError(t, err)
		}
	}
	count := func(of string) (n int) {
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM "+of).Scan(&n))
		return n
	}
	exec("SET synchronous_commit = local", "ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()")
	sending, stop := context.WithCancel(t.Context())
	sent := make(chan struct{})
	go func() { // until one waits: the server takes its time to read its settings
		defer close(sent)
		for n := 0; sending.Err() == nil; n++ {
			deliver(box, fmt.Sprintf("vp_cs_test_%d", n))
		}
	}()
	require.Eventually(t, func() bool { return count("pg_stat_activity WHERE wait_event = 'SyncRep'") == 1 }, inTime, time.Millisecond)
	held := count("pg_locks WHERE locktype = 'object' AND database = 0 AND classid = 'pg_database'::regclass AND objid = 0")
	exec("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")
	stop()
	<-sent
	require.NoError(t, box.Stop(t.Context()))
	require.Zero(t, held, "it notifies in its transaction")
}
