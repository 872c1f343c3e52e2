package charges_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/sandboxtest"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A world is a platform with one tenant, acme, at both gateways.
type world struct {
	*sandboxtest.Gateways
	t     *testing.T
	store charges.Store

	mu          sync.Mutex
	vora        bool // which gateway the tenant is at
	transitions []orders.Transition
	routes      *platform.Routes
	accepting   bool // whether events reach the book
}

var purchase = platform.Purchase{Amount: money.Minor(1499, "USD"), ReturnURL: "https://crm.example.com/return"}

const tenant, order = "acme", "order-789012"

func setup(t *testing.T, atVora bool) *world {
	t.Helper()
	w := &world{Gateways: sandboxtest.Start(t), t: t, vora: atVora, store: charges.NewMemoryStore(), accepting: true}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(sandbox.Acme.Vora.SecretKey)})
	require.NoError(t, err)
	w.routes, err = platform.NewRoutes(server.URL+"/visionscope", sdk.NewSecret("a master secret of 32 characters"))
	require.NoError(t, err)
	for path, verifier := range map[string]*webhooks.Verifier{
		"/vora": webhooks.Vora(keys, webhooks.WithClock(w.Now)), "/visionscope/": webhooks.VisionScope(w.routes, webhooks.WithClock(w.Now)),
	} {
		handler, err := webhooks.NewHandler(verifier, w.take)
		require.NoError(t, err)
		mux.Handle(path, handler)
	}
	require.NoError(t, w.SetWebhookURL(sandbox.Acme.ID, server.URL+"/vora"))
	return w
}

func (w *world) take(ctx context.Context, event webhooks.Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.accepting {
		return http.ErrServerClosed
	}
	_, transition, err := w.book().Take(ctx, tenant, event)
	if err == nil {
		w.transitions = append(w.transitions, transition)
	}
	return err
}

// book is the book of a process that has just begun.
func (w *world) book() *charges.Book {
	w.t.Helper()
	book, err := charges.New("crm", w.store, func(context.Context, string) (platform.Gateway, error) { return w.gateway(), nil }, charges.WithClock(w.Now))
	require.NoError(w.t, err)
	return book
}

func (w *world) gateway() platform.Gateway {
	if w.vora {
		return platform.NewVora(w.Vora(sandbox.Acme, sdk.WithMaxRetries(0)))
	}
	return platform.NewVisionScope(w.VisionScope(sandbox.Acme, sdk.WithMaxRetries(0)), w.routes, tenant)
}

// succeeded and declined are the events that end a payment.
func (w *world) event(paid bool) string {
	switch {
	case w.vora && paid:
		return "session.succeeded"
	case w.vora:
		return "session.failed"
	case paid:
		return "payment.success"
	}
	return "payment.failed"
}

// failsOnce has the gateway fail at the next create.
func (w *world) failsOnce(fault control.Fault) {
	w.t.Helper()
	fault.Route, fault.Times = "POST /api/checkout/create", 1
	if w.vora {
		fault.Route = "POST /v1/sessions"
	}
	require.NoError(w.t, w.Inject(fault))
}

// press has the buyer pay with a card on a charge's page, and the event arrive.
func (w *world) press(charge charges.Charge, card string, paid bool) {
	w.t.Helper()
	w.Open(charge.Current().CheckoutURL).Pay(card)
	w.WaitDelivery(charge.Current().PaymentID, w.event(paid))
}

// paid is the event that says so of the payment of a charge's page.
func (w *world) paid(charge charges.Charge) webhooks.Event {
	a := charge.Current()
	info := webhooks.EventInfo{Scheme: webhooks.SchemeVisionScope, SessionID: a.PaymentID, Payment: sdk.PaymentPaid, Amount: charge.Amount}
	if w.vora {
		info.Scheme = webhooks.SchemeVoraV1
		return &webhooks.SessionSucceeded{EventInfo: info, Metadata: map[string]string{"hostedpay_reference": a.Purchase.Reference}}
	}
	info.Reference = a.Purchase.Reference
	return &webhooks.PaymentSucceeded{EventInfo: info}
}

func (w *world) charge() charges.Charge {
	w.t.Helper()
	charge, err := w.store.Load(w.t.Context(), tenant, order)
	require.NoError(w.t, err)
	return charge
}

func (w *world) pay() charges.Charge {
	w.t.Helper()
	charge, err := w.book().Pay(w.t.Context(), tenant, order, purchase)
	require.NoError(w.t, err)
	return charge
}

// atBoth runs a test at both gateways.
func atBoth(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	for name, atVora := range map[string]bool{"vora": true, "visionscope": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, setup(t, atVora))
		})
	}
}

const soon = 2 * time.Minute // when nobody is asking the gateway any more

// bookAt is a book whose tenants all have one gateway.
func bookAt(t *testing.T, gateway platform.Gateway, store charges.Store, options ...charges.Option) *charges.Book {
	t.Helper()
	book, err := charges.New("crm", store, func(context.Context, string) (platform.Gateway, error) { return gateway, nil }, options...)
	require.NoError(t, err)
	return book
}
