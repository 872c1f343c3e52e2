package inbox_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// deliverAll delivers each event from a caller of its own, all at once, and returns the responses'
// status codes.
func deliverAll(box *inbox.Inbox[pgx.Tx], sessions ...string) map[string][]int {
	return deliverTo(func(session string) int { return deliver(box, session) }, sessions...)
}

func deliverTo(deliver func(session string) int, sessions ...string) map[string][]int {
	var mu sync.Mutex
	codes := map[string][]int{}
	var all sync.WaitGroup
	for _, session := range sessions {
		all.Go(func() {
			code := deliver(session)
			mu.Lock()
			defer mu.Unlock()
			codes[session] = append(codes[session], code)
		})
	}
	all.Wait()
	return codes
}

func numbered(n int, name string) (sessions []string) {
	for i := range n {
		sessions = append(sessions, fmt.Sprintf("vp_cs_test_%s%d", name, i))
	}
	return sessions
}

// testOneRow has the database reject one event, in a batch with others that come twice.
func testOneRow[TTx any](t *testing.T, s store[TTx], exec func(statement string), forbid string) {
	t.Helper()
	exec(forbid)
	box := start(t, s.db)
	sessions := append(numbered(300, "x"), numbered(300, "x")...)
	sessions = append(sessions, "vp_cs_test_poison", "vp_cs_test_\x00nul")
	for session, codes := range deliverTo(func(session string) int { return deliver(box, session) }, sessions...) {
		for _, code := range codes {
			if session == "vp_cs_test_poison" {
				require.Equal(t, 500, code)
			} else {
				require.Equal(t, 200, code, session)
			}
		}
	}
	require.Eventually(t, func() bool { stats, err := s.db.Stats(t.Context()); return err == nil && stats.Waiting == 0 }, 20*time.Second, 20*time.Millisecond)
	require.Equal(t, "301", s.text("SELECT CAST(count(*) AS text) FROM inbox_events"))
	require.Equal(t, "301", s.text("SELECT CAST(count(*) AS text) FROM inbox_events WHERE processed_at IS NOT NULL"))
}

// One event that cannot be stored takes no other with it, and what comes twice is stored once.
func TestOneRowThatCannotBeStored(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		s, look := lookedAt(t)
		testOneRow(t, s, func(statement string) {
			_, err := look.ExecContext(t.Context(), statement)
			require.NoError(t, err)
		}, `CREATE TRIGGER forbid BEFORE INSERT ON inbox_events WHEN NEW.session_id = 'vp_cs_test_poison' BEGIN SELECT RAISE(ABORT, 'poison'); END`)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		db, conn := migratedPostgreSQL(t)
		testOneRow(t, store[pgx.Tx]{db: db, text: func(statement string) (text string) {
			require.NoError(t, conn.QueryRow(t.Context(), statement).Scan(&text))
			return text
		}}, func(statement string) {
			_, err := conn.Exec(t.Context(), statement)
			require.NoError(t, err)
		}, `ALTER TABLE inbox_events ADD CHECK (session_id <> 'vp_cs_test_poison')`)
	})
}

// lookedAt is a database in a file, with a connection past the inbox.
func lookedAt(t *testing.T) (store[*sql.Tx], *sql.DB) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "events.db")
	db, err := inbox.SQLite(path)
	require.NoError(t, err)
	t.Cleanup(db.Close)
	require.NoError(t, db.Migrate(t.Context()))
	look, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, look.Close()) })
	return store[*sql.Tx]{db: db, text: func(statement string) (text string) {
		require.NoError(t, look.QueryRowContext(t.Context(), statement).Scan(&text))
		return text
	}}, look
}

// migratedPostgreSQL is a schema of its own, with a connection past the inbox.
func migratedPostgreSQL(t *testing.T) (*inbox.Database[pgx.Tx], *pgx.Conn) {
	t.Helper()
	db, schema := openPostgreSQL(t)
	require.NoError(t, db.Migrate(t.Context()))
	return db, connect(t, postgresAddress(), schema)
}

