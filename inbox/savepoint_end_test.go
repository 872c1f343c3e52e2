package inbox_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
)

func schemaOf(t *testing.T, conn *pgx.Conn) (schema string) {
	t.Helper()
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT current_schema()").Scan(&schema))
	return schema
}

// parcelsOf is a database with a table for handlers, and how many parcels of a session it has.
func parcelsOf(t *testing.T) (db *inbox.Database[pgx.Tx], of onPostgreSQL, count func(session string) int) {
	t.Helper()
	db, conn := migratedPostgreSQL(t)
	schema := schemaOf(t, conn)
	_, err := conn.Exec(t.Context(), "CREATE TABLE parcels (session text PRIMARY KEY)")
	require.NoError(t, err)
	return db, onPostgreSQL{table: schema + ".parcels"}, func(session string) (n int) {
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM parcels WHERE session = $1", session).Scan(&n))
		return n
	}
}

// The last handler of a job ends the transaction and begins another: the work of all the others is
// gone, and so none of it may be marked as done.
func TestTheLastHandlerEndsTheTransaction(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]string{"chain": "ROLLBACK AND CHAIN", "begin": "ROLLBACK; BEGIN"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, of, count := parcelsOf(t)
			var calls atomic.Int32
			sessions := numbered(4, name)
			_, records := together(t, db, inTime, func(ctx context.Context, tx pgx.Tx, session string) error {
				err := of.insert(ctx, tx, session)
				if calls.Add(1) == 4 {
					_, err = tx.Conn().Exec(ctx, how)
				}
				return err
			}, sessions...)
			for _, session := range sessions {
				require.Equal(t, inbox.StatusProcessed, records[session].Status, records[session].Reason)
				require.Equal(t, 1, count(session), session)
			}
		})
	}
}

// What the inbox itself writes at the end of a job is not in the savepoint of the last handler.
func TestWhatAHandlerSetsEndsWithIt(t *testing.T) {
	t.Parallel()
	db, _, _ := parcelsOf(t)
	sessions := numbered(3, "readonly")
	calls, records := together(t, db, inTime, func(ctx context.Context, tx pgx.Tx, _ string) error {
		_, err := tx.Exec(ctx, "SET TRANSACTION READ ONLY")
		return err
	}, sessions...)
	for _, session := range sessions {
		require.Equal(t, inbox.StatusProcessed, records[session].Status, records[session].Reason)
		require.Equal(t, 1, calls[session])
	}
}

// Goroutines of one handler get an error when they use its transaction at once, whatever they do
// with it, and never each other's rows.
func TestGoroutinesOfAHandlerAreKeptApart(t *testing.T) {
	t.Parallel()
	db, _, _ := parcelsOf(t)
	sessions := numbered(5, "apart")
	_, records := together(t, db, inTime, func(ctx context.Context, tx pgx.Tx, _ string) error {
		var all sync.WaitGroup
		for n := range 8 {
			all.Go(func() {
				for i := range 50 {
					var got int
					err := tx.QueryRow(ctx, fmt.Sprintf("SELECT $1::int + %d", i%10), n).Scan(&got)
					if err == nil && got != n+i%10 {
						panic(fmt.Sprintf("%d is not %d", got, n+i%10))
					}
				}
			})
		}
		all.Wait()
		return nil
	}, sessions...)
	for _, session := range sessions {
		require.Equal(t, inbox.StatusProcessed, records[session].Status, records[session].Reason)
	}
}

// A handler that commits would commit the work of others, which then is done again.
func TestAHandlerCannotEndTheTransaction(t *testing.T) {
	t.Parallel()
	for _, statement := range []string{
		"COMMIT", "commit work;", " END TRANSACTION", "Rollback", "ABORT", "COMMIT AND CHAIN", "ROLLBACK AND NO CHAIN ; ", "PREPARE TRANSACTION 'a'",
		"COMMIT -- of the shop", "/* the ** shop */\nCOMMIT /* all */ WORK;", ";COMMIT", "SELECT 1; COMMIT;", "BEGIN; SELECT 1; END", "-- so\nrollback/**/and/**/chain",
	} {
		t.Run(statement, func(t *testing.T) {
			t.Parallel()
			db, of, count := parcelsOf(t)
			sessions := numbered(4, "ends")
			calls, records := together(t, db, inTime, func(ctx context.Context, tx pgx.Tx, session string) error {
				if err := of.insert(ctx, tx, session); err != nil || session != sessions[2] {
					return err
				}
				batch := &pgx.Batch{}
				batch.Queue(statement)
				_, err := tx.Exec(ctx, statement)
				require.ErrorContains(t, err, "return nil, or an error")
				require.ErrorContains(t, tx.SendBatch(ctx, batch).Close(), "return nil, or an error")
				require.ErrorContains(t, tx.QueryRow(ctx, statement).Scan(), "return nil, or an error")
				return err
			}, sessions...)
			for i, session := range sessions {
				require.Equal(t, 1, calls[session], session)
				if i == 2 {
					require.Equal(t, inbox.StatusQuarantined, records[session].Status)
					require.Zero(t, count(session))
					continue
				}
				require.Equal(t, inbox.StatusProcessed, records[session].Status, records[session].Reason)
				require.Equal(t, 1, count(session))
			}
		})
	}
}

