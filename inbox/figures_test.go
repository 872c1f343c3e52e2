package inbox_test

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

var figureRounds = flag.Int("inbox.figures", 0, "rounds of the comparison with other ways to store events, of which the median counts; 5 or more")

// plainArgs are a job of River for one event.
type plainArgs struct {
	ID int64 `json:"id"`
}

func (plainArgs) Kind() string { return "plain" }

// A way stores one event.
type way struct {
	name  string
	store func(ctx context.Context, event webhooks.Event) error
}

var eventsMade atomic.Int64

// freshEvents are verified, and have never been delivered.
func freshEvents(t *testing.T, n int) []webhooks.Event {
	t.Helper()
	events := make([]webhooks.Event, n)
	v := verifier(t)
	for i := range events {
		r := webhookstest.Vora(apiKey, webhookstest.SessionSucceeded(webhookstest.SessionID(fmt.Sprintf("vp_cs_test_f%d", eventsMade.Add(1)))))
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		events[i], err = v.Verify(t.Context(), r.Header, body)
		require.NoError(t, err)
	}
	return events
}

// perSecond has so many callers store events, and returns how many there were in a second.
func (w way) perSecond(t *testing.T, callers int, events []webhooks.Event, latencies *[]time.Duration) float64 {
	t.Helper()
	var next, failed atomic.Int64
	var all sync.WaitGroup
	took := make([]time.Duration, len(events))
	began := time.Now()
	for range callers {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(events)); i = next.Add(1) - 1 {
				from := time.Now()
				if w.store(t.Context(), events[i]) != nil {
					failed.Add(1)
				}
				took[i] = time.Since(from)
			}
		})
	}
	all.Wait()
	elapsed := time.Since(began)
	require.Zero(t, failed.Load(), w.name)
	if latencies != nil {
		*latencies = append(*latencies, took...)
	}
	return float64(len(events)) / elapsed.Seconds()
}

// compare returns the medians of ways that take turns.
func compare(t *testing.T, callers, events int, ways ...way) (medians []float64, latencies [][]time.Duration) {
	t.Helper()
	all := make([][]float64, len(ways))
	latencies = make([][]time.Duration, len(ways))
	for range *figureRounds {
		for i, w := range ways {
			all[i] = append(all[i], w.perSecond(t, callers, freshEvents(t, events), &latencies[i]))
		}
	}
	for i, w := range ways {
		slices.Sort(all[i])
		slices.Sort(latencies[i])
		medians = append(medians, all[i][len(all[i])/2])
		t.Logf("%4d callers, %-24s %8.0f/s = %5.2f of the first (%.0f to %.0f), p99 %s", callers, w.name, medians[i], medians[i]/medians[0],
			all[i][0], all[i][len(all[i])-1], latencies[i][len(latencies[i])*99/100].Round(100*time.Microsecond))
	}
	return medians, latencies
}

// The inbox is compared with other ways to do the same, in one run, in turns. Its floors are
// ratios.
//
//nolint:paralleltest // what is measured has the machine for itself
func TestFigures(t *testing.T) {
	if *figureRounds == 0 {
		t.Skip("measured with -inbox.figures=5")
	}
	t.Run("accept on PostgreSQL", figuresOfPostgreSQL)
	t.Run("accept on SQLite", figuresOfSQLite)
	t.Run("work on PostgreSQL", figuresOfWorkOnPostgreSQL)
	t.Run("work on SQLite", figuresOfWorkOnSQLite)
	t.Run("pickup on PostgreSQL", func(t *testing.T) {
		db, _ := migratedPostgreSQL(t)
		figuresOfPickup(t, db)
	})
	t.Run("pickup on SQLite", func(t *testing.T) {
		s, _ := lookedAt(t)
		figuresOfPickup(t, s.db)
	})
	t.Run("HTTP", figuresOfHTTP)
}

// accepting only accepts.
func accepting[TTx any](t *testing.T, db *inbox.Database[TTx]) *inbox.Inbox[TTx] {
	t.Helper()
	box, err := inbox.New(verifier(t), db, inbox.Work[TTx]{InTx: func(context.Context, TTx, webhooks.Event) error { return nil }}, inbox.WithWorkers(0))
	require.NoError(t, err)
	require.NoError(t, box.Start(t.Context()))
	t.Cleanup(func() { require.NoError(t, box.Stop(context.WithoutCancel(t.Context()))) })
	return box
}

const plainTable = "CREATE TABLE plain_events (id %s, dedupe_key text NOT NULL UNIQUE, payload text NOT NULL)"

const plainInsert = "INSERT INTO plain_events (dedupe_key, payload) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id"

