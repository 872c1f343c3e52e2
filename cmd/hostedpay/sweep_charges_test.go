package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/sandboxtest"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges/sqlcharges"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

func TestSweepOfChargesOnSQLite(t *testing.T) {
	t.Parallel()
	sweepCharged(t, func(e *testscript.Env) (*sql.DB, sqlstore.Dialect, string) {
		file := filepath.Join(e.WorkDir, "crm.db")
		db, err := sql.Open("sqlite", "file:"+file+"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)")
		require.NoError(t, err)
		return db, sqlstore.SQLite, file
	})
}

func TestSweepOfChargesOnPostgreSQL(t *testing.T) {
	t.Parallel()
	address := cmp.Or(os.Getenv("HOSTEDPAY_TEST_POSTGRES"), "postgres://postgres@127.0.0.1:5432/test?sslmode=disable")
	db, err := sql.Open("pgx", address)
	require.NoError(t, err)
	if err := db.PingContext(t.Context()); err != nil {
		if os.Getenv("CI") == "true" {
			require.NoError(t, err)
		}
		t.Skipf("SKIPPED, AND THEREFORE NOT TESTED: PostgreSQL is not to be reached, start it or set HOSTEDPAY_TEST_POSTGRES: %v", err)
	}
	sweepCharged(t, func(*testscript.Env) (*sql.DB, sqlstore.Dialect, string) { return db, sqlstore.PostgreSQL, address })
}

// sweepCharged runs the scripts on charges that wait for their events.
func sweepCharged(t *testing.T, open func(*testscript.Env) (*sql.DB, sqlstore.Dialect, string)) {
	t.Helper()
	table := "t" + strings.ToLower(rand.Text())
	testscript.Run(t, testscript.Params{
		Dir: "testdata/charges",
		Setup: func(e *testscript.Env) error {
			db, dialect, address := open(e)
			store, err := sqlcharges.New(db, dialect, pageCipher(t), sqlcharges.WithTable(table))
			require.NoError(t, err)
			e.Defer(func() {
				ctx := context.WithoutCancel(t.Context())
				pagesOpen(t, store)
				for _, name := range []string{table, table + "_names"} {
					_, err := db.ExecContext(ctx, "DROP TABLE "+name)
					require.NoError(t, err)
				}
				require.NoError(t, db.Close())
			})
			gateways := sandboxtest.Start(t)
			charge(t, gateways.URL, store)
			for name, value := range map[string]string{
				"HOSTEDPAY_CHARGES_DATABASE": address, "TABLE": table, "VON_PAY_BASE_URL": gateways.URL,
				"VON_PAY_SECRET_KEY": sandbox.Acme.Vora.SecretKey, "OTHER_KEY": sandbox.Brightline.Vora.SecretKey,
			} {
				e.Setenv(name, value)
			}
			return nil
		},
	})
}

// charge fills a store: acme's orders are paid, declined, pending, and one is at VisionScope;
// brightline's one is pending. Their events come nowhere.
func charge(t *testing.T, gateways string, store *sqlcharges.Store) {
	t.Helper()
	require.NoError(t, store.Migrate(t.Context()))
	routes, err := platform.NewRoutes("http://127.0.0.1:9/visionscope", sdk.NewSecret("a master secret of 32 characters"))
	require.NoError(t, err)
	elsewhere, err := visionscope.New(sandbox.Acme.VisionScope.APIKey, sdk.WithBaseURL(gateways))
	require.NoError(t, err)
	acme, err := vora.New(sandbox.Acme.Vora.SecretKey, sdk.WithBaseURL(gateways))
	require.NoError(t, err)
	brightline, err := vora.New(sandbox.Brightline.Vora.SecretKey, sdk.WithBaseURL(gateways))
	require.NoError(t, err)
	for _, order := range []struct {
		tenant, name string
		gateway      platform.Gateway
		card         string
	}{
		{"acme", "order-paid", platform.NewVora(acme), buyer.CardApproved},
		{"acme", "order-declined", platform.NewVora(acme), buyer.CardDeclined},
		{"acme", "order-pending", platform.NewVora(acme), ""},
		{"acme", "order-elsewhere", platform.NewVisionScope(elsewhere, routes, "acme"), ""},
		{"brightline", "order-other", platform.NewVora(brightline), ""},
	} {
		book, err := charges.New("crm", store, func(context.Context, string) (platform.Gateway, error) { return order.gateway, nil })
		require.NoError(t, err)
		made, err := book.Pay(t.Context(), order.tenant, order.name, platform.Purchase{Amount: money.Minor(1499, "USD"), ReturnURL: "https://crm.example.com/return"})
		require.NoError(t, err)
		if order.card == "" {
			continue
		}
		page, err := buyer.Open(t.Context(), nil, made.Current().CheckoutURL)
		require.NoError(t, err)
		_, err = page.Pay(t.Context(), order.card)
		require.NoError(t, err)
	}
}

// pagesOpen requires that the program can still open the page of a charge that a sweep has stored.
func pagesOpen(t *testing.T, store charges.Store) {
	t.Helper()
	pending, err := store.Load(context.WithoutCancel(t.Context()), "acme", "order-pending")
	require.NoError(t, err)
	require.Contains(t, pending.Current().CheckoutURL.Reveal(), "/c/vp_cs_test_")
	require.False(t, pending.Asked.IsZero(), "the sweep with --save has stored it")
}
