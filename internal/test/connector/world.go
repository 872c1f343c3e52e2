package connector

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/sandboxtest"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/platformtest"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// Merchant is who gets the money in the worlds of this package.
var Merchant = sandbox.Acme // read only

// Vora is the world around the sandbox's Vora: all but the gateway, and what it tells.
func Vora(t *testing.T, g *sandboxtest.Gateways) platformtest.World {
	t.Helper()
	w := worldOf(t, g, "POST /v1/sessions", "session.succeeded", "session.failed")
	w.Expire = func(payment *platform.Payment) {
		g.Advance(31 * time.Minute)
		g.WaitDelivery(payment.ID, "session.expired")
	}
	deliveries := 1 // of the payment
	w.Refund = func(payment *platform.Payment, amount money.Amount) {
		_, err := g.Refund(payment.ID, amount.Minor())
		require.NoError(t, err)
		deliveries++
		g.WaitDeliveries(payment.ID, deliveries)
	}
	return w
}

// VisionScope is the world around the sandbox's VisionScope, likewise.
func VisionScope(t *testing.T, g *sandboxtest.Gateways) platformtest.World {
	t.Helper()
	return worldOf(t, g, "POST /api/checkout/create", "payment.success", "payment.failed")
}

func worldOf(t *testing.T, g *sandboxtest.Gateways, create, paid, declined string) platformtest.World {
	t.Helper()
	press := func(card, event string) func(*platform.Payment) {
		return func(payment *platform.Payment) {
			g.Open(payment.CheckoutURL).Pay(card)
			g.WaitDelivery(payment.ID, event)
		}
	}
	return platformtest.World{
		Purchase:     platform.Purchase{Amount: money.Minor(1499, "USD"), ReturnURL: "https://crm.example.com/return"},
		Pay:          press(buyer.CardApproved, paid),
		Decline:      press(buyer.CardDeclined, declined),
		LoseResponse: func() { require.NoError(t, g.Inject(control.Fault{Route: create, Times: 1, ResetAfter: true})) },
	}
}

// Told is what events have said. The zero value has been told nothing; safe for concurrent use.
type Told struct {
	mu       sync.Mutex
	payments map[string]orders.State // by session
	events   []webhooks.Event
}

// Take is the function of a handler of package webhooks.
func (told *Told) Take(_ context.Context, event webhooks.Event) error {
	told.mu.Lock()
	defer told.mu.Unlock()
	if told.payments == nil {
		told.payments = map[string]orders.State{}
	}
	session := event.Info().SessionID
	told.payments[session], _ = orders.Apply(told.payments[session], event)
	told.events = append(told.events, event)
	return nil
}

// Status is where a payment stands.
func (told *Told) Status(payment *platform.Payment) platform.Status {
	told.mu.Lock()
	defer told.mu.Unlock()
	return platform.StatusOf(told.payments[payment.ID].Status)
}

// Events are those that have come, the first one first.
func (told *Told) Events() []webhooks.Event {
	told.mu.Lock()
	defer told.mu.Unlock()
	return append([]webhooks.Event(nil), told.events...)
}
