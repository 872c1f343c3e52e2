package tenants_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/sandboxtest"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/tenants"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

var purchase = platform.Purchase{Reference: "crm_1_1", Amount: money.Minor(1499, "USD"), ReturnURL: "https://crm.example.com/return"}

// A counting store counts what it is asked.
type counting struct {
	tenants.Store
	reads atomic.Int64
}

func (s *counting) Load(ctx context.Context, id string) (tenants.Tenant, error) {
	s.reads.Add(1)
	return s.Store.Load(ctx, id)
}

func (s *counting) ByMerchant(ctx context.Context, gateway sdk.Gateway, id string) (tenants.Tenant, error) {
	s.reads.Add(1)
	return s.Store.ByMerchant(ctx, gateway, id)
}

// A world is a platform with three tenants beside the sandbox: acme and brightline at Vora, cobalt
// at VisionScope.
type world struct {
	*sandboxtest.Gateways
	t         *testing.T
	store     *counting
	url       string
	handler   http.Handler
	directory *tenants.Directory
	routes    *platform.Routes

	mu     sync.Mutex
	events []webhooks.Event
	audit  []tenants.Entry
}

func setup(t *testing.T) *world {
	t.Helper()
	w := &world{Gateways: sandboxtest.Start(t), t: t, store: &counting{Store: tenants.NewMemoryStore()}}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.handler.ServeHTTP(rw, r) }))
	t.Cleanup(server.Close)
	w.url = server.URL + "/webhooks"
	var err error
	w.routes, err = platform.NewRoutes(w.url, sdk.NewSecret("a master secret of 32 characters"))
	require.NoError(t, err)
	w.directory = w.process()
	w.handler, err = webhooks.NewHandler(w.directory.Verifier(webhooks.WithClock(w.Now)), func(_ context.Context, event webhooks.Event) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.events = append(w.events, event)
		return nil
	})
	require.NoError(t, err)
	for _, m := range []control.Merchant{sandbox.Acme, sandbox.Brightline} {
		require.NoError(t, w.SetWebhookURL(m.ID, w.url))
	}
	require.NoError(t, w.directory.Add(t.Context(), atVora("acme", sandbox.Acme)))
	require.NoError(t, w.directory.Add(t.Context(), atVora("brightline", sandbox.Brightline)))
	require.NoError(t, w.directory.Add(t.Context(), atVisionScope("cobalt", sandbox.Cobalt)))
	return w
}

// process is the directory of another process.
func (w *world) process(opts ...tenants.Option) *tenants.Directory {
	w.t.Helper()
	directory, err := tenants.NewDirectory(w.store, append([]tenants.Option{
		tenants.WithRoutes(w.routes), tenants.WithClock(w.Now), tenants.WithAudit(func(_ context.Context, entry tenants.Entry) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.audit = append(w.audit, entry)
		}),
		tenants.WithClientOptions(sdk.GatewayVora, sdk.WithBaseURL(w.URL), sdk.WithMaxRetries(0)),
		tenants.WithClientOptions(sdk.GatewayVisionScope, sdk.WithBaseURL(w.URL), sdk.WithMaxRetries(0)),
	}, opts...)...)
	require.NoError(w.t, err)
	return directory
}

func (w *world) gateway(d *tenants.Directory, tenant string) platform.Gateway {
	w.t.Helper()
	gateway, err := d.Gateway(w.t.Context(), tenant)
	require.NoError(w.t, err)
	return gateway
}

// told is the last event, which there must be.
func (w *world) told() webhooks.Event {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	require.NotEmpty(w.t, w.events)
	return w.events[len(w.events)-1]
}

// deliver sends a delivery to the handler.
func (w *world) deliver(delivery *http.Request) *httptest.ResponseRecorder {
	response := httptest.NewRecorder()
	w.handler.ServeHTTP(response, delivery)
	return response
}

func atVora(id string, m control.Merchant) tenants.Tenant {
	return tenants.Tenant{ID: id, Gateway: sdk.GatewayVora, MerchantID: m.ID, Credentials: tenants.Credentials{
		tenants.VoraAPIKey: {Current: sdk.NewSecret(m.Vora.SecretKey)},
	}}
}

func atVisionScope(id string, m control.Merchant) tenants.Tenant {
	return tenants.Tenant{ID: id, Gateway: sdk.GatewayVisionScope, Credentials: tenants.Credentials{
		tenants.VisionScopeAPIKey: {Current: sdk.NewSecret(m.VisionScope.APIKey)},
	}}
}

const maxAge = 10 * time.Second
