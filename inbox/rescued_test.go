package inbox_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// River takes a slow process for a dead one, and another one finds that the work was lost. It waits
// for the transaction of the first, which does the work after all: nothing has failed.
func TestAProcessThatIsSlowHasNotDied(t *testing.T) {
	t.Parallel()
	db, conn := migratedPostgreSQL(t)
	acceptOne(t, db)
	_, err := conn.Exec(t.Context(), "UPDATE river_job SET queue = 'hostedpay_inbox_alone' WHERE kind = 'hostedpay_inbox'")
	require.NoError(t, err)
	var calls atomic.Int64
	working, waited := make(chan struct{}), make(chan struct{})
	process := func() {
		box, err := inbox.New(verifier(t), db, inbox.Work[pgx.Tx]{InTx: func(context.Context, pgx.Tx, webhooks.Event) error {
			if calls.Add(1) == 1 {
				close(working)
				<-waited
			}
			return nil
		}}, inbox.WithAttempts(1), inbox.WithDeadline(inTime))
		require.NoError(t, err)
		require.NoError(t, box.Start(t.Context()))
		t.Cleanup(func() { require.NoError(t, box.Stop(context.WithoutCancel(t.Context()))) })
	}
	process()
	<-working
	process()
	_, err = conn.Exec(t.Context(), "UPDATE river_job SET state = 'available' WHERE kind = 'hostedpay_inbox'") // as River's rescue does
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		var waiting bool
		err := conn.QueryRow(t.Context(), `SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%'||$1||'.inbox_events%'
	AND query_start < clock_timestamp() - interval '1500 milliseconds' -- so that it has looked for a deadlock, and found none yet`, schemaOf(t, conn)).Scan(&waiting)
		return err == nil && waiting
	}, inTime, 10*time.Millisecond)
	close(waited)
	settled(t, db, inbox.StatusWaiting, 0)
	events, err := db.Events(t.Context(), inbox.Selection{}, inbox.Page{})
	require.NoError(t, err)
	require.Equal(t, inbox.StatusProcessed, events[0].Status)
	require.Zero(t, events[0].Attempts)
	failures, err := db.Failures(t.Context(), events[0].ID)
	require.NoError(t, err)
	require.Empty(t, failures)
	require.EqualValues(t, 1, calls.Load())
}
