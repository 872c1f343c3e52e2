package inbox_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// What a process on SQLite was working on when it died is taken over when the next one starts, and
// not after the time that a process may need.
func TestWorkOfADeadProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.db")
	db, err := inbox.SQLite(path)
	require.NoError(t, err)
	require.NoError(t, db.Migrate(t.Context()))
	box, err := inbox.New(verifier(t), db, inbox.Work[*sql.Tx]{InTx: func(context.Context, *sql.Tx, webhooks.Event) error { return nil }}, inbox.WithWorkers(0))
	require.NoError(t, err)
	require.NoError(t, box.Start(t.Context()))
	require.Equal(t, 200, deliver(box, "vp_cs_test_a"))
	require.NoError(t, box.Stop(t.Context()))
	db.Close()

	dying, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	result, err := dying.ExecContext(t.Context(), "UPDATE river_job SET state = 'running', attempt = 1, attempted_at = strftime('%Y-%m-%d %H:%M:%f', 'now')")
	require.NoError(t, err)
	jobs, err := result.RowsAffected()
	require.NoError(t, err)
	require.Equal(t, int64(1), jobs)
	require.NoError(t, dying.Close())

	db, err = inbox.SQLite(path)
	require.NoError(t, err)
	t.Cleanup(db.Close)
	box = start(t, db, inbox.WithRescueAfter(time.Hour))
	require.NotNil(t, box)
	settled(t, db, inbox.StatusProcessed, 1)
}