func figuresOfPostgreSQL(t *testing.T) {
	db, schema := openPostgreSQL(t)
	require.NoError(t, db.Migrate(t.Context()))
	pool, err := pgxpool.New(t.Context(), postgresAddress()+"&pool_max_conns=32&search_path="+schema)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	_, err = pool.Exec(t.Context(), fmt.Sprintf(plainTable, "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"))
	require.NoError(t, err)
	jobs, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Schema: schema})
	require.NoError(t, err)
	box := accepting(t, db)
	var ratios []string
	for _, callers := range []int{32, 64, 256} {
		medians, _ := compare(t, callers, 50*max(callers, 64), // so many that how a round begins does not count
			way{"insert", func(ctx context.Context, event webhooks.Event) (err error) {
				var id int64
				return pool.QueryRow(ctx, plainInsert, event.Info().DedupeKey, string(event.Info().Raw.Bytes())).Scan(&id)
			}},
			way{"River's InsertTx", func(ctx context.Context, event webhooks.Event) error {
				return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
					var id int64
					if err := tx.QueryRow(ctx, plainInsert, event.Info().DedupeKey, string(event.Info().Raw.Bytes())).Scan(&id); err != nil {
						return err
					}
					_, err := jobs.InsertTx(ctx, tx, plainArgs{id}, nil)
					return err
				})
			}},
			way{"inbox", box.Accept})
		floor := 0.85
		if callers == 256 {
			floor = 2
		}
		if ratio := medians[2] / medians[0]; ratio < floor {
			ratios = append(ratios, fmt.Sprintf("%d callers: %.2f of an insert, and %.2f is the floor", callers, ratio, floor))
		}
		if ratio := medians[2] / medians[1]; ratio < 2 {
			ratios = append(ratios, fmt.Sprintf("%d callers: %.2f of River's InsertTx, and 2 is the floor", callers, ratio))
		}
	}
	require.Empty(t, ratios)
}

func figuresOfSQLite(t *testing.T) {
	s, _ := lookedAt(t)
	path := filepath.Join(t.TempDir(), "plain.db")
	other, err := inbox.SQLite(path) // for River's tables
	require.NoError(t, err)
	require.NoError(t, other.Migrate(t.Context()))
	other.Close()
	plain, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	require.NoError(t, err)
	plain.SetMaxOpenConns(1)
	t.Cleanup(func() { require.NoError(t, plain.Close()) })
	_, err = plain.ExecContext(t.Context(), fmt.Sprintf(plainTable, "integer PRIMARY KEY"))
	require.NoError(t, err)
	jobs, err := river.NewClient(riversqlite.New(plain), &river.Config{})
	require.NoError(t, err)
	box := accepting(t, s.db)
	medians, _ := compare(t, 256, 2000,
		way{"an event a transaction", func(ctx context.Context, event webhooks.Event) error {
			tx, err := plain.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			defer func() { _ = tx.Rollback() }() // after Commit there is nothing to undo
			var id int64
			if err := tx.QueryRowContext(ctx, plainInsert, event.Info().DedupeKey, string(event.Info().Raw.Bytes())).Scan(&id); err != nil {
				return err
			}
			if _, err := jobs.InsertTx(ctx, tx, plainArgs{id}, nil); err != nil {
				return err
			}
			return tx.Commit()
		}},
		way{"inbox", box.Accept})
	require.GreaterOrEqual(t, medians[1]/medians[0], 10.0)
}

func figuresOfWorkOnPostgreSQL(t *testing.T) {
	db, schema := openPostgreSQL(t)
	require.NoError(t, db.Migrate(t.Context()))
	pool, err := pgxpool.New(t.Context(), postgresAddress()+"&pool_max_conns=4&search_path="+schema)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	_, err = pool.Exec(t.Context(), "CREATE TABLE parcels (session text NOT NULL)")
	require.NoError(t, err)
	parcel := "INSERT INTO " + schema + ".parcels (session) VALUES ($1)"
	figuresOfWork(t, db, way{"insert", func(ctx context.Context, event webhooks.Event) error {
		_, err := pool.Exec(ctx, parcel, event.Info().SessionID)
		return err
	}}, handling[pgx.Tx]{"does nothing", func(context.Context, pgx.Tx, webhooks.Event) error {
		return nil
	}}, handling[pgx.Tx]{"inserts a row", func(ctx context.Context, tx pgx.Tx, event webhooks.Event) error {
		_, err := tx.Exec(ctx, parcel, event.Info().SessionID)
		return err
	}})
}

func figuresOfWorkOnSQLite(t *testing.T) {
	s, look := lookedAt(t)
	plain, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "plain.db")+"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	require.NoError(t, err)
	plain.SetMaxOpenConns(1)
	t.Cleanup(func() { require.NoError(t, plain.Close()) })
	const table, parcel = "CREATE TABLE parcels (session text NOT NULL)", "INSERT INTO parcels (session) VALUES ($1)"
	_, err = plain.ExecContext(t.Context(), table)
	require.NoError(t, err)
	_, err = look.ExecContext(t.Context(), table)
	require.NoError(t, err)
	figuresOfWork(t, s.db, way{"insert", func(ctx context.Context, event webhooks.Event) error {
		_, err := plain.ExecContext(ctx, parcel, event.Info().SessionID)
		return err
	}}, handling[*sql.Tx]{"does nothing", func(context.Context, *sql.Tx, webhooks.Event) error {
		return nil
	}}, handling[*sql.Tx]{"inserts a row", func(ctx context.Context, tx *sql.Tx, event webhooks.Event) error {
		_, err := tx.ExecContext(ctx, parcel, event.Info().SessionID)
		return err
	}})
}

