package inbox_test

import (
	"context"
	"database/sql"
	"encoding/json"
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

const neighbourVariable = "HOSTEDPAY_TEST_INBOX_NEIGHBOURS"

// A neighbourhood is the work of a process that one of its events ends.
type neighbourhood struct {
	SQLite  string // the file
	Schema  string // of PostgreSQL
	Outside bool
	Deadly  string // the session
}

func (n neighbourhood) work(t *testing.T) {
	t.Helper()
	if n.SQLite != "" {
		db, err := inbox.SQLite(n.SQLite)
		require.NoError(t, err)
		liveBeside(t, db, n, func(ctx context.Context, tx *sql.Tx, session string) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO effects VALUES ($1)", session)
			return err
		})
	}
	db, err := inbox.PostgreSQL(t.Context(), postgresAddress(), inbox.WithSchema(n.Schema))
	require.NoError(t, err)
	liveBeside(t, db, n, func(ctx context.Context, tx pgx.Tx, session string) error {
		_, err := tx.Exec(ctx, "INSERT INTO "+n.Schema+".effects VALUES ($1)", session)
		return err
	})
}

func liveBeside[TTx any](t *testing.T, db *inbox.Database[TTx], n neighbourhood, effect func(context.Context, TTx, string) error) {
	t.Helper()
	outside := func(_ context.Context, event webhooks.Event) error {
		if event.Info().SessionID == n.Deadly {
			os.Exit(diesWith)
		}
		time.Sleep(50 * time.Millisecond) // the others are not through when it ends
		return nil
	}
	work := inbox.Work[TTx]{Outside: outside}
	if !n.Outside {
		work = inbox.Work[TTx]{InTx: func(ctx context.Context, tx TTx, event webhooks.Event) error {
			if err := outside(ctx, event); err != nil {
				return err
			}
			return effect(ctx, tx, event.Info().SessionID)
		}}
	}
	box := workThatDies(t, db, work)
	for {
		stats, err := box.Stats(t.Context())
		require.NoError(t, err)
		if stats.Waiting == 0 {
			os.Exit(0)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// An event that ends its process each time is quarantined, and those that shared its job are done.
func TestNeighboursOfAnEventThatEndsItsProcess(t *testing.T) {
	t.Parallel()
	if told := os.Getenv(neighbourVariable); told != "" {
		var n neighbourhood
		require.NoError(t, json.Unmarshal([]byte(told), &n))
		n.work(t)
	}
	const events = 20
	for _, outside := range []bool{false, true} {
		name := map[bool]string{false: " InTx", true: " Outside"}[outside]
		t.Run("SQLite"+name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "events.db")
			open := func() *inbox.Database[*sql.Tx] {
				db, err := inbox.SQLite(path)
				require.NoError(t, err)
				return db
			}
			db := open()
			require.NoError(t, db.Migrate(t.Context()))
			books := openLedger(t, "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)", "")
			deadly := acceptMany(t, db, events)
			db.Close()
			deaths := dieOften(t, neighbourhood{SQLite: path, Outside: outside, Deadly: deadly}, func() {})
			db = open()
			t.Cleanup(db.Close)
			checkNeighbours(t, db, books, deadly, events, deaths, outside)
		})
		t.Run("PostgreSQL"+name, func(t *testing.T) {
			t.Parallel()
			db, conn := migratedPostgreSQL(t)
			books := openLedger(t, "pgx", postgresAddress(), schemaOf(t, conn)+".")
			deadly := acceptMany(t, db, events)
			deaths := dieOften(t, neighbourhood{Schema: schemaOf(t, conn), Outside: outside, Deadly: deadly}, func() { books.age(t) })
			checkNeighbours(t, db, books, deadly, events, deaths, outside)
		})
	}
}

func acceptMany[TTx any](t *testing.T, db *inbox.Database[TTx], n int) (deadly string) {
	t.Helper()
	box := accepting(t, db)
	events := freshEvents(t, n)
	require.NoError(t, box.AcceptTogether(t.Context(), events...))
	require.NoError(t, box.Stop(t.Context()))
	return events[n/4].Info().SessionID
}

// dieOften starts the process until nothing waits any more.
func dieOften(t *testing.T, n neighbourhood, between func()) (deaths int) {
	t.Helper()
	told, err := json.Marshal(n)
	require.NoError(t, err)
	for {
		program := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNeighboursOfAnEventThatEndsItsProcess$")
		program.Env = append(os.Environ(), neighbourVariable+"="+string(told))
		said, err := program.CombinedOutput()
		if err == nil {
			return deaths
		}
		require.Equal(t, diesWith, program.ProcessState.ExitCode(), "%s", said)
		deaths++
		require.Less(t, deaths, 30, "it dies for ever")
		between()
	}
}

func checkNeighbours[TTx any](t *testing.T, db *inbox.Database[TTx], books ledger, deadly string, events, deaths int, outside bool) {
	t.Helper()
	records, err := db.Events(t.Context(), inbox.Selection{}, inbox.Page{})
	require.NoError(t, err)
	require.Len(t, records, events)
	acknowledged := map[string]int{}
	for _, r := range records {
		if r.SessionID == deadly {
			require.Equal(t, inbox.StatusQuarantined, r.Status)
			require.Contains(t, r.Reason, "the process ended while it was working on the event")
			continue
		}
		require.Equal(t, inbox.StatusProcessed, r.Status, r.Reason)
		require.Zero(t, r.Attempts, "the process did not end because of it")
		acknowledged[r.SessionID] = 1
	}
	require.Equal(t, diesOften+1, deaths, "the first one, of all of them together, counts for none")
	if !outside {
		books.check(t, acknowledged)
	}
}