func connect(t *testing.T, address, schema string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	_, err = conn.Exec(t.Context(), "SET search_path = "+schema)
	require.NoError(t, err)
	return conn
}

// A table that somebody has locked is a 503, of which nothing is acknowledged, and not the end. Who
// gives up in the meantime finds the event stored.
func TestALockedTable(t *testing.T) {
	t.Parallel()
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		db, conn := migratedPostgreSQL(t)
		testLocked(t, start(t, db), db, func(statement string) {
			_, err := conn.Exec(t.Context(), statement)
			require.NoError(t, err)
		}, "BEGIN; LOCK TABLE inbox_events IN ACCESS EXCLUSIVE MODE")
	})
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		s, look := lookedAt(t)
		conn, err := look.Conn(t.Context())
		require.NoError(t, err)
		defer func() { require.NoError(t, conn.Close()) }()
		testLocked(t, start(t, s.db), s.db, func(statement string) {
			_, err := conn.ExecContext(t.Context(), statement)
			require.NoError(t, err)
		}, "BEGIN IMMEDIATE")
	})
}

func testLocked[TTx any](t *testing.T, box *inbox.Inbox[TTx], db *inbox.Database[TTx], exec func(string), lock string) {
	t.Helper()
	require.Equal(t, 200, deliver(box, "vp_cs_test_before"))
	settled(t, db, inbox.StatusProcessed, 1)
	exec(lock)
	gone, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	response := httptest.NewRecorder()
	box.ServeHTTP(response, webhookstest.Vora(apiKey, webhookstest.SessionSucceeded(webhookstest.SessionID("vp_cs_test_gone"))).WithContext(gone))
	require.NotEqual(t, 200, response.Code)
	codes := deliverTo(func(session string) int { return deliver(box, session) }, numbered(5, "locked")...)
	require.Len(t, codes, 5)
	for session, code := range codes {
		require.Equal(t, []int{503}, code, session)
	}
	exec("COMMIT")
	for _, session := range append(numbered(5, "locked"), "vp_cs_test_gone", "vp_cs_test_after") {
		require.Eventually(t, func() bool { return deliver(box, session) == 200 }, 60*time.Second, 100*time.Millisecond, "what was not acknowledged is delivered again")
	}
	settled(t, db, inbox.StatusProcessed, 8)
}

func testNeverEnds[TTx any](t *testing.T, s store[TTx], outside bool) {
	t.Helper()
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	do := func(_ context.Context, event webhooks.Event) error {
		switch event.Info().SessionID {
		case "vp_cs_test_slow":
			<-release // whatever its context says
		case "vp_cs_test_exits":
			runtime.Goexit()
		}
		return nil
	}
	work := inbox.Work[TTx]{Outside: do}
	if !outside {
		work = inbox.Work[TTx]{InTx: func(ctx context.Context, _ TTx, event webhooks.Event) error { return do(ctx, event) }}
	}
	box, err := inbox.New(verifier(t), s.db, work, inbox.WithWorkers(1), inbox.WithAttempts(6), inbox.WithDeadline(50*time.Millisecond), inbox.WithBackoff(func(int) time.Duration { return time.Millisecond }))
	require.NoError(t, err)
	require.NoError(t, box.Start(t.Context()))
	for _, session := range []string{"vp_cs_test_slow", "vp_cs_test_exits", "vp_cs_test_other"} {
		require.Equal(t, 200, deliver(box, session))
	}
	settled(t, s.db, inbox.StatusProcessed, 1)
	for _, record := range settled(t, s.db, inbox.StatusQuarantined, 2) {
		require.Equal(t, 6, record.Attempts)
		require.Contains(t, record.Reason, map[string]string{"vp_cs_test_slow": "was left behind", "vp_cs_test_exits": "ended its goroutine"}[record.SessionID])
	}
	require.NoError(t, box.Stop(t.Context()))
}

