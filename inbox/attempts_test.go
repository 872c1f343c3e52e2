package inbox_test

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func testAttempts[TTx any](t *testing.T, s store[TTx]) {
	t.Helper()
	box := accepting(t, s.db)
	require.NoError(t, box.AcceptTogether(t.Context(), freshEvents(t, 5)...))
	require.NoError(t, box.AcceptTogether(t.Context(), freshEvents(t, 1)...))
	require.NoError(t, box.Stop(t.Context()))
	var mu sync.Mutex
	calls, pauses := map[string]int{}, map[int]int{}
	working, err := inbox.New(verifier(t), s.db, inbox.Work[TTx]{InTx: func(_ context.Context, _ TTx, event webhooks.Event) error {
		mu.Lock()
		defer mu.Unlock()
		calls[event.Info().SessionID]++
		return errors.New("out of stock")
	}}, inbox.WithAttempts(3), inbox.WithBackoff(func(attempt int) time.Duration {
		mu.Lock()
		defer mu.Unlock()
		pauses[attempt]++
		return time.Millisecond
	}))
	require.NoError(t, err)
	require.NoError(t, working.Start(t.Context()))
	for _, record := range settled(t, s.db, inbox.StatusQuarantined, 6) {
		require.Equal(t, 3, record.Attempts)
	}
	require.NoError(t, working.Stop(t.Context()))
	for session, n := range calls {
		require.Equal(t, 3, n, session)
	}
	require.Len(t, pauses, 2, "after the first attempt, and after the second")
}

func testCutOff[TTx any](t *testing.T, s store[TTx]) {
	t.Helper()
	box := accepting(t, s.db)
	for _, event := range freshEvents(t, 2) {
		require.NoError(t, box.AcceptTogether(t.Context(), event))
	}
	var failure error
	var job context.Context
	working, err := inbox.New(verifier(t), s.db, inbox.Work[TTx]{Outside: func(context.Context, webhooks.Event) error {
		<-job.Done()
		return failure
	}}, inbox.WithWorkers(0))
	require.NoError(t, err)

	tooLong, cancel := context.WithTimeout(t.Context(), brief)
	defer cancel()
	job, failure = tooLong, errors.New("the mail server hung")
	require.NoError(t, working.WorkNext(job))
	failures, err := s.db.Failures(t.Context(), 1)
	require.NoError(t, err)
	require.Len(t, failures, 1)
	require.Equal(t, "the mail server hung", failures[0].Reason)

	stopped, stop := context.WithCancel(t.Context())
	stop()
	job, failure = stopped, nil
	require.ErrorContains(t, working.WorkNext(stopped), "stopped before the work was done")
	require.Equal(t, "0", s.text("SELECT CAST(count(*) AS text) FROM inbox_events WHERE processed_at IS NOT NULL"), "it did not begin")
}

// A job that took too long fails with the reason of its handler, and not when it is given up.
func TestAJobThatIsCutOff(t *testing.T) {
	t.Parallel()
	each(t, testCutOff[*sql.Tx], testCutOff[pgx.Tx])
}

func testDoneWhileStopping[TTx any](t *testing.T, s store[TTx]) {
	t.Helper()
	entered := make(chan struct{})
	box, err := inbox.New(verifier(t), s.db, inbox.Work[TTx]{Outside: func(ctx context.Context, _ webhooks.Event) error {
		close(entered)
		<-ctx.Done()
		return nil // the mail is on its way
	}})
	require.NoError(t, err)
	require.NoError(t, box.Start(t.Context()))
	require.Equal(t, 200, deliver(box, "vp_cs_test_a"))
	<-entered
	now, end := context.WithCancel(t.Context())
	end()
	require.NoError(t, box.Stop(now))
	settled(t, s.db, inbox.StatusProcessed, 1)
}

// What a handler has done although its inbox stopped is not done again.
func TestWorkThatIsDoneWhileStopping(t *testing.T) {
	t.Parallel()
	each(t, testDoneWhileStopping[*sql.Tx], testDoneWhileStopping[pgx.Tx])
}

func testStops[TTx any](t *testing.T, s store[TTx]) {
	t.Helper()
	var mu sync.Mutex
	pauses := map[int]int{}
	open := func(outside func(context.Context, webhooks.Event) error) *inbox.Inbox[TTx] {
		box, err := inbox.New(verifier(t), s.db, inbox.Work[TTx]{Outside: outside}, inbox.WithAttempts(3), inbox.WithBackoff(func(attempt int) time.Duration {
			mu.Lock()
			defer mu.Unlock()
			pauses[attempt]++
			return time.Millisecond
		}))
		require.NoError(t, err)
		require.NoError(t, box.Start(t.Context()))
		return box
	}
	for i := range 3 {
		entered := make(chan struct{})
		box := open(func(ctx context.Context, _ webhooks.Event) error {
			close(entered)
			<-ctx.Done()
			return ctx.Err()
		})
		if i == 0 {
			require.Equal(t, 200, deliver(box, "vp_cs_test_a"))
		}
		<-entered
		now, end := context.WithCancel(t.Context())
		end()
		require.NoError(t, box.Stop(now))
	}
	failed := false
	box := open(func(context.Context, webhooks.Event) error {
		if !failed {
			failed = true
			return errors.New("the mail server is down")
		}
		return nil
	})
	require.Equal(t, 1, settled(t, s.db, inbox.StatusProcessed, 1)[0].Attempts)
	require.NoError(t, box.Stop(t.Context()))
	require.GreaterOrEqual(t, pauses[1], 4, "three stops and a failure; whoever takes over may ask again")
	delete(pauses, 1)
	require.Empty(t, pauses, "a stop was counted as an attempt")
}

// Whoever stops an inbox uses up none of its events' attempts.
func TestStopsAreNoAttempts(t *testing.T) {
	t.Parallel()
	each(t, testStops[*sql.Tx], testStops[pgx.Tx])
}

// The attempt that failed among others is one of those that an event has.
func TestAttempts(t *testing.T) {
	t.Parallel()
	each(t, testAttempts[*sql.Tx], testAttempts[pgx.Tx])
}
