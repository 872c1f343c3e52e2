package inbox_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// together has one job work on the events of sessions, and returns how often the handler was called
// for each, and the records by session.
func together[TTx any](t *testing.T, db *inbox.Database[TTx], deadline time.Duration, work func(ctx context.Context, tx TTx, session string) error, sessions ...string) (calls map[string]int, records map[string]inbox.Record) {
	t.Helper()
	box := accepting(t, db)
	var events []webhooks.Event
	for _, session := range sessions {
		r := webhookstest.Vora(apiKey, webhookstest.SessionSucceeded(webhookstest.SessionID(session)))
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		event, err := verifier(t).Verify(t.Context(), r.Header, body)
		require.NoError(t, err)
		events = append(events, event)
	}
	require.NoError(t, box.AcceptTogether(t.Context(), events...))
	require.NoError(t, box.Stop(t.Context()))
	var mu sync.Mutex
	calls = map[string]int{}
	working, err := inbox.New(verifier(t), db, inbox.Work[TTx]{InTx: func(ctx context.Context, tx TTx, event webhooks.Event) error {
		session := event.Info().SessionID
		mu.Lock()
		calls[session]++
		mu.Unlock()
		return work(ctx, tx, session)
	}}, inbox.WithAttempts(1), inbox.WithDeadline(deadline), inbox.WithBackoff(func(int) time.Duration { return time.Millisecond }))
	require.NoError(t, err)
	require.NoError(t, working.Start(t.Context()))
	require.Eventually(t, func() bool { stats, err := db.Stats(t.Context()); return err == nil && stats.Waiting == 0 }, time.Minute, 20*time.Millisecond)
	require.NoError(t, working.Stop(t.Context()))
	all, err := db.Events(t.Context(), inbox.Selection{}, inbox.Page{Limit: 1000})
	require.NoError(t, err)
	records = map[string]inbox.Record{}
	for _, record := range all {
		records[record.SessionID] = record
	}
	return calls, records
}

// inTime is a deadline that no handler misses which does not want to; brief is one that is missed.
const (
	inTime = 30 * time.Second
	brief  = 500 * time.Millisecond
)

const parcel = "INSERT INTO parcels (session) VALUES ($1)"

// A sharing is a handler that shares its transaction with others, and what is left of it.
type sharing[TTx any] struct {
	work    func(ctx context.Context, tx TTx, session string) error
	parcels int    // that are committed
	reason  string // of its quarantine; empty when it succeeds
	spoils  bool   // the job has to be done again, event by event
	late    bool   // it takes longer than it may
}

// testSharing has each handler share one transaction with many that succeed.
func testSharing[TTx any](t *testing.T, s store[TTx], insert func(ctx context.Context, tx TTx, id string) error, handlers map[string]sharing[TTx]) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(handlers)) {
		handler := handlers[name]
		prefix := "vp_cs_test_" + strings.ReplaceAll(name, " ", "_")
		odd := []string{prefix + "_odd1", prefix + "_odd2", prefix + "_odd3"}
		good := make([]string, 30)
		for i := range good {
			good[i] = fmt.Sprintf("%s_good%d", prefix, i)
		}
		deadline := inTime
		if handler.late {
			deadline = brief
		}
		calls, records := together(t, s.db, deadline, func(ctx context.Context, tx TTx, session string) error {
			if strings.Contains(session, "_odd") {
				return handler.work(ctx, tx, session)
			}
			return insert(ctx, tx, session)
		}, append(odd, good...)...)
		for _, session := range good {
			require.Equal(t, inbox.StatusProcessed, records[session].Status, name)
			if !handler.spoils {
				require.Equal(t, 1, calls[session], "%s: the others are not done again", name)
			}
			require.Equal(t, "1", s.text("SELECT CAST(count(*) AS text) FROM parcels WHERE session = '"+session+"'"), name)
		}
		for _, session := range odd {
			if handler.reason == "" {
				require.Equal(t, inbox.StatusProcessed, records[session].Status, "%s: %s", name, records[session].Reason)
			} else {
				require.Equal(t, inbox.StatusQuarantined, records[session].Status, name)
				require.Contains(t, records[session].Reason, handler.reason, name)
			}
			count := s.text("SELECT CAST(count(*) AS text) FROM parcels WHERE session LIKE '" + session + "%'")
			require.Equal(t, fmt.Sprint(handler.parcels), count, name)
		}
	}
}

