package demo

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// An order is the merchant's own record of a purchase.
type order struct {
	name      string
	sessionID string // empty until the gateway has named it
	amount    money.Amount
	returnURL string
	secret    sdk.Secret // that signs its webhooks, where each order has its own
	payment   orders.State
	events    chan arrival
}

// An arrival is a verified event, when it arrived, how long it took to read, verify, decode and
// claim it, and the problems that it made.
type arrival struct {
	event    webhooks.Event
	at       time.Time
	verified time.Duration
	problems []orders.Problem
}

// A merchant is a shop with a webhook endpoint and a return page for each gateway. Safe for
// concurrent use.
type merchant struct {
	url string

	mu     sync.Mutex
	orders []*order
}

func newMerchant(url string) *merchant { return &merchant{url: url} }

// place remembers an order before anything is created for it.
func (m *merchant) place(o *order) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o.payment, o.events = orders.State{Expected: o.amount}, make(chan arrival, 8)
	m.orders = append(m.orders, o)
}

// attach remembers the session of an order.
func (m *merchant) attach(o *order, sessionID string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o.sessionID = sessionID
}

func (m *merchant) ofSession(id string) (*order, bool) {
	return m.find(func(o *order) bool { return o.sessionID == id && id != "" })
}

func (m *merchant) named(name string) (*order, bool) {
	return m.find(func(o *order) bool { return o.name == name })
}

func (m *merchant) find(is func(*order) bool) (*order, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at := slices.IndexFunc(m.orders, is); at >= 0 {
		return m.orders[at], true
	}
	return nil, false
}

type arrivalTime struct{}

// timed records when a delivery arrived.
func timed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), arrivalTime{}, time.Now())))
	})
}

// take handles an event: it moves the order to its final status. An event that makes a problem is
// kept with the order and acknowledged: delivering it again would not help.
func (m *merchant) take(ctx context.Context, event webhooks.Event) error {
	at, _ := ctx.Value(arrivalTime{}).(time.Time)
	verified := time.Since(at)
	o, ok := m.orderOf(event.Info())
	if !ok {
		return fmt.Errorf("no order has the session %s", event.Info().SessionID)
	}
	m.mu.Lock()
	payment, transition := orders.Apply(o.payment, event)
	o.payment = payment
	m.mu.Unlock()
	o.events <- arrival{event, at, verified, transition.Problems}
	return nil
}

// orderOf finds the order that an event is about: the one that its signing key belongs to, or the
// one of its session.
func (m *merchant) orderOf(event *webhooks.EventInfo) (*order, bool) {
	if event.Reference != "" {
		return m.named(event.Reference)
	}
	return m.ofSession(event.SessionID)
}

func (m *merchant) statusOf(o *order) sdk.PaymentStatus {
	m.mu.Lock()
	defer m.mu.Unlock()
	return o.payment.Status
}
