package ledger

import (
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/clock"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// An Event is what a gateway reports to a merchant.
type Event struct {
	Type    string        // as the merchant reads it, "session.succeeded"
	ID      string        // identity: deliveries of the same event have the same
	URL     string        // an empty one, or one not on this machine, leaves it unsent
	Body    []byte        // JSON
	Wait    time.Duration // of the gateway, before the first attempt
	Details any           // what the gateway needs to sign and send it
}

// A Delivery is an event on its way to a merchant. Outside of the ledger it is a copy.
type Delivery struct {
	control.Delivery
	Gateway    sdk.Gateway
	MerchantID string
	Details    any // the event's
}

// delivery is a delivery in the ledger.
type delivery struct {
	Delivery
	scheduled int // attempts that the gateway's schedule made
}

// deliveries are all deliveries, the delivery faults, and the attempts that wait.
type deliveries struct {
	all       []*delivery // oldest first
	count     int         // of all that there ever were
	faults    []control.DeliveryFault
	paused    bool
	held      []Attempt // until the end of the pause
	reordered []Attempt // until another event has reached its merchant
}

// Send delivers an event of the session.
func (tx *Tx) Send(e Event) {
	l := tx.ledger
	q := &l.deliveries
	q.count++
	d := &delivery{Delivery: Delivery{
		Gateway: tx.Gateway, MerchantID: tx.MerchantID, Details: e.Details,
		Delivery: control.Delivery{
			ID: fmt.Sprintf("dlv_%d", q.count), SessionID: tx.ID, Event: e.Type, EventID: e.ID, URL: e.URL, Body: string(e.Body),
			State: control.DeliveryPending,
		},
	}}
	q.keepLocked(d)
	l.changedLocked(control.Change{Kind: control.ChangeDeliveryCreated, SessionID: tx.ID, Status: tx.Status, DeliveryID: d.ID})
	if err := l.config.CheckWebhookURL(d.URL); err != nil {
		d.State = control.DeliveryUnsent
		l.logLocked(slog.LevelWarn, "an event is not delivered", "event", e.Type, "session_id", tx.ID, "reason", err.Error())
		return
	}
	l.startLocked(d.scheduledAttempt(e.Wait))
}

// Resend delivers an event once more, now. url returns where a delivery goes now.
func (l *Ledger) Resend(deliveryID string, url func(Delivery, control.Merchant) string) error {
	l.lock()
	defer l.unlock()
	i := slices.IndexFunc(l.deliveries.all, func(d *delivery) bool { return d.ID == deliveryID })
	if i < 0 {
		return fmt.Errorf("unknown delivery %q: the sandbox's list of deliveries has those that it remembers", deliveryID)
	}
	d := l.deliveries.all[i]
	merchant, err := l.merchantLocked(d.MerchantID)
	if err != nil {
		return err
	}
	to := url(d.Delivery, *merchant)
	if err := l.config.CheckWebhookURL(to); err != nil {
		return fmt.Errorf("delivery %q cannot be sent: %w", deliveryID, err)
	}
	again := Attempt{delivery: d, Task: d.task()}
	if d.State == control.DeliveryUnsent {
		d.State, d.URL = control.DeliveryPending, to
		again = d.scheduledAttempt(0) // its schedule begins
	}
	l.startLocked(again)
	return nil
}

func (d *delivery) task() clock.Task {
	return clock.Task{Kind: clock.TaskDeliver, SessionID: d.SessionID, DeliveryID: d.ID, Event: d.Event, Attempt: len(d.Attempts) + 1}
}

// snapshot is a copy of the delivery.
func (d *delivery) snapshot() control.Delivery {
	out := d.Delivery.Delivery
	out.Attempts = append([]control.DeliveryAttempt{}, d.Attempts...) // an empty array in JSON, not null
	if d.State != control.DeliveryPending {
		out.DueAt = time.Time{}
	}
	return out
}
