package inbox_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

const (
	diesVariable = "HOSTEDPAY_TEST_INBOX_DIES" // the path of a file, or a schema
	diesWith     = 87
	diesOften    = 3
)

func workThatDies[TTx any](t *testing.T, db *inbox.Database[TTx], work inbox.Work[TTx]) *inbox.Inbox[TTx] {
	t.Helper()
	box, err := inbox.New(verifier(t), db, work, inbox.WithAttempts(diesOften), inbox.WithBackoff(func(int) time.Duration { return time.Millisecond }))
	require.NoError(t, err)
	require.NoError(t, box.Start(t.Context()))
	return box
}

// A process that an event ends says so with each attempt, but for the first one, after which it is
// worked on alone: nobody else can.
func TestAnEventThatEndsItsProcess(t *testing.T) {
	t.Parallel()
	dies := func(context.Context, webhooks.Event) error { os.Exit(diesWith); return nil }
	if where := os.Getenv(diesVariable); filepath.IsAbs(where) {
		db, err := inbox.SQLite(where)
		require.NoError(t, err)
		workThatDies(t, db, inbox.Work[*sql.Tx]{InTx: func(ctx context.Context, _ *sql.Tx, event webhooks.Event) error { return dies(ctx, event) }})
		time.Sleep(inTime)
	} else if where != "" {
		db, err := inbox.PostgreSQL(t.Context(), postgresAddress(), inbox.WithSchema(where))
		require.NoError(t, err)
		workThatDies(t, db, inbox.Work[pgx.Tx]{Outside: dies})
		time.Sleep(inTime)
	}
	die := func(t *testing.T, where string) {
		t.Helper()
		program := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAnEventThatEndsItsProcess$")
		program.Env = append(os.Environ(), diesVariable+"="+where)
		said, err := program.CombinedOutput()
		var ended *exec.ExitError
		require.ErrorAs(t, err, &ended, "%s", said)
		require.Equal(t, diesWith, ended.ExitCode(), "%s", said)
	}
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "events.db")
		db, err := inbox.SQLite(path)
		require.NoError(t, err)
		require.NoError(t, db.Migrate(t.Context()))
		acceptOne(t, db)
		db.Close()
		for range diesOften + 1 {
			die(t, path)
		}
		db, err = inbox.SQLite(path)
		require.NoError(t, err)
		t.Cleanup(db.Close)
		checkDied(t, db)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		db, conn := migratedPostgreSQL(t)
		acceptOne(t, db)
		for range diesOften + 1 {
			die(t, schemaOf(t, conn))
			_, err := conn.Exec(t.Context(), "UPDATE river_job SET attempted_at = '2020-01-01' WHERE state = 'running'; DELETE FROM river_leader") // time goes by
			require.NoError(t, err)
		}
		checkDied(t, db)
	})
}

func acceptOne[TTx any](t *testing.T, db *inbox.Database[TTx]) {
	t.Helper()
	box := accepting(t, db)
	require.Equal(t, 200, deliver(box, "vp_cs_test_a"))
	require.NoError(t, box.Stop(t.Context()))
}

func checkDied[TTx any](t *testing.T, db *inbox.Database[TTx]) {
	t.Helper()
	before, err := db.Failures(t.Context(), 1)
	require.NoError(t, err)
	require.Len(t, before, diesOften-1, "what is known while it is tried again")
	box := workThatDies(t, db, inbox.Work[TTx]{Outside: func(context.Context, webhooks.Event) error { return errors.New("it has had all its attempts") }})
	record := settled(t, db, inbox.StatusQuarantined, 1)[0]
	require.NoError(t, box.Stop(t.Context()))
	require.Equal(t, diesOften, record.Attempts)
	require.Contains(t, record.Reason, "the process ended while it was working on the event")
	failures, err := db.Failures(t.Context(), 1)
	require.NoError(t, err)
	require.Len(t, failures, diesOften)
}