var errStock = errors.New("out of stock")

// common are handlers of both databases, which insert first.
func common[TTx any](insert func(ctx context.Context, tx TTx, id string) error) map[string]sharing[TTx] {
	return map[string]sharing[TTx]{
		"nothing": {work: func(context.Context, TTx, string) error { return nil }},
		"error": {work: func(ctx context.Context, tx TTx, session string) error {
			return errors.Join(insert(ctx, tx, session), errStock)
		}, reason: "out of stock"},
		"error without a statement": {work: func(context.Context, TTx, string) error { return errStock }, reason: "out of stock"},
		"statement that fails": {work: func(ctx context.Context, tx TTx, session string) error {
			return errors.Join(insert(ctx, tx, session), insert(ctx, tx, session))
		}, reason: "unique"},
		"first statement fails": {work: func(ctx context.Context, tx TTx, _ string) error {
			return insert(ctx, tx, "there before")
		}, reason: "unique"},
		"panic": {work: func(ctx context.Context, tx TTx, session string) error {
			_ = insert(ctx, tx, session)
			panic("a bug")
		}, reason: "panicked: a bug, in "},
		"too long": {work: func(ctx context.Context, tx TTx, session string) error {
			err := insert(ctx, tx, session)
			<-ctx.Done()
			return errors.Join(err, ctx.Err())
		}, reason: "deadline", late: true},
	}
}

// Whatever the handler of an event does in the transaction that it shares with others, its effects
// are there when it succeeds, and gone when it does not; those of the others are committed.
func TestHandlersShareATransaction(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		s, look := lookedAt(t)
		_, err := look.ExecContext(t.Context(), "CREATE TABLE parcels (session text PRIMARY KEY); INSERT INTO parcels VALUES ('there before')")
		require.NoError(t, err)
		insert := func(ctx context.Context, tx *sql.Tx, id string) error {
			_, err := tx.ExecContext(ctx, parcel, id)
			return err
		}
		handlers := common(insert)
		for name, h := range handlers {
			if h.reason == "unique" {
				h.reason = "UNIQUE"
				handlers[name] = h
			}
		}
		handlers["ended"] = sharing[*sql.Tx]{work: func(_ context.Context, tx *sql.Tx, _ string) error { return tx.Rollback() }, reason: "transaction has already been committed or rolled back", spoils: true}
		testSharing(t, s, insert, handlers)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		db, conn := migratedPostgreSQL(t)
		var schema string
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT current_schema()").Scan(&schema))
		_, err := conn.Exec(t.Context(), "CREATE TABLE parcels (session text PRIMARY KEY); INSERT INTO parcels VALUES ('there before')")
		require.NoError(t, err)
		s := store[pgx.Tx]{db: db, text: func(statement string) (text string) {
			require.NoError(t, conn.QueryRow(t.Context(), statement).Scan(&text))
			return text
		}}
		of := onPostgreSQL{table: schema + ".parcels"}
		handlers := common(of.insert)
		maps.Copy(handlers, of.handlers(t))
		testSharing(t, s, of.insert, handlers)
	})
}

// onPostgreSQL are handlers that use what only its transactions have.
type onPostgreSQL struct{ table string }

func (p onPostgreSQL) statement() string { return strings.Replace(parcel, "parcels", p.table, 1) }

func (p onPostgreSQL) insert(ctx context.Context, tx pgx.Tx, id string) error {
	_, err := tx.Exec(ctx, p.statement(), id)
	return err
}

