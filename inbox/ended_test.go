package inbox_test

import (
	"context"
	"database/sql"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func testEnded[TTx any](t *testing.T, s store[TTx]) {
	t.Helper()
	ended, end := context.WithCancel(t.Context())
	end()
	box := start(t, s.db, inbox.WithWorkers(0))
	for _, event := range freshEvents(t, 30) { // what is chosen at random is chosen both ways
		require.ErrorIs(t, box.Accept(ended, event), context.Canceled)
		require.ErrorIs(t, s.db.Begins(ended), context.Canceled)
	}
	require.NoError(t, box.Stop(t.Context()))
	require.Equal(t, "0", s.text("SELECT CAST(count(*) AS text) FROM inbox_events"))
}

// Nothing begins with a context that has ended.
func TestAContextThatHasEnded(t *testing.T) {
	t.Parallel()
	each(t, testEnded[*sql.Tx], testEnded[pgx.Tx])
}

func testStopped[TTx any](t *testing.T, s store[TTx]) {
	t.Helper()
	box := accepting(t, s.db)
	require.NoError(t, box.AcceptTogether(t.Context(), freshEvents(t, 5)...))
	require.NoError(t, box.Stop(t.Context()))
	var calls atomic.Int64
	entered := make(chan struct{})
	working, err := inbox.New(verifier(t), s.db, inbox.Work[TTx]{InTx: func(ctx context.Context, _ TTx, _ webhooks.Event) error {
		if calls.Add(1) == 1 {
			close(entered)
		}
		<-ctx.Done()
		return nil
	}}, inbox.WithDeadline(time.Minute))
	require.NoError(t, err)
	require.NoError(t, working.Start(t.Context()))
	<-entered
	now, end := context.WithCancel(t.Context())
	end()
	require.NoError(t, working.Stop(now))
	require.Equal(t, int64(1), calls.Load(), "the other handlers of the job do not begin")
	require.Equal(t, "5", s.text("SELECT CAST(count(*) AS text) FROM inbox_events WHERE processed_at IS NULL"))
}

// No handler begins when its inbox has stopped.
func TestHandlersDoNotBeginAfterTheStop(t *testing.T) {
	t.Parallel()
	each(t, testStopped[*sql.Tx], testStopped[pgx.Tx])
}

// A function that takes long keeps no worker from starting, although SQLite has one connection to
// work with: the inbox would not start at all.
func TestStartBesideLongWork(t *testing.T) {
	t.Parallel()
	s, _ := lookedAt(t)
	for range 50 { // River starts the workers of its queues in any order
		accepts := accepting(t, s.db)
		require.NoError(t, accepts.AcceptTogether(t.Context(), freshEvents(t, 1)...))
		require.NoError(t, accepts.Stop(t.Context()))
		started, done := make(chan struct{}), make(chan struct{}, 1)
		box, err := inbox.New(verifier(t), s.db, inbox.Work[*sql.Tx]{InTx: func(ctx context.Context, _ *sql.Tx, _ webhooks.Event) error {
			select {
			case <-started:
				done <- struct{}{}
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}}, inbox.WithDeadline(time.Minute))
		require.NoError(t, err)
		err = box.Start(t.Context())
		close(started)
		require.NoError(t, err)
		<-done
		require.NoError(t, box.Stop(t.Context()))
	}
}
