package inbox_test

import (
	"context"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
)

// What a handler keeps of its transaction is of no use when it has returned.
func TestATransactionIsNotKept(t *testing.T) {
	t.Parallel()
	db, conn := migratedPostgreSQL(t)
	var schema string
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT current_schema()").Scan(&schema))
	_, err := conn.Exec(t.Context(), "CREATE TABLE parcels (session text PRIMARY KEY)")
	require.NoError(t, err)
	of := onPostgreSQL{table: schema + ".parcels"}
	var mu sync.Mutex
	var kept []pgx.Tx
	_, records := together(t, db, inTime, func(ctx context.Context, tx pgx.Tx, session string) error {
		mu.Lock()
		defer mu.Unlock()
		for _, old := range kept {
			tooLate(ctx, t, old)
		}
		if err := of.insert(ctx, tx, session); err != nil {
			return err
		}
		nested, err := tx.Begin(ctx)
		kept = append(kept, tx, nested)
		return err
	}, numbered(5, "kept")...)
	require.Len(t, records, 5)
	for session, record := range records {
		require.Equal(t, inbox.StatusProcessed, record.Status, "%s: %s", session, record.Reason)
	}
	var n int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM parcels").Scan(&n))
	require.Equal(t, 5, n)
}

func tooLate(ctx context.Context, t *testing.T, tx pgx.Tx) {
	t.Helper()
	_, err := tx.Exec(ctx, "DELETE FROM parcels")
	require.ErrorIs(t, err, pgx.ErrTxClosed)
	rows, err := tx.Query(ctx, "SELECT 1")
	require.ErrorIs(t, err, pgx.ErrTxClosed)
	require.False(t, rows.Next())
	rows.Close()
	require.ErrorIs(t, rows.Err(), pgx.ErrTxClosed)
	require.ErrorIs(t, tx.QueryRow(ctx, "SELECT 1").Scan(nil), pgx.ErrTxClosed)
	_, err = tx.Begin(ctx)
	require.ErrorIs(t, err, pgx.ErrTxClosed)
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"parcels"}, nil, nil)
	require.ErrorIs(t, err, pgx.ErrTxClosed)
	_, err = tx.Prepare(ctx, "late", "SELECT 1")
	require.ErrorIs(t, err, pgx.ErrTxClosed)
	batch := &pgx.Batch{}
	batch.Queue("SELECT 1")
	require.ErrorIs(t, tx.SendBatch(ctx, batch).Close(), pgx.ErrTxClosed)
	require.Error(t, tx.Commit(ctx))
	require.Error(t, tx.Rollback(ctx))
	require.Nil(t, tx.Conn())
	require.Equal(t, pgx.LargeObjects{}, tx.LargeObjects())
}
