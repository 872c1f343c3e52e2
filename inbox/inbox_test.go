package inbox_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

const apiKey = "vp_sk_test_example"

func verifier(t *testing.T) *webhooks.Verifier {
	t.Helper()
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(apiKey), Name: "current"})
	require.NoError(t, err)
	return webhooks.Vora(keys)
}

func deliver(h http.Handler, session string) int {
	response := httptest.NewRecorder()
	h.ServeHTTP(response, webhookstest.Vora(apiKey, webhookstest.SessionSucceeded(webhookstest.SessionID(session))))
	return response.Code
}

func openSQLite(t *testing.T) *inbox.Database[*sql.Tx] {
	t.Helper()
	db, err := inbox.SQLite(filepath.Join(t.TempDir(), "events.db"))
	require.NoError(t, err)
	t.Cleanup(db.Close)
	return db
}

func postgresAddress() string {
	return cmp.Or(os.Getenv("HOSTEDPAY_TEST_POSTGRES"), "postgres://postgres@127.0.0.1:5432/test?sslmode=disable")
}

// openPostgreSQL is a schema of its own in a server, which the environment can name.
func openPostgreSQL(t *testing.T) (db *inbox.Database[pgx.Tx], schema string) {
	t.Helper()
	address := postgresAddress()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		const message = "PostgreSQL is not to be reached: %v\nstart it, or set HOSTEDPAY_TEST_POSTGRES to its data source name"
		if os.Getenv("CI") == "true" {
			t.Fatalf(message, err)
		}
		t.Skipf("SKIPPED, AND THEREFORE NOT TESTED: "+message, err)
	}
	schema = "t" + strings.ToLower(rand.Text())
	db, err = inbox.PostgreSQL(t.Context(), address, inbox.WithSchema(schema))
	require.NoError(t, err)
	t.Cleanup(func() {
		db.Close()
		ctx := context.WithoutCancel(t.Context())
		_, err = conn.Exec(ctx, "DROP SCHEMA "+schema+" CASCADE")
		require.NoError(t, err)
		require.NoError(t, conn.Close(ctx))
	})
	return db, schema
}

func testLife[TTx any](t *testing.T, db *inbox.Database[TTx]) {
	t.Helper()
	var mu sync.Mutex
	calls, broken := map[string]int{}, true
	box, err := inbox.New(verifier(t), db, inbox.Work[TTx]{InTx: func(_ context.Context, _ TTx, event webhooks.Event) error {
		mu.Lock()
		defer mu.Unlock()
		id := event.Info().SessionID
		calls[id]++
		switch {
		case broken && id == "vp_cs_test_bad":
			return errors.New("out of stock")
		case broken && id == "vp_cs_test_panic":
			panic("no")
		}
		return nil
	}}, inbox.WithAttempts(2), inbox.WithBackoff(func(int) time.Duration { return time.Millisecond }))
	require.NoError(t, err)
	require.ErrorContains(t, box.Start(t.Context()), "migrations")
	require.NoError(t, db.Migrate(t.Context()))
	require.NoError(t, db.Migrate(t.Context()))
	require.Equal(t, 503, deliver(box, "vp_cs_test_early"))
	require.NoError(t, box.Start(t.Context()))
	for _, id := range []string{"vp_cs_test_a", "vp_cs_test_bad", "vp_cs_test_panic", "vp_cs_test_a"} {
		require.Equal(t, 200, deliver(box, id))
	}
	require.Eventually(t, func() bool {
		q, err := db.Events(t.Context(), inbox.Selection{}, inbox.Page{Status: inbox.StatusQuarantined})
		return err == nil && len(q) == 2
	}, 15*time.Second, 20*time.Millisecond)
	mu.Lock()
	broken = false
	mu.Unlock()
	n, err := db.Replay(t.Context(), inbox.Selection{})
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Eventually(t, func() bool {
		q, err := db.Events(t.Context(), inbox.Selection{}, inbox.Page{Status: inbox.StatusProcessed})
		return err == nil && len(q) == 3
	}, 15*time.Second, 20*time.Millisecond)
	require.Equal(t, map[string]int{"vp_cs_test_a": 1, "vp_cs_test_bad": 3, "vp_cs_test_panic": 3}, calls)
	require.NoError(t, box.Stop(t.Context()))
	require.Equal(t, 503, deliver(box, "vp_cs_test_late"))
}

// Events are acknowledged once, worked on until they succeed or are quarantined, and replayed.
func TestTheLifeOfEvents(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		testLife(t, openSQLite(t))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		db, _ := openPostgreSQL(t)
		testLife(t, db)
	})
}