// A handler that never ends, or ends its goroutine, keeps neither the worker nor a connection: the
// others are processed, and its own event is quarantined with the reason.
func TestAHandlerThatNeverEnds(t *testing.T) {
	t.Parallel()
	for name, outside := range map[string]bool{"InTx": false, "Outside": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, s store[*sql.Tx]) { testNeverEnds(t, s, outside) }, func(t *testing.T, s store[pgx.Tx]) {
				few, err := inbox.PostgreSQL(t.Context(), postgresAddress()+"&pool_max_conns=3", inbox.WithSchema(s.text("SELECT current_schema()::text")))
				require.NoError(t, err)
				t.Cleanup(few.Close)
				s.db = few
				testNeverEnds(t, s, outside)
			})
		})
	}
}

// Workers that are all busy, with every connection of theirs, keep no event from being accepted.
func TestBusyWorkersDoNotRejectEvents(t *testing.T) {
	t.Parallel()
	made, schema := openPostgreSQL(t)
	require.NoError(t, made.Migrate(t.Context()))
	db, err := inbox.PostgreSQL(t.Context(), postgresAddress()+"&pool_max_conns=4", inbox.WithSchema(schema))
	require.NoError(t, err)
	t.Cleanup(db.Close)
	var entered atomic.Int64
	release := make(chan struct{})
	box, err := inbox.New(verifier(t), db, inbox.Work[pgx.Tx]{InTx: func(context.Context, pgx.Tx, webhooks.Event) error {
		entered.Add(1)
		<-release
		return nil
	}}, inbox.WithWorkers(100), inbox.WithDeadline(time.Minute))
	require.NoError(t, err)
	require.NoError(t, box.Start(t.Context()))
	sessions := numbered(120, "busy")
	for _, session := range sessions[:20] {
		require.Equal(t, 200, deliver(box, session))
	}
	require.Eventually(t, func() bool { return entered.Load() >= 3 }, 20*time.Second, 10*time.Millisecond, "connections that work")
	for session, code := range deliverAll(box, sessions[20:]...) {
		require.Equal(t, []int{200}, code, session)
	}
	close(release)
	settled(t, db, inbox.StatusProcessed, 100)
	require.NoError(t, box.Stop(t.Context()))
}

func testSavepoints[TTx any](t *testing.T, db *inbox.Database[TTx], exec func(ctx context.Context, tx TTx, statement string) error) {
	t.Helper()
	require.NoError(t, db.Migrate(t.Context()))
	accepting, err := inbox.New(verifier(t), db, inbox.Work[TTx]{InTx: func(context.Context, TTx, webhooks.Event) error { return nil }}, inbox.WithWorkers(0))
	require.NoError(t, err)
	require.NoError(t, accepting.Start(t.Context()))
	deliverTo(func(session string) int { return deliver(accepting, session) }, append(numbered(30, "s"), "vp_cs_test_bad")...)
	require.NoError(t, accepting.Stop(t.Context()))
	var mu sync.Mutex
	calls := map[string]int{}
	box, err := inbox.New(verifier(t), db, inbox.Work[TTx]{InTx: func(ctx context.Context, tx TTx, event webhooks.Event) error {
		id := event.Info().SessionID
		mu.Lock()
		calls[id]++
		mu.Unlock()
		if id == "vp_cs_test_bad" {
			return exec(ctx, tx, "SELECT what FROM nowhere") // after which PostgreSQL runs nothing else in the transaction
		}
		return exec(ctx, tx, "SELECT 1")
	}}, inbox.WithAttempts(2), inbox.WithBackoff(func(int) time.Duration { return time.Millisecond }))
	require.NoError(t, err)
	require.NoError(t, box.Start(t.Context()))
	settled(t, db, inbox.StatusProcessed, 30)
	settled(t, db, inbox.StatusQuarantined, 1)
	require.NoError(t, box.Stop(t.Context()))
	for _, session := range numbered(30, "s") {
		require.Equal(t, 1, calls[session], "the failure of another is none of its own")
	}
}

