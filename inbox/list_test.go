package inbox_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A list comes while a function works, although SQLite has one writer, and a delivery waits for
// no list.
func TestAListTakesNoTurn(t *testing.T) {
	t.Parallel()
	each(t, testListTakesNoTurn[*sql.Tx], testListTakesNoTurn[pgx.Tx])
}

func testListTakesNoTurn[TTx any](t *testing.T, s store[TTx]) {
	t.Helper()
	acceptOne(t, s.db)
	working, listed := make(chan struct{}), make(chan struct{})
	box, err := inbox.New(verifier(t), s.db, inbox.Work[TTx]{InTx: func(context.Context, TTx, webhooks.Event) error {
		close(working)
		<-listed
		return nil
	}})
	require.NoError(t, err)
	require.NoError(t, box.Start(t.Context()))
	<-working
	look, cancel := context.WithTimeout(t.Context(), brief)
	defer cancel()
	events, err := s.db.Events(look, inbox.Selection{}, inbox.Page{Status: inbox.StatusWaiting})
	if err == nil {
		_, err = s.db.Event(look, events[0].ID)
	}
	if err == nil {
		_, err = s.db.Failures(look, events[0].ID)
	}
	close(listed)
	require.NoError(t, err)
	require.NoError(t, box.Stop(t.Context()))
	events, err = s.db.Events(t.Context(), inbox.Selection{}, inbox.Page{Status: inbox.StatusProcessed})
	require.NoError(t, err)
	require.Len(t, events, 1)
}

// A program that has found no event to repeat repeats none.
func TestAnEmptyListIsOfNoEvent(t *testing.T) {
	t.Parallel()
	each(t, testEmptyList[*sql.Tx], testEmptyList[pgx.Tx])
}

func testEmptyList[TTx any](t *testing.T, s store[TTx]) {
	t.Helper()
	acceptOne(t, s.db)
	s.text("UPDATE inbox_events SET processed_at = received_at RETURNING type")
	none := inbox.Selection{IDs: []int64{}}
	n, err := s.db.Repeat(t.Context(), none)
	require.NoError(t, err)
	require.Zero(t, n)
	events, err := s.db.Events(t.Context(), none, inbox.Page{})
	require.NoError(t, err)
	require.Empty(t, events)
	n, err = s.db.Repeat(t.Context(), inbox.Selection{})
	require.NoError(t, err)
	require.Equal(t, 1, n)
}
