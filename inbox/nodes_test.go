package inbox_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
)

// Two processes on one PostgreSQL share the work. When one of them is killed, the other one does
// what is left, what the dead one had begun among it.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("processes are killed where there is no -short")
	}
	db, schema := openPostgreSQL(t)
	require.NoError(t, db.Migrate(t.Context()))
	books := openLedger(t, "pgx", postgresAddress(), schema+".")
	nodes := newCrashProcesses(t, 2, crashProcess{Schema: schema, Server: postgresAddress()})
	sender := newCrashSender(nodes)
	deliveries := sender.plan(600)

	require.NoError(t, sender.wave(t.Context(), deliveries[:300], func() error { return nil }))
	var workers int
	clients := "SELECT count(DISTINCT client) FROM " + schema + ".river_job, unnest(attempted_by) AS client WHERE kind = 'hostedpay_inbox'"
	require.NoError(t, books.db.QueryRowContext(t.Context(), clients).Scan(&workers))
	require.Equal(t, 2, workers, "nodes that took jobs")

	require.NoError(t, sender.wave(t.Context(), deliveries[300:], func() error {
		nodes[0].Kill(midway, 500*time.Millisecond)
		return nil
	}))
	books.age(t)
	require.Eventually(t, func() bool {
		waiting, err := count(t.Context(), nodes[1], inbox.StatusWaiting)
		return err == nil && waiting == 0
	}, 90*time.Second, 100*time.Millisecond, "River looks for jobs to rescue every 30 s")
	books.check(t, sender.acknowledged)
}
