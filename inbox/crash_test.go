package inbox_test

import (
	"context"
	"database/sql"
	"flag"
	"path/filepath"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/internal/test/crash"
)

const (
	usualEvents = 600
	perKill     = 75  // deliveries
	maxKills    = 100 // of a run
)

// crashEvents is how many events are sent. With more than usual, the jobs of processes that were
// killed wait for their rescue as long as they do in production, which is a minute and more.
var crashEvents = flag.Int("inbox.events", usualEvents, "events that the crash test sends, three of ten a second time; the full size is 20000")

// Every event that was acknowledged is processed, and what its handler wrote is there exactly once,
// although processes are killed at any moment.
func TestProcessesThatAreKilled(t *testing.T) {
	t.Parallel()
	if p, is := crashProcessOf(t); is {
		p.serve(t)
	}
	if testing.Short() {
		t.Skip("processes are killed where there is no -short")
	}
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "events.db")
		db, err := inbox.SQLite(path)
		require.NoError(t, err)
		require.NoError(t, db.Migrate(t.Context()))
		db.Close()
		processes := newCrashProcesses(t, 1, crashProcess{SQLite: path})
		_, err = inbox.SQLite(path)
		require.ErrorContains(t, err, "in this process or another one")
		testKilled(t, processes, openLedger(t, "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)", ""))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		db, schema := openPostgreSQL(t)
		require.NoError(t, db.Migrate(t.Context()))
		books := openLedger(t, "pgx", postgresAddress(), schema+".")
		testKilled(t, newCrashProcesses(t, 3, crashProcess{Schema: schema, Server: postgresAddress()}), books)
	})
}

// testKilled kills one process in each wave of deliveries, or does what instead says for a wave.
func testKilled(t *testing.T, processes []*crash.Program, books ledger, instead ...func(wave, of int) func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute+time.Duration(*crashEvents)*50*time.Millisecond)
	defer cancel()
	sender := newCrashSender(processes)
	deliveries := sender.plan(*crashEvents)
	kills := min(max(1, len(deliveries)/perKill), maxKills)
	for n := range kills {
		wave := deliveries[len(deliveries)*n/kills : len(deliveries)*(n+1)/kills]
		strike := sender.victim(processes[n%len(processes)], crashMoments[n%len(crashMoments)])
		for _, other := range instead {
			if struck := other(n, kills); struck != nil {
				strike = struck
			}
		}
		require.NoError(t, sender.wave(ctx, wave, strike))
	}

	for _, p := range processes { // all of them: what they worked on stays behind
		p.Kill(crash.AtOnce, 0)
	}
	if len(deliveries) <= usualEvents {
		books.age(t)
	}
	for _, p := range processes {
		require.NoError(t, p.Start())
	}
	for left := 1; left > 0; {
		var err error
		left, err = count(ctx, processes[0], inbox.StatusWaiting)
		require.NoError(t, err, "%d events are left", left)
		time.Sleep(50 * time.Millisecond)
	}
	processed, err := count(ctx, processes[0], inbox.StatusProcessed)
	require.NoError(t, err)
	books.check(t, sender.acknowledged)
	require.Equal(t, len(sender.acknowledged), processed, "events that are marked as processed, of those that were acknowledged")
	t.Logf("%d events, %d deliveries, %d attempts without a 200, processes killed: %v and all at the end",
		len(sender.acknowledged), len(deliveries), sender.failed, sender.kills)
}

// A ledger is the database, past the inbox.
type ledger struct {
	db     *sql.DB
	schema string
}

func openLedger(t *testing.T, driver, source, schema string) ledger {
	t.Helper()
	db, err := sql.Open(driver, source)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	l := ledger{db, schema}
	l.exec(t, "CREATE TABLE "+schema+"effects (id text)")
	return l
}

func (l ledger) exec(t *testing.T, statement string) {
	t.Helper()
	_, err := l.db.ExecContext(t.Context(), statement)
	require.NoError(t, err)
}

// age lets time pass for what processes have left behind: their jobs, and the lead among them.
func (l ledger) age(t *testing.T) {
	t.Helper()
	l.exec(t, "UPDATE "+l.schema+"river_job SET attempted_at = '2020-01-01 00:00:00' WHERE state = 'running'")
	l.exec(t, "DELETE FROM "+l.schema+"river_leader")
}

// check compares the effects with the events that were acknowledged.
func (l ledger) check(t *testing.T, acknowledged map[string]int) {
	t.Helper()
	rows, err := l.db.QueryContext(t.Context(), "SELECT id, count(*) FROM "+l.schema+"effects GROUP BY id")
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	effects, doubled := map[string]int{}, 0
	for rows.Next() {
		var id string
		var n int
		require.NoError(t, rows.Scan(&id, &n))
		require.Contains(t, acknowledged, id, "an effect of an event that nobody sent")
		effects[id] = n
		if n > 1 {
			doubled++
		}
	}
	require.NoError(t, rows.Err())
	lost := 0
	for id := range acknowledged {
		if effects[id] == 0 {
			lost++
		}
	}
	require.Zero(t, lost, "events that were acknowledged and have no effect, of %d", len(acknowledged))
	require.Zero(t, doubled, "events with more than one effect, of %d", len(acknowledged))
}