// Some ways to commit cannot be told from what is allowed. What the handlers before it have written
// is committed then, and so is that their events are processed: nobody does them again.
func TestAHandlerThatCommitsAllTheSame(t *testing.T) {
	t.Parallel()
	onConnection := func(statement string) func(context.Context, pgx.Tx) error {
		return func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Conn().Exec(ctx, statement)
			return err
		}
	}
	for name, commit := range map[string]func(ctx context.Context, tx pgx.Tx) error{
		"connection":           onConnection("COMMIT"),
		"connection and begin": onConnection("COMMIT; BEGIN"),
		"connection and chain": onConnection("COMMIT AND CHAIN"),
		"connection after a nested transaction": func(ctx context.Context, tx pgx.Tx) error {
			nested, err := tx.Begin(ctx)
			if err != nil {
				return err
			}
			err = onConnection("SELECT 1")(ctx, nested)
			return errors.Join(err, nested.Rollback(ctx), onConnection("COMMIT")(ctx, tx))
		},
		"connection after a savepoint": func(ctx context.Context, tx pgx.Tx) error {
			return errors.Join(statements(ctx, tx, "SAVEPOINT mine", "SELECT 1; SELECT 2", "ROLLBACK TO mine"), onConnection("COMMIT")(ctx, tx))
		},
		"several statements after a savepoint": func(ctx context.Context, tx pgx.Tx) error {
			return statements(ctx, tx, "savepoint mine", "SELECT 1; SELECT 2", "ROLLBACK TO mine", "SELECT 1; COMMIT; SELECT 1")
		},
		"several statements": func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, "SELECT 1; COMMIT; SELECT 1")
			return err
		},
		"several statements of a row": func(ctx context.Context, tx pgx.Tx) error {
			return tx.QueryRow(ctx, "SELECT 1; COMMIT; SELECT 1", pgx.QueryExecModeSimpleProtocol).Scan(nil)
		},
		"rewritten": func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, "SELECT", rewrites{})
			return err
		},
		"rewritten in a batch": func(ctx context.Context, tx pgx.Tx) error {
			batch := &pgx.Batch{}
			batch.Queue("SELECT", rewrites{})
			return tx.SendBatch(ctx, batch).Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, conn := migratedPostgreSQL(t)
			_, err := conn.Exec(t.Context(), "CREATE TABLE parcels (session text)")
			require.NoError(t, err)
			of := onPostgreSQL{table: schemaOf(t, conn) + ".parcels"}
			sessions := numbered(7, "commits")
			_, records := together(t, db, inTime, func(ctx context.Context, tx pgx.Tx, session string) error {
				err := of.insert(ctx, tx, session)
				switch session {
				case sessions[2]: // its marks are rolled back with it
					return errors.Join(err, errStock, onConnection("SELECT 1")(ctx, tx))
				case sessions[4]:
					return errors.Join(err, commit(ctx, tx))
				}
				return err
			}, sessions...)
			for i, session := range sessions {
				var parcels int
				require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM parcels WHERE session = $1", session).Scan(&parcels))
				switch i {
				case 2:
					require.Equal(t, inbox.StatusQuarantined, records[session].Status)
					require.Zero(t, parcels)
				case 4:
					require.Equal(t, inbox.StatusQuarantined, records[session].Status)
					require.Contains(t, records[session].Reason, "leave Commit and Rollback to the inbox")
				default:
					require.Equal(t, inbox.StatusProcessed, records[session].Status, records[session].Reason)
					require.Equal(t, 1, parcels, session)
				}
			}
		})
	}
}

