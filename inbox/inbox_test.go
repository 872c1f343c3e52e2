package inbox_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
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

func openPostgreSQL(t *testing.T) *inbox.Database[pgx.Tx] {
	t.Helper()
	address := os.Getenv("HOSTEDPAY_TEST_POSTGRES")
	if address == "" {
		address = "postgres://postgres@127.0.0.1:5432/test?sslmode=disable"
	}
	schema := "t" + strings.ToLower(rand.Text())
	db, err := inbox.PostgreSQL(t.Context(), address, inbox.WithSchema(schema))
	require.NoError(t, err)
	t.Cleanup(func() {
		defer db.Close()
		conn, err := pgx.Connect(context.Background(), address)
		require.NoError(t, err)
		_, err = conn.Exec(context.Background(), "DROP SCHEMA "+schema+" CASCADE")
		require.NoError(t, err)
		require.NoError(t, conn.Close(context.Background()))
	})
	return db
}

func testLife[TTx any](t *testing.T, db *inbox.Database[TTx]) {
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
		q, err := box.Events(t.Context(), inbox.Selection{Status: inbox.StatusQuarantined})
		return err == nil && len(q) == 2
	}, 15*time.Second, 20*time.Millisecond)
	mu.Lock()
	broken = false
	mu.Unlock()
	n, err := box.Replay(t.Context(), inbox.Selection{})
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Eventually(t, func() bool {
		q, err := box.Events(t.Context(), inbox.Selection{Status: inbox.StatusProcessed})
		return err == nil && len(q) == 3
	}, 15*time.Second, 20*time.Millisecond)
	require.Equal(t, map[string]int{"vp_cs_test_a": 1, "vp_cs_test_bad": 3, "vp_cs_test_panic": 3}, calls)
	require.NoError(t, box.Stop(t.Context()))
	require.Equal(t, 503, deliver(box, "vp_cs_test_late"))
}

func TestTheLifeOfEvents(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { testLife(t, openSQLite(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { testLife(t, openPostgreSQL(t)) })
}

func TestASecondProcessIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.db")
	db, err := inbox.SQLite(path)
	require.NoError(t, err)
	_, err = inbox.SQLite(path)
	require.ErrorContains(t, err, "another process has the SQLite database")
	db.Close()
	db, err = inbox.SQLite(path)
	require.NoError(t, err)
	db.Close()
}

func TestDatabaseUnreachable(t *testing.T) {
	db, err := inbox.PostgreSQL(t.Context(), "postgres://postgres@127.0.0.1:1/test?sslmode=disable")
	require.NoError(t, err)
	defer db.Close()
	box, err := inbox.New(verifier(t), db, inbox.Work[pgx.Tx]{Outside: func(context.Context, webhooks.Event) error { return nil }})
	require.NoError(t, err)
	require.Error(t, box.Start(t.Context()))
	require.Equal(t, 503, deliver(box, "vp_cs_test_a"))
	require.NoError(t, box.Stop(t.Context()))
}
