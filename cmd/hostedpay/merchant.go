package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// An order is the merchant's own record of a purchase.
type order struct {
	sessionID string
	amount    money.Amount
	returnURL string
	secret    sdk.Secret // that signs its webhooks, where each checkout has its own
	payment   orders.State
	events    chan arrival
}

// An arrival is a verified event, when it arrived, and how long it took to read, verify, decode and
// claim it.
type arrival struct {
	event    webhooks.Event
	at       time.Time
	verified time.Duration
}

// A merchant is a shop with a webhook endpoint and a return page for each gateway. Safe for
// concurrent use.
type merchant struct {
	url string

	mu     sync.Mutex
	orders map[string]*order // by session
}

func newMerchant(url string) *merchant { return &merchant{url: url, orders: map[string]*order{}} }

func (m *merchant) remember(o *order) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o.payment, o.events = orders.State{Expected: o.amount}, make(chan arrival, 8)
	m.orders[o.sessionID] = o
}

func (m *merchant) find(sessionID string) (*order, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.orders[sessionID]
	return o, ok
}

type arrivalTime struct{}

// timed records when a delivery arrived.
func timed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), arrivalTime{}, time.Now())))
	})
}

// take handles an event: it moves the order to its final status.
func (m *merchant) take(ctx context.Context, event webhooks.Event) error {
	at, _ := ctx.Value(arrivalTime{}).(time.Time)
	verified := time.Since(at)
	info := event.Info()
	o, ok := m.find(info.SessionID)
	if !ok {
		return fmt.Errorf("no order has the session %s", info.SessionID)
	}
	m.mu.Lock()
	payment, transition := orders.Apply(o.payment, event)
	if len(transition.Problems) == 0 {
		o.payment = payment
	}
	m.mu.Unlock()
	if len(transition.Problems) > 0 {
		return fmt.Errorf("the order of session %s: %v", info.SessionID, transition.Problems)
	}
	o.events <- arrival{event, at, verified}
	return nil
}

func (m *merchant) statusOf(o *order) sdk.PaymentStatus {
	m.mu.Lock()
	defer m.mu.Unlock()
	return o.payment.Status
}
