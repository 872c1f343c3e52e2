package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// The verbs on an inbox with one event that was processed, and two in quarantine.
func TestInboxOnSQLite(t *testing.T) {
	t.Parallel()
	runInbox(t, func(e *testscript.Env) error {
		file := filepath.Join(e.WorkDir, "events.db")
		e.Setenv("HOSTEDPAY_INBOX_DATABASE", file)
		db, err := inbox.SQLite(file)
		if err != nil {
			return err
		}
		return fill(t, db)
	})
}

func TestInboxOnPostgreSQL(t *testing.T) {
	t.Parallel()
	address := cmp.Or(os.Getenv("HOSTEDPAY_TEST_POSTGRES"), "postgres://postgres@127.0.0.1:5432/test?sslmode=disable")
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		if os.Getenv("CI") == "true" {
			require.NoError(t, err)
		}
		t.Skipf("SKIPPED, AND THEREFORE NOT TESTED: PostgreSQL is not to be reached, start it or set HOSTEDPAY_TEST_POSTGRES: %v", err)
	}
	schema := "t" + strings.ToLower(rand.Text())
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		_, err := conn.Exec(ctx, "DROP SCHEMA IF EXISTS "+schema+" CASCADE")
		require.NoError(t, err)
		require.NoError(t, conn.Close(ctx))
	})
	runInbox(t, func(e *testscript.Env) error {
		e.Setenv("HOSTEDPAY_INBOX_DATABASE", address)
		e.Setenv("SCHEMA", schema)
		db, err := inbox.PostgreSQL(t.Context(), address, inbox.WithSchema(schema))
		if err != nil {
			return err
		}
		return fill(t, db)
	})
}

func runInbox(t *testing.T, setup func(*testscript.Env) error) {
	t.Helper()
	testscript.Run(t, testscript.Params{Dir: "testdata/inbox", Setup: setup})
}

// fill gives a database its events, and closes it.
func fill[TTx any](t *testing.T, db *inbox.Database[TTx]) error {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	defer db.Close()
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(sandbox.Acme.Vora.SecretKey), Name: "current"})
	if err != nil {
		return err
	}
	work := inbox.Work[TTx]{Outside: func(_ context.Context, event webhooks.Event) error {
		if event.Info().SessionID == "vp_cs_test_first" {
			return nil
		}
		return inbox.Permanent(errors.New("no such order"))
	}}
	box, err := inbox.New(webhooks.Vora(keys), db, work)
	if err == nil {
		err = errors.Join(db.Migrate(ctx), box.Start(ctx))
	}
	if err != nil {
		return err
	}
	for _, delivered := range []struct {
		session string
		body    func(...webhookstest.Field) []byte
	}{
		{"vp_cs_test_first", webhookstest.SessionSucceeded}, {"vp_cs_test_second", webhookstest.SessionFailed}, {"vp_cs_test_third", webhookstest.SessionExpired},
	} {
		response := httptest.NewRecorder()
		box.ServeHTTP(response, webhookstest.Vora(sandbox.Acme.Vora.SecretKey, delivered.body(webhookstest.SessionID(delivered.session))))
		require.Equal(t, http.StatusOK, response.Code)
	}
	require.Eventually(t, func() bool {
		waiting, err := db.Events(ctx, inbox.Selection{}, inbox.Page{Status: inbox.StatusWaiting})
		return err == nil && len(waiting) == 0
	}, time.Minute, 10*time.Millisecond)
	return box.Stop(ctx)
}
