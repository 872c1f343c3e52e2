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

// The attempt that failed among others is one of those that an event has.
func TestAttempts(t *testing.T) {
	t.Parallel()
	each(t, testAttempts[*sql.Tx], testAttempts[pgx.Tx])
}
