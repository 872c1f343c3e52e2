package main_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/examples/platform/internal/crm"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A tenant is one of the platform's, by its name in addresses.
type tenant struct {
	id       string
	merchant control.Merchant
}

var (
	acme       = tenant{"acme", sandbox.Acme}
	brightline = tenant{"brightline", sandbox.Brightline}
	cobalt     = tenant{"cobalt", sandbox.Cobalt}
	tenants    = []tenant{acme, brightline, cobalt}
)

// A fixture is the platform and both gateways on this machine, with one clock that stands still:
// nothing is delivered until it is advanced.
type fixture struct {
	t       *testing.T
	url     string
	clock   *sandbox.ManualClock
	gateway *sandbox.Sandbox
	crm     atomic.Pointer[crm.CRM] // the process that browsers and gateways reach
	db      crm.Database
	logged  *log
	arrives func(*http.Request)                                                // at the gateways, before they respond; nil for nothing
	receive func(*webhooks.Verifier, webhooks.EventFunc) (http.Handler, error) // nil for the platform's own
	start   func() *crm.CRM                                                    // another process on the same database
}

// waits is longer than anything that a gateway waits for before it delivers an event.
const waits = 10 * time.Second

func setup(t *testing.T) *fixture {
	t.Helper()
	db, err := crm.OpenInMemory()
	require.NoError(t, err)
	return over(t, db)
}

// over opens the platform over a database.
func over(t *testing.T, db crm.Database) *fixture {
	t.Helper()
	f := &fixture{t: t, db: db, clock: sandbox.NewManualClock(time.Date(2026, 4, 21, 9, 0, 0, 0, time.UTC)), logged: &log{}}
	logger := slog.New(slog.NewTextHandler(f.logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var atGateway http.Handler
	platformServer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.crm.Load().ServeHTTP(w, r) }))
	gatewayServer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.arrives != nil {
			f.arrives(r)
		}
		atGateway.ServeHTTP(w, r)
	}))
	f.url = platformServer.URL
	pages := fmt.Sprintf("http://localhost:%d", gatewayServer.Listener.Addr().(*net.TCPAddr).Port)

	options := []sandbox.Option{sandbox.WithClock(f.clock), sandbox.WithPublicURL(pages)}
	var registered []crm.Tenant
	for _, of := range tenants {
		m := of.merchant
		options = append(options, sandbox.WithWebhookURL(m.ID, f.url+"/webhooks"))
		registered = append(registered, crm.Tenant{
			ID: of.id, Name: m.Name, MerchantID: m.ID, VoraKey: sdk.NewSecret(m.Vora.SecretKey),
			VoraSessionSecret: sdk.NewSecret(m.Vora.SessionSecret), VisionScopeKey: sdk.NewSecret(m.VisionScope.APIKey),
		})
	}
	gateways, err := sandbox.New(options...)
	require.NoError(t, err)
	f.gateway, atGateway = gateways, gateways
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	f.start = func() *crm.CRM {
		started, err := crm.New(context.WithoutCancel(t.Context()), crm.Config{
			PublicURL: f.url, DB: db, Key: key, Tenants: registered, Log: logger, Now: f.clock.Now, Receive: f.receive,
			Options: []sdk.ClientOption{sdk.WithBaseURL(gatewayServer.URL), sdk.WithLogger(logger), sdk.WithMaxRetries(0)},
			Sandbox: &crm.Sandbox{Dashboard: pages, RotateKey: gateways.RotateKey},
		})
		require.NoError(t, err)
		return started
	}
	f.crm.Store(f.start())
	t.Cleanup(func() {
		gateways.Close()
		platformServer.CloseClientConnections()
		gatewayServer.CloseClientConnections()
		platformServer.Close()
		gatewayServer.Close()
		f.keepsSecrets()
		require.NoError(t, db.Close())
	})
	return f
}

// keepsSecrets requires that no credential is in a log.
func (f *fixture) keepsSecrets() {
	f.t.Helper()
	logged := f.logged.String()
	require.NotContains(f.t, logged, "/checkout/cs_", "addresses of pages are in no log")
	for _, m := range f.gateway.Merchants() {
		for _, credential := range m.Credentials() {
			require.NotContains(f.t, logged, credential.Value, credential.Label)
		}
	}
}

// delivers has the gateways deliver everything that they wait with.
func (f *fixture) delivers() { f.clock.Advance(waits) }

// session is the last session that the gateways have made.
func (f *fixture) session() control.Session {
	f.t.Helper()
	all := f.gateway.Sessions()
	require.NotEmpty(f.t, all)
	return all[len(all)-1]
}

// refunds gives money back at the gateway, as a merchant does in its dashboard; 0 for all that is
// left.
func (f *fixture) refunds(session string, minor int64) {
	f.t.Helper()
	_, err := f.gateway.Refund(session, minor)
	require.NoError(f.t, err)
	f.delivers()
}

// databases are those that the platform runs on. Each test has its own.
func databases(t *testing.T, test func(t *testing.T, f *fixture)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		db, err := crm.Open(t.TempDir() + "/platform.db")
		require.NoError(t, err)
		test(t, over(t, db))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		test(t, over(t, postgres(t)))
	})
}

// postgres is a schema of its own in a server, which the environment can name.
func postgres(t *testing.T) crm.Database {
	t.Helper()
	address := cmp.Or(os.Getenv("HOSTEDPAY_TEST_POSTGRES"), "postgres://postgres@127.0.0.1:5432/test?sslmode=disable")
	server, err := crm.Open(address)
	require.NoError(t, err)
	if err := server.PingContext(t.Context()); err != nil {
		require.NoError(t, server.Close())
		const text = "PostgreSQL is not to be reached: %v\nstart it, or set HOSTEDPAY_TEST_POSTGRES to its data source name"
		if os.Getenv("CI") == "true" {
			t.Fatalf(text, err)
		}
		t.Skipf("SKIPPED, AND THEREFORE NOT TESTED: "+text, err)
	}
	name := "t" + strings.ToLower(rand.Text())
	_, err = server.ExecContext(t.Context(), "CREATE SCHEMA "+name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := server.ExecContext(context.WithoutCancel(t.Context()), "DROP SCHEMA "+name+" CASCADE")
		require.NoError(t, err)
		require.NoError(t, server.Close())
	})
	at, err := url.Parse(address)
	require.NoError(t, err)
	query := at.Query()
	query.Set("search_path", name)
	at.RawQuery = query.Encode()
	db, err := crm.Open(at.String())
	require.NoError(t, err)
	db.SetMaxOpenConns(8) // of the hundred that a server has
	return db
}

// A log collects what the platform logs.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
