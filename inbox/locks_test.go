package inbox_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
)

// A locking is a function that locks several rows of events.
type locking func(t *testing.T, db *inbox.Database[pgx.Tx], conn *pgx.Conn) error

func replayAll(t *testing.T, db *inbox.Database[pgx.Tx], _ *pgx.Conn) error {
	_, err := db.Replay(t.Context(), inbox.Selection{})
	return err
}

func repeatAll(t *testing.T, db *inbox.Database[pgx.Tx], _ *pgx.Conn) error {
	_, err := db.Repeat(t.Context(), inbox.Selection{})
	return err
}

func discardAll(t *testing.T, db *inbox.Database[pgx.Tx], _ *pgx.Conn) error {
	_, err := db.Discard(t.Context(), 3, 1, 2)
	return err
}

func eraseAll(t *testing.T, db *inbox.Database[pgx.Tx], _ *pgx.Conn) error {
	_, err := db.EraseBySession(t.Context(), "vp_cs_test_same")
	return err
}

// upkeep is what an inbox does by itself when it starts.
func upkeep(t *testing.T, db *inbox.Database[pgx.Tx], conn *pgx.Conn) error {
	t.Helper()
	var log bytes.Buffer
	box := start(t, db, inbox.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelError}))))
	require.Eventually(t, func() bool {
		var done int
		err := conn.QueryRow(t.Context(), "SELECT count(*) FROM river_job WHERE kind = 'hostedpay_inbox_periodic' AND state IN ('completed', 'discarded')").Scan(&done)
		return err == nil && done == 2
	}, inTime, 10*time.Millisecond)
	require.NoError(t, box.Stop(context.WithoutCancel(t.Context())))
	require.NotContains(t, log.String(), "deadlock")
	return nil
}

// What locks several events locks them in one order, or waits for none: two that need the same
// events never wait for each other, whatever the order of time, or of the disk.
func TestLocksHaveOneOrder(t *testing.T) {
	t.Parallel()
	const quarantined, processed = "UPDATE inbox_events SET quarantined_at = now()", "UPDATE inbox_events SET processed_at = now() - (40 + id) * interval '1 day'"
	for name, c := range map[string]struct {
		events string // what became of them
		both   [2]locking
	}{
		"repeat and upkeep":  {processed, [2]locking{repeatAll, upkeep}},
		"erase and upkeep":   {processed, [2]locking{eraseAll, upkeep}},
		"erase and strays":   {"UPDATE inbox_events SET received_at = now() - id * interval '1 hour'", [2]locking{eraseAll, upkeep}},
		"replay and discard": {quarantined, [2]locking{replayAll, discardAll}},
		"erase and discard":  {quarantined, [2]locking{eraseAll, discardAll}},
		"erase and repeat":   {processed, [2]locking{eraseAll, repeatAll}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, conn := migratedPostgreSQL(t)
			schema := schemaOf(t, conn)
			box := accepting(t, db)
			require.NoError(t, box.AcceptTogether(t.Context(), freshEvents(t, 3)...))
			require.NoError(t, box.Stop(t.Context()))
			for _, statement := range []string{
				"DELETE FROM river_job", "UPDATE inbox_events SET session_id = 'vp_cs_test_same'", c.events,
				"VACUUM FULL inbox_events", "UPDATE inbox_events SET reason = '' WHERE id = 2", "UPDATE inbox_events SET reason = '' WHERE id = 1", // on the disk 3 is the first now
				"ANALYZE inbox_events",
			} {
				_, err := conn.Exec(t.Context(), statement)
				require.NoError(t, err)
			}
			looking := connect(t, postgresAddress(), schema)
			gate, err := conn.Begin(t.Context())
			require.NoError(t, err)
			_, err = gate.Exec(t.Context(), "SELECT FROM inbox_events WHERE id = 2 FOR UPDATE")
			require.NoError(t, err)

			errs := make(chan error, 2)
			for _, locks := range c.both {
				own := connect(t, postgresAddress(), schema)
				go func() {
					err := errors.New("it has failed")
					defer func() { errs <- err }()
					err = locks(t, db, own)
				}()
			}
			require.Eventually(t, func() bool {
				var waiting int
				err := looking.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%' || current_schema() || '.inbox_events%'").Scan(&waiting)
				return err == nil && waiting+len(errs) == 2
			}, inTime, 10*time.Millisecond)
			require.NoError(t, gate.Rollback(t.Context()))
			for range c.both {
				err := <-errs
				if err != nil {
					require.ErrorContains(t, err, "of the session wait")
				}
			}
		})
	}
}