// testEffects has a handler write into a table, and fail for some events.
func testEffects[TTx any](t *testing.T, db *inbox.Database[TTx], table string, exec func(ctx context.Context, tx TTx, statement string, args ...any) error, count func(ctx context.Context, tx TTx, query string) (int, error)) {
	t.Helper()
	counted := make(chan int, 1)
	require.NoError(t, db.Migrate(t.Context()))
	box, err := inbox.New(verifier(t), db, inbox.Work[TTx]{InTx: func(ctx context.Context, tx TTx, event webhooks.Event) error {
		id := event.Info().SessionID
		if id == "vp_cs_test_count" {
			n, err := count(ctx, tx, "SELECT count(*) FROM "+table)
			counted <- n
			return err
		}
		if err := exec(ctx, tx, "CREATE TABLE IF NOT EXISTS "+table+" (id text)"); err != nil {
			return err
		}
		if err := exec(ctx, tx, "INSERT INTO "+table+" VALUES ('"+id+"')"); err != nil {
			return err
		}
		if strings.HasPrefix(id, "vp_cs_test_bad") {
			return errors.New("out of stock")
		}
		return nil
	}}, inbox.WithAttempts(2), inbox.WithBackoff(func(int) time.Duration { return time.Millisecond }))
	require.NoError(t, err)
	require.NoError(t, box.Start(t.Context()))

	const events = 40
	var all sync.WaitGroup
	for i := range 3 * events { // each is delivered three times
		all.Go(func() {
			kind := "good"
			if i%4 == 0 {
				kind = "bad"
			}
			assert.Equal(t, 200, deliver(box, fmt.Sprintf("vp_cs_test_%s%d", kind, i%events)))
		})
	}
	all.Wait()
	require.Eventually(t, func() bool {
		bad, err := db.Events(t.Context(), inbox.Selection{}, inbox.Page{Status: inbox.StatusQuarantined})
		good, goodErr := db.Events(t.Context(), inbox.Selection{}, inbox.Page{Status: inbox.StatusProcessed})
		return err == nil && goodErr == nil && len(bad) == events/4 && len(good) == events-events/4
	}, 30*time.Second, 20*time.Millisecond)
	require.Equal(t, 200, deliver(box, "vp_cs_test_count"))
	require.Equal(t, events-events/4, <-counted, "once for each event that succeeded, and nothing of those that failed")
	require.NoError(t, box.Stop(t.Context()))
}

// What a handler writes into its transaction happens exactly once, and not at all when it fails.
func TestEffectsHappenOnce(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		testEffects(t, openSQLite(t), "effects", func(ctx context.Context, tx *sql.Tx, statement string, args ...any) error {
			_, err := tx.ExecContext(ctx, statement, args...)
			return err
		}, func(ctx context.Context, tx *sql.Tx, query string) (n int, err error) {
			err = tx.QueryRowContext(ctx, query).Scan(&n)
			return n, err
		})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		db, schema := openPostgreSQL(t)
		testEffects(t, db, schema+".effects", func(ctx context.Context, tx pgx.Tx, statement string, args ...any) error {
			_, err := tx.Exec(ctx, statement, args...)
			return err
		}, func(ctx context.Context, tx pgx.Tx, query string) (n int, err error) {
			err = tx.QueryRow(ctx, query).Scan(&n)
			return n, err
		})
	})
}

// One process has the file: it is refused to a second one until the first has closed it.
func TestASecondProcessIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.db")
	db, err := inbox.SQLite(path)
	require.NoError(t, err)
	_, err = inbox.SQLite(path)
	require.ErrorContains(t, err, "in this process or another one")
	go func() {
		time.Sleep(100 * time.Millisecond) // as a process that is ending
		db.Close()
	}()
	next, err := inbox.SQLite(path)
	require.NoError(t, err)
	next.Close()
}

// Memory would acknowledge what is lost with the process.
func TestMemoryIsNoFile(t *testing.T) {
	t.Parallel()
	_, err := inbox.SQLite(":memory:")
	require.ErrorContains(t, err, "name a file")
}

// A setting that nobody has made, and what other drivers of SQLite take, name no file.
func TestSQLiteNeedsAPath(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", "file:" + filepath.Join(t.TempDir(), "events.db")} {
		_, err := inbox.SQLite(path)
		require.ErrorContains(t, err, "needs the path of a file")
	}
}

// A file of something else stays as it is, and nothing is put beside it.
func TestAFileThatIsNotSQLites(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"short": "hosts", "long": strings.Repeat("127.0.0.1 localhost\n", 10)} {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := inbox.SQLite(path)
		require.ErrorContains(t, err, path+" is not a database of SQLite: name the inbox's file")
		require.NoFileExists(t, path+".lock")
	}
}

// Whoever waits for a transaction of SQLite waits no longer than its context, whatever a handler
// does.
func TestAContextEndsTheWaitForATurn(t *testing.T) {
	t.Parallel()
	s, _ := lookedAt(t)
	busy, release := make(chan struct{}), make(chan struct{})
	box, err := inbox.New(verifier(t), s.db, inbox.Work[*sql.Tx]{InTx: func(context.Context, *sql.Tx, webhooks.Event) error {
		close(busy)
		<-release
		return nil
	}}, inbox.WithDeadline(time.Minute))
	require.NoError(t, err)
	require.NoError(t, box.Start(t.Context()))
	require.Equal(t, 200, deliver(box, "vp_cs_test_a"))
	<-busy
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = s.db.Replay(ctx, inbox.Selection{}) // a list takes no turn
	require.ErrorIs(t, err, context.DeadlineExceeded)
	close(release)
	require.NoError(t, box.Stop(t.Context()))
}

// Nothing is acknowledged when the database cannot be reached.
func TestDatabaseUnreachable(t *testing.T) {
	t.Parallel()
	db, err := inbox.PostgreSQL(t.Context(), "postgres://postgres@127.0.0.1:1/test?sslmode=disable")
	require.NoError(t, err)
	defer db.Close()
	box, err := inbox.New(verifier(t), db, inbox.Work[pgx.Tx]{Outside: func(context.Context, webhooks.Event) error { return nil }})
	require.NoError(t, err)
	require.Error(t, box.Start(t.Context()))
	require.Equal(t, 503, deliver(box, "vp_cs_test_a"))
	require.NoError(t, box.Stop(t.Context()))
}