// A handler of the comparison, in the transaction of its event.
type handling[TTx any] struct {
	name string
	work func(ctx context.Context, tx TTx, event webhooks.Event) error
}

// figuresOfWork measures how fast what waits is done, by handlers that do nothing and by those that
// write a row, beside as many rows without an inbox.
func figuresOfWork[TTx any](t *testing.T, db *inbox.Database[TTx], floor way, handlers ...handling[TTx]) {
	t.Helper()
	const events = 10_000
	rates := make([][]float64, len(handlers)+1)
	for range *figureRounds {
		rates[0] = append(rates[0], floor.perSecond(t, 4, freshEvents(t, events), nil))
		for i, handler := range handlers {
			rates[i+1] = append(rates[i+1], workedOff(t, db, events, handler.work))
		}
	}
	var slow []string
	for i, all := range rates {
		slices.Sort(all)
		name, median := floor.name, all[len(all)/2]
		if i > 0 {
			name = handlers[i-1].name
		}
		t.Logf("%-24s %8.0f/s = %5.2f of the first (%.0f to %.0f)", name, median, median/rates[0][len(all)/2], all[0], all[len(all)-1])
		if floor := rates[0][len(all)/2]; i > 0 && median < floor {
			slow = append(slow, fmt.Sprintf("%s: %.0f events/s, and %.0f rows without an inbox", name, median, floor))
		}
	}
	require.Empty(t, slow)
	require.Greater(t, rates[1][len(rates[1])/2], 5000.0, handlers[0].name)
}

// workedOff accepts events, then works on them, and returns how many there were in a second.
func workedOff[TTx any](t *testing.T, db *inbox.Database[TTx], events int, work func(ctx context.Context, tx TTx, event webhooks.Event) error) float64 {
	t.Helper()
	box := accepting(t, db)
	way{"inbox", box.Accept}.perSecond(t, 256, freshEvents(t, events), nil)
	require.NoError(t, box.Stop(t.Context()))
	var began, done atomic.Int64
	finished := make(chan struct{})
	working, err := inbox.New(verifier(t), db, inbox.Work[TTx]{InTx: func(ctx context.Context, tx TTx, event webhooks.Event) error {
		began.CompareAndSwap(0, time.Now().UnixNano())
		err := work(ctx, tx, event)
		if done.Add(1) == int64(events) {
			close(finished)
		}
		return err
	}})
	require.NoError(t, err)
	require.NoError(t, working.Start(t.Context()))
	<-finished
	require.NoError(t, working.Stop(t.Context())) // which waits for the last commits
	return float64(events) / time.Since(time.Unix(0, began.Load())).Seconds()
}

// figuresOfPickup measures how long it takes from a delivery to its handler.
func figuresOfPickup[TTx any](t *testing.T, db *inbox.Database[TTx]) {
	t.Helper()
	picked := make(chan time.Time, 1)
	box, err := inbox.New(verifier(t), db, inbox.Work[TTx]{InTx: func(context.Context, TTx, webhooks.Event) error {
		picked <- time.Now()
		return nil
	}})
	require.NoError(t, err)
	require.NoError(t, box.Start(t.Context()))
	var all []time.Duration
	for i, event := range freshEvents(t, 101) {
		began := time.Now()
		require.NoError(t, box.Accept(t.Context(), event))
		if at := <-picked; i > 0 { // the first one waits for the start of the workers
			all = append(all, at.Sub(began))
		}
	}
	require.NoError(t, box.Stop(t.Context()))
	slices.Sort(all)
	t.Logf("from delivery to handler: median %s, p99 %s", all[50].Round(100*time.Microsecond), all[98].Round(100*time.Microsecond))
}

// figuresOfHTTP compares the inbox with a handler that verifies and does nothing.
func figuresOfHTTP(t *testing.T) {
	db, _ := migratedPostgreSQL(t)
	nothing, err := webhooks.NewAcceptingHandler(verifier(t), acceptsAll{})
	require.NoError(t, err)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	through := func(name string, h http.Handler) way {
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		return way{name, func(ctx context.Context, event webhooks.Event) error {
			response, err := client.Do(webhookstest.Vora(apiKey, event.Info().Raw.Bytes(), webhookstest.To(server.URL)).WithContext(ctx))
			if err != nil {
				return err
			}
			defer func() { _ = response.Body.Close() }()
			if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
				return fmt.Errorf("%s: %w", response.Status, err)
			}
			return nil
		}}
	}
	medians, _ := compare(t, 256, 5000, through("verifies, does nothing", nothing), through("inbox", accepting(t, db)))
	require.Greater(t, medians[1]/medians[0], 0.5)
}

type acceptsAll struct{}

func (acceptsAll) Accept(context.Context, webhooks.Event) (webhooks.Acceptance, error) {
	return webhooks.Acceptance{Status: webhooks.AcceptanceDone}, nil
}
