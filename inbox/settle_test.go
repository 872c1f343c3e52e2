package inbox_test

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

const liveJobs = "SELECT CAST(count(*) AS text) FROM river_job WHERE kind = 'hostedpay_inbox' AND state <> 'completed'"

func testSettledByOthers[TTx any](t *testing.T, s store[TTx]) {
	t.Helper()
	var log logged
	box, err := inbox.New(verifier(t), s.db, inbox.Work[TTx]{Outside: func(context.Context, webhooks.Event) error {
		s.text("UPDATE inbox_events SET processed_at = received_at RETURNING session_id")
		return errors.New("out of stock")
	}}, inbox.WithWorkers(0), inbox.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	require.NoError(t, err)
	require.NoError(t, box.AcceptTogether(t.Context(), freshEvents(t, 1)...))
	require.NoError(t, box.WorkNext(t.Context()))
	require.NotContains(t, log.String(), "is tried again")
	failures, err := s.db.Failures(t.Context(), 1)
	require.NoError(t, err)
	require.Empty(t, failures)
	require.Equal(t, "0", s.text(liveJobs))
}

// An event that somebody else has processed in the meantime has not failed, and is not tried again.
func TestAnEventThatSomebodyElseProcesses(t *testing.T) {
	t.Parallel()
	each(t, testSettledByOthers[*sql.Tx], testSettledByOthers[pgx.Tx])
}

func testFailsAtOnce[TTx any](t *testing.T, s store[TTx]) {
	t.Helper()
	fails := func(context.Context, webhooks.Event) error { return errors.New("out of stock") }
	inTx := func(ctx context.Context, _ TTx, event webhooks.Event) error { return fails(ctx, event) }
	for i, work := range []inbox.Work[TTx]{{Outside: fails}, {InTx: inTx}} {
		box, err := inbox.New(verifier(t), s.db, work, inbox.WithWorkers(0), inbox.WithBackoff(func(int) time.Duration { return time.Hour }))
		require.NoError(t, err)
		require.NoError(t, box.AcceptTogether(t.Context(), freshEvents(t, 1)...))
		require.NoError(t, box.WorkNext(t.Context())) // and dies
		failures, err := s.db.Failures(t.Context(), int64(i+1))
		require.NoError(t, err)
		require.Len(t, failures, 1)
		require.Equal(t, "0", s.text("SELECT CAST(count(*) AS text) FROM river_job WHERE state = 'running'"), "nothing that would come back as a job of a process that died")
		require.Equal(t, []string{"1", "2"}[i], s.text(liveJobs))
	}
}

// A failure is recorded once: the job is over with it, should the process die before River knows.
func TestAFailureIsRecordedOnce(t *testing.T) {
	t.Parallel()
	each(t, testFailsAtOnce[*sql.Tx], testFailsAtOnce[pgx.Tx])
}

// What River keeps with a job is one line of the inbox's own, whatever the database says.
func TestRiverKeepsNoReason(t *testing.T) {
	t.Parallel()
	for name, table := range map[string]string{"a failure that cannot be recorded": "inbox_failures", "a job that cannot be divided": "river_job"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, conn := migratedPostgreSQL(t)
			accepts := accepting(t, db)
			require.NoError(t, accepts.AcceptTogether(t.Context(), freshEvents(t, 3)...))
			require.NoError(t, accepts.AcceptTogether(t.Context(), freshEvents(t, 1)...))
			require.NoError(t, accepts.Stop(t.Context()))
			_, err := conn.Exec(t.Context(), `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE E'buyer@example.com\nvp_sk_live_0123456789abcdef'; END $$;
CREATE TRIGGER fail BEFORE INSERT ON `+table+` FOR EACH ROW EXECUTE FUNCTION `+schemaOf(t, conn)+`.fail();
UPDATE river_job SET attempt = 1`)
			require.NoError(t, err)
			var log logged
			box, err := inbox.New(verifier(t), db, inbox.Work[pgx.Tx]{InTx: func(context.Context, pgx.Tx, webhooks.Event) error { return errors.New("out of stock") }},
				inbox.WithLogger(slog.New(slog.NewTextHandler(&log, nil))), inbox.WithBackoff(func(int) time.Duration { return time.Millisecond }))
			require.NoError(t, err)
			require.NoError(t, box.Start(t.Context()))
			require.Eventually(t, func() bool {
				var failed int
				err := conn.QueryRow(t.Context(), "SELECT count(*) FROM river_job WHERE kind = 'hostedpay_inbox' AND errors IS NOT NULL").Scan(&failed)
				return err == nil && failed > 0
			}, inTime, 20*time.Millisecond)
			require.NoError(t, box.Stop(t.Context()))
			var kept string
			require.NoError(t, conn.QueryRow(t.Context(), "SELECT string_agg(CAST(errors AS text), ' ') FROM river_job WHERE kind = 'hostedpay_inbox'").Scan(&kept))
			require.Contains(t, kept, "could not be recorded: the log says why")
			require.NotContains(t, kept, "buyer@example.com")
			require.Contains(t, log.String(), "what became of webhook events could not be recorded")
			require.NotContains(t, log.String(), "0123456789")
		})
	}
}