func statements(ctx context.Context, tx pgx.Tx, list ...string) error {
	for _, statement := range list {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// rewrites makes a COMMIT of a statement.
type rewrites struct{}

func (rewrites) RewriteQuery(context.Context, *pgx.Conn, string, []any) (string, []any, error) {
	return "COMMIT", nil, nil
}

// What is prepared under a name is a statement too.
func TestAHandlerCannotPrepareACommit(t *testing.T) {
	t.Parallel()
	db, _, _ := parcelsOf(t)
	_, records := together(t, db, inTime, func(ctx context.Context, tx pgx.Tx, _ string) error {
		_, err := tx.Prepare(ctx, "the_end", "COMMIT")
		return err
	}, "vp_cs_test_a")
	require.Contains(t, records["vp_cs_test_a"].Reason, "return nil, or an error")
}

// On SQLite a handler commits nothing either: with the Commit of the sql.Tx, with a statement, or
// with what it writes after a statement that has rolled back its transaction.
func TestAHandlerCannotCommitOnSQLite(t *testing.T) {
	t.Parallel()
	exec := func(statement string) func(context.Context, *sql.Tx) error {
		return func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, statement)
			return err
		}
	}
	for name, ends := range map[string]func(ctx context.Context, tx *sql.Tx) error{
		"Commit":      func(_ context.Context, tx *sql.Tx) error { return tx.Commit() },
		"Rollback":    func(_ context.Context, tx *sql.Tx) error { return tx.Rollback() },
		"COMMIT":      exec("INSERT INTO parcels VALUES ('more'); COMMIT"),
		"ROLLBACK":    exec("ROLLBACK"),
		"OR ROLLBACK": exec("INSERT OR ROLLBACK INTO parcels VALUES ('one'), ('one')"),
		"interrupted": func(ctx context.Context, tx *sql.Tx) error {
			short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
			defer cancel()
			return exec("INSERT INTO parcels WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0")(short, tx)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, look := lookedAt(t)
			_, err := look.ExecContext(t.Context(), "CREATE TABLE parcels (session text UNIQUE)")
			require.NoError(t, err)
			sessions := numbered(5, "commits")
			_, records := together(t, s.db, inTime, func(ctx context.Context, tx *sql.Tx, session string) error {
				_, err := tx.ExecContext(ctx, parcel, session)
				if session != sessions[3] {
					return err
				}
				_ = ends(ctx, tx)                                // which the handler does not care about
				_, _ = tx.ExecContext(ctx, parcel, "afterwards") // it goes on, outside of any transaction
				return nil
			}, sessions...)
			for i, session := range sessions {
				want, parcels := inbox.StatusProcessed, "1"
				if i == 3 {
					want, parcels = inbox.StatusQuarantined, "0"
					require.Contains(t, records[session].Reason, "leave Commit and Rollback to the inbox")
				}
				require.Equal(t, want, records[session].Status, records[session].Reason)
				require.Equal(t, parcels, s.text("SELECT CAST(count(*) AS text) FROM parcels WHERE session = '"+session+"'"), session)
			}
			require.Equal(t, "4", s.text("SELECT CAST(count(*) AS text) FROM parcels"), "and nothing else")
		})
	}
}

// What only looks like the end of the transaction is let through.
func TestWhatDoesNotEndTheTransaction(t *testing.T) {
	t.Parallel()
	db, of, count := parcelsOf(t)
	_, records := together(t, db, inTime, func(ctx context.Context, tx pgx.Tx, session string) error {
		for _, statement := range []string{"SAVEPOINT mine", "INSERT INTO " + of.table + " VALUES ('gone')", "ROLLBACK TO SAVEPOINT mine", "RELEASE mine", "SELECT 'COMMIT; COMMIT'", "/* a */ SELECT CASE WHEN true THEN 1 /* b */ END", "-- COMMIT\nSELECT 1 -- COMMIT", "DO $$ BEGIN PERFORM 1; END $$"} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return of.insert(ctx, tx, session)
	}, "vp_cs_test_a")
	require.Equal(t, inbox.StatusProcessed, records["vp_cs_test_a"].Status, records["vp_cs_test_a"].Reason)
	require.Equal(t, 1, count("vp_cs_test_a"))
	require.Zero(t, count("gone"))
}