// A statement that fails spoils the transaction of PostgreSQL for its own event only.
func TestAStatementThatFails(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		testSavepoints(t, openSQLite(t), func(ctx context.Context, tx *sql.Tx, statement string) error {
			_, err := tx.ExecContext(ctx, statement)
			return err
		})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		db, _ := openPostgreSQL(t)
		testSavepoints(t, db, func(ctx context.Context, tx pgx.Tx, statement string) error {
			_, err := tx.Exec(ctx, statement)
			return err
		})
	})
}

func testMigrations[TTx any](t *testing.T, db *inbox.Database[TTx]) {
	t.Helper()
	box, err := inbox.New(verifier(t), db, inbox.Work[TTx]{Outside: func(context.Context, webhooks.Event) error { return errors.New("never") }})
	require.NoError(t, err)
	require.ErrorContains(t, box.Start(t.Context()), "inbox 001 events")
	_, err = db.Events(t.Context(), inbox.Selection{}, inbox.Page{})
	require.ErrorContains(t, err, "call Migrate")
	steps, err := db.Migrations(t.Context())
	require.NoError(t, err)
	require.Greater(t, len(steps), 2)
	for _, step := range steps {
		require.False(t, step.Applied, step.Name)
		require.NotEmpty(t, step.SQL, step.Name)
		require.NotContains(t, step.SQL, "TEMPLATE", step.Name)
	}
	require.NoError(t, db.Migrate(t.Context()))
	steps, err = db.Migrations(t.Context())
	require.NoError(t, err)
	for _, step := range steps {
		require.True(t, step.Applied, step.Name)
	}
}

// Migrations are printed, and applied when somebody asks for it.
func TestNothingMigratesByItself(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		testMigrations(t, openSQLite(t))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		db, schema := openPostgreSQL(t)
		_, err := connect(t, postgresAddress(), "public").Exec(t.Context(), "CREATE SCHEMA IF NOT EXISTS "+schema)
		require.NoError(t, err)
		testMigrations(t, db)
	})
}

// River's completed jobs leave after ten minutes, and their events stay.
func TestCompletedJobsLeave(t *testing.T) {
	t.Parallel()
	db, conn := migratedPostgreSQL(t)
	first := start(t, db)
	deliverAll(first, numbered(5, "old")...)
	settled(t, db, inbox.StatusProcessed, 5)
	require.NoError(t, first.Stop(t.Context()))
	const jobs = "SELECT count(*) FROM river_job WHERE kind = 'hostedpay_inbox' AND finalized_at < now() - interval '1 minute'"
	var left int
	for age, want := range map[string]bool{"11 minutes": true, "9 minutes": false} {
		_, err := conn.Exec(t.Context(), "INSERT INTO river_job (args, kind, max_attempts, queue, state, finalized_at, metadata) VALUES ('{\"ids\": [1]}', 'hostedpay_inbox', 1, 'x', 'completed', now() - CAST($1 AS interval), jsonb_build_object('leaves', CAST($2 AS boolean)))", age, want)
		require.NoError(t, err)
	}
	start(t, db)
	require.Eventually(t, func() bool {
		return conn.QueryRow(t.Context(), jobs).Scan(&left) == nil && left == 1
	}, 40*time.Second, 50*time.Millisecond)
	var leaves bool
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT metadata->>'leaves' = 'true' FROM river_job WHERE finalized_at < now() - interval '1 minute'").Scan(&leaves))
	require.False(t, leaves)
	settled(t, db, inbox.StatusProcessed, 5)
}

// A notification follows each commit, so that no event waits until somebody polls because another
// one came shortly before it.
func TestEachEventIsNotified(t *testing.T) {
	t.Parallel()
	db, schema := openPostgreSQL(t)
	require.NoError(t, db.Migrate(t.Context()))
	conn := connect(t, postgresAddress(), schema)
	_, err := conn.Exec(t.Context(), `LISTEN "`+schema+`.river_insert"`)
	require.NoError(t, err)
	box := start(t, db, inbox.WithWorkers(0))
	for _, session := range numbered(20, "n") {
		require.Equal(t, 200, deliver(box, session))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for range 20 {
		_, err := conn.WaitForNotification(ctx)
		require.NoError(t, err)
	}
}