func (p onPostgreSQL) handlers(t *testing.T) map[string]sharing[pgx.Tx] {
	t.Helper()
	returning := p.statement() + " RETURNING session"
	return map[string]sharing[pgx.Tx]{
		"swallowed": {work: func(ctx context.Context, tx pgx.Tx, session string) error {
			_ = p.insert(ctx, tx, session)
			_ = p.insert(ctx, tx, session)
			return nil
		}, reason: "returned nil"},
		"first one swallowed": {work: func(ctx context.Context, tx pgx.Tx, _ string) error {
			_ = p.insert(ctx, tx, "there before")
			return nil
		}, reason: "returned nil"},
		"statement that cannot be prepared": {work: func(ctx context.Context, tx pgx.Tx, _ string) error {
			_, err := tx.Exec(ctx, "SELECT $1::text FROM nowhere", "a")
			return err
		}, reason: "nowhere"},
		"argument that cannot be encoded": {work: func(ctx context.Context, tx pgx.Tx, _ string) error {
			_, err := tx.Exec(ctx, p.statement(), make(chan int))
			return err
		}, reason: "encode", spoils: true}, // the connection is lost with its batch
		"several statements": {work: func(ctx context.Context, tx pgx.Tx, session string) error {
			_, err := tx.Exec(ctx, fmt.Sprintf("INSERT INTO %s VALUES ('%s 1'); INSERT INTO %[1]s VALUES ('%s 2')", p.table, session, session))
			return err
		}, parcels: 2},
		"row": {work: func(ctx context.Context, tx pgx.Tx, session string) error {
			var back string
			if err := tx.QueryRow(ctx, returning, session).Scan(&back); err != nil || back != session {
				return fmt.Errorf("%q: %w", back, err)
			}
			return tx.QueryRow(ctx, "SELECT 1 WHERE $1", true).Scan(nil)
		}, parcels: 1},
		"no row": {work: func(ctx context.Context, tx pgx.Tx, _ string) error {
			return tx.QueryRow(ctx, "SELECT session FROM "+p.table+" WHERE session = $1", "nobody").Scan(nil)
		}, reason: "no rows"},
		"row that fails": {work: func(ctx context.Context, tx pgx.Tx, _ string) error {
			var back string
			return tx.QueryRow(ctx, returning, "there before").Scan(&back)
		}, reason: "unique"},
		"rows": {work: func(ctx context.Context, tx pgx.Tx, session string) error {
			rows, err := tx.Query(ctx, "SELECT n FROM generate_series(1, $1) AS n", 3)
			if err != nil {
				return err
			}
			all, err := pgx.CollectRows(rows, pgx.RowTo[int])
			if err != nil || len(all) != 3 {
				return fmt.Errorf("%v: %w", all, err)
			}
			return p.insert(ctx, tx, session)
		}, parcels: 1},
		"rows that are closed early": {work: func(ctx context.Context, tx pgx.Tx, session string) error {
			rows, err := tx.Query(ctx, "SELECT n FROM generate_series(1, $1) AS n", 4)
			if err != nil {
				return err
			}
			rows.Next()
			rows.Close()
			return errors.Join(rows.Err(), p.insert(ctx, tx, session))
		}, parcels: 1},
		"rows that fail": {work: func(ctx context.Context, tx pgx.Tx, _ string) error {
			rows, err := tx.Query(ctx, "SELECT 10/(n-$1) FROM generate_series(1, 3) AS n", 2)
			if err != nil {
				return err
			}
			_, err = pgx.CollectRows(rows, pgx.RowTo[int])
			return err
		}, reason: "division by zero"},
		"rows that stay open": {work: func(ctx context.Context, tx pgx.Tx, _ string) error {
			_, err := tx.Query(ctx, "SELECT n FROM generate_series(1, $1) AS n", 5)
			return err
		}, reason: "close them", spoils: true},
		"named arguments": {work: func(ctx context.Context, tx pgx.Tx, session string) error {
			_, err := tx.Exec(ctx, "INSERT INTO "+p.table+" VALUES (@id)", pgx.NamedArgs{"id": session})
			return err
		}, parcels: 1},
		"simple protocol": {work: func(ctx context.Context, tx pgx.Tx, session string) error {
			_, err := tx.Exec(ctx, p.statement(), pgx.QueryExecModeSimpleProtocol, session)
			return err
		}, parcels: 1},
		"prepared": {work: func(ctx context.Context, tx pgx.Tx, session string) error {
			if _, err := tx.Prepare(ctx, "parcel", p.statement()); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "parcel", session)
			return err
		}, parcels: 1},
		"copied": {work: func(ctx context.Context, tx pgx.Tx, session string) error {
			_, err := tx.CopyFrom(ctx, strings.Split(p.table, "."), []string{"session"}, pgx.CopyFromRows([][]any{{session + " 1"}, {session + " 2"}}))
			return err
		}, parcels: 2},
		"copy that fails": {work: func(ctx context.Context, tx pgx.Tx, session string) error {
			_, err := tx.CopyFrom(ctx, strings.Split(p.table, "."), []string{"session"}, pgx.CopyFromRows([][]any{{session}, {session}}))
			return err
		}, reason: "unique"},
		"batch": {work: func(ctx context.Context, tx pgx.Tx, session string) error {
			batch := &pgx.Batch{}
			batch.Queue(p.statement(), session+" 1")
			batch.Queue(p.statement(), session+" 2")
			return tx.SendBatch(ctx, batch).Close()
		}, parcels: 2},
		"batch that fails": {work: func(ctx context.Context, tx pgx.Tx, session string) error {
			batch := &pgx.Batch{}
			batch.Queue(p.statement(), session)
			batch.Queue(p.statement(), session)
			return tx.SendBatch(ctx, batch).Close()
		}, reason: "unique"},
		"nested": {work: func(ctx context.Context, tx pgx.Tx, session string) error {
			if err := pgx.BeginFunc(ctx, tx, func(in pgx.Tx) error { return p.insert(ctx, in, session+" 1") }); err != nil {
				return err
			}
			_ = pgx.BeginFunc(ctx, tx, func(in pgx.Tx) error { return p.insert(ctx, in, "there before") }) // rolled back alone
			return p.insert(ctx, tx, session+" 2")
		}, parcels: 2},
		"nested that stays open": {work: func(ctx context.Context, tx pgx.Tx, session string) error {
			in, err := tx.Begin(ctx)
			if err != nil {
				return err
			}
			return errors.Join(p.insert(ctx, in, session), errStock)
		}, reason: "out of stock"},
		"large objects": {work: func(ctx context.Context, tx pgx.Tx, session string) error {
			large := tx.LargeObjects()
			id, err := large.Create(ctx, 0)
			if err != nil {
				return err
			}
			return errors.Join(large.Unlink(ctx, id), p.insert(ctx, tx, session))
		}, parcels: 1},
		"connection": {work: func(ctx context.Context, tx pgx.Tx, session string) error {
			_, err := tx.Conn().Exec(ctx, p.statement(), session)
			return errors.Join(err, errStock)
		}, reason: "out of stock"},
		"commit": {work: func(ctx context.Context, tx pgx.Tx, session string) error {
			return errors.Join(p.insert(ctx, tx, session), tx.Commit(ctx))
		}, reason: "the inbox commits"},
		"rollback": {work: func(ctx context.Context, tx pgx.Tx, session string) error {
			return errors.Join(p.insert(ctx, tx, session), tx.Rollback(ctx))
		}, reason: "the inbox commits"},
		"rollback by hand": {work: func(ctx context.Context, tx pgx.Tx, _ string) error {
			_, err := tx.Conn().Exec(ctx, "ROLLBACK")
			return err
		}, reason: "has ended the transaction", spoils: true},
		"connection that breaks": {work: func(ctx context.Context, tx pgx.Tx, _ string) error {
			_, err := tx.Exec(ctx, "SELECT pg_terminate_backend(pg_backend_pid())")
			return err
		}, reason: "connection", spoils: true},
		"statement that takes too long": {work: func(ctx context.Context, tx pgx.Tx, _ string) error {
			_, err := tx.Exec(ctx, "SELECT pg_sleep(5)")
			return err
		}, reason: "timeout", spoils: true, late: true},
		"swallowed statement that takes too long": {work: func(ctx context.Context, tx pgx.Tx, _ string) error {
			_, _ = tx.Exec(ctx, "SELECT pg_sleep(5)")
			return nil
		}, reason: "deadline", spoils: true, late: true},
		"never ends": {work: func(context.Context, pgx.Tx, string) error {
			time.Sleep(4 * brief) // as one that waits for something else than its context
			return nil
		}, reason: "did not end when its context did", spoils: true, late: true},
	}
}
