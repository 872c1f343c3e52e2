package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// An order is the merchant's own record of a purchase.
type order struct {
	sessionID string
	amount    money.Amount
	returnURL string
	secret    sdk.Secret // of a VisionScope checkout's webhooks
	state     sdk.PaymentStatus
	events    chan arrival
}

// An arrival is a verified event, when it came, and how long it took to read, verify, decode and claim it.
type arrival struct {
	event    webhooks.Event
	at       time.Time
	verified time.Duration
}

// A merchant is a shop with a webhook endpoint and a return page for each gateway.
type merchant struct {
	url    string
	client *vora.Client

	mu     sync.Mutex
	orders map[string]*order // by session
}

func newMerchant(url string, client *vora.Client) *merchant {
	return &merchant{url: url, client: client, orders: map[string]*order{}}
}

func (m *merchant) remember(o *order) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o.state, o.events = sdk.PaymentPending, make(chan arrival, 8)
	m.orders[o.sessionID] = o
}

func (m *merchant) find(sessionID string) (*order, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.orders[sessionID]
	return o, ok
}

func (m *merchant) handler() (http.Handler, error) {
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(sandbox.Acme.Vora.SecretKey), Name: "current", MerchantID: sandbox.Acme.ID})
	if err != nil {
		return nil, err
	}
	fromVora, err := webhooks.NewHandler(webhooks.Vora(keys), m.take)
	if err != nil {
		return nil, err
	}
	fromVisionScope, err := webhooks.NewHandler(webhooks.VisionScope(webhooks.KeySourceFunc(m.secretOf)), m.take)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/webhooks/vora", timed(fromVora))
	mux.Handle("/webhooks/visionscope", timed(fromVisionScope))
	mux.HandleFunc("GET /return/vora/{order}", m.returnFromVora)
	mux.HandleFunc("GET /return/visionscope", m.returnFromVisionScope)
	return mux, nil
}

type arrivalTime struct{}

// timed notes when a delivery came.
func timed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), arrivalTime{}, time.Now())))
	})
}

// secretOf finds the secret that a VisionScope checkout was created with.
func (m *merchant) secretOf(_ context.Context, hint webhooks.KeyHint) ([]webhooks.SigningKey, error) {
	o, ok := m.find(hint.SessionID)
	if !ok {
		return nil, webhooks.ErrUnknownMerchant
	}
	return []webhooks.SigningKey{{Secret: o.secret, Name: "checkout"}}, nil
}

// take does the work of an event: it moves the order to its final state.
func (m *merchant) take(ctx context.Context, event webhooks.Event) error {
	came, _ := ctx.Value(arrivalTime{}).(time.Time)
	verified := time.Since(came)
	info := event.Info()
	o, ok := m.find(info.SessionID)
	if !ok {
		return fmt.Errorf("there is no order for session %s", info.SessionID)
	}
	if info.Amount != o.amount {
		return errors.New("the event's amount is not the order's")
	}
	m.mu.Lock()
	switch event.(type) {
	case *webhooks.SessionSucceeded, *webhooks.PaymentSucceeded:
		o.state = sdk.PaymentPaid
	case *webhooks.SessionFailed, *webhooks.SessionExpired, *webhooks.PaymentFailed:
		o.state = sdk.PaymentFailed
	default: // what else is reported changes nothing
	}
	m.mu.Unlock()
	o.events <- arrival{event, came, verified}
	return nil
}

// returnFromVora asks the gateway what became of the order.
func (m *merchant) returnFromVora(w http.ResponseWriter, r *http.Request) {
	o, ok := m.find(r.URL.Query().Get("session")) // a shop uses its own cookie; this one has no visitors
	if !ok {
		http.NotFound(w, r)
		return
	}
	confirmed, err := m.client.ConfirmReturn(r.Context(), r.URL.Query(), vora.ExpectedReturn{
		Secrets: []sdk.Secret{sdk.NewSecret(sandbox.Acme.Vora.SessionSecret)}, SessionID: o.sessionID, Amount: o.amount, URL: o.returnURL,
	})
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadGateway)
	case confirmed.ReturnProblem != nil:
		http.Error(w, confirmed.ReturnProblem.Error(), http.StatusBadRequest)
	default:
		_, _ = io.WriteString(w, string(confirmed.Status)) //nolint:gosec // one of three words of our own
	}
}

// returnFromVisionScope believes nothing of the query: it shows what the webhook has said so far.
func (m *merchant) returnFromVisionScope(w http.ResponseWriter, r *http.Request) {
	claimed, err := visionscope.ParseReturn(r.URL.Query())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	o, ok := m.find(claimed.SessionID)
	if !ok {
		http.NotFound(w, r)
		return
	}
	_, _ = io.WriteString(w, string(m.stateOf(o)))
}

func (m *merchant) stateOf(o *order) sdk.PaymentStatus {
	m.mu.Lock()
	defer m.mu.Unlock()
	return o.state
}
