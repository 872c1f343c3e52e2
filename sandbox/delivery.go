package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// A Delivery is an event on its way to a merchant.
type Delivery struct {
	ID        string            `json:"id"` // the sandbox's own
	SessionID string            `json:"sessionId"`
	Event     string            `json:"event"` // "session.succeeded"
	URL       string            `json:"url"`
	Body      string            `json:"body"`
	Attempts  []DeliveryAttempt `json:"attempts"`
	State     DeliveryState     `json:"state"`
}

// A DeliveryState is where a delivery stands.
type DeliveryState string

// The states of a delivery.
const (
	DeliveryPending  DeliveryState = "pending"  // not sent yet, or waiting to be sent again
	DeliveryAccepted DeliveryState = "accepted" // answered with a 2xx
	DeliveryGivenUp  DeliveryState = "given up" // never answered with a 2xx
	DeliveryUnsent   DeliveryState = "unsent"   // no address was registered, or one that is not on this machine
)

// A DeliveryAttempt is one time that an event was sent.
type DeliveryAttempt struct {
	At       time.Time     `json:"at"`
	Duration time.Duration `json:"durationNs"`
	Header   http.Header   `json:"header,omitempty"` // of the request, with its signature
	Status   int           `json:"status"`           // of the merchant's answer; 0 when none came
	Answer   string        `json:"answer,omitempty"`
	Problem  string        `json:"problem,omitempty"` // why none came
	Fault    DeliveryFault `json:"fault,omitempty"`   // that was injected
}

// delivery is a Delivery with what is needed to send it. Guarded by Sandbox.mu, but for what does not change.
type delivery struct {
	Delivery
	session *session
	name    string // of the event as webhooks v1 call it
	v2      bool

	tries int // attempts that the schedule made, of which it makes no more than it has waits
}

// A sending is an attempt before it happens.
type sending struct {
	*delivery
	planned bool          // by the schedule; the others were asked for by hand, or come twice on purpose
	late    DeliveryFault // what it was held up by
}

// Deliveries lists what was and is being delivered, oldest first.
func (s *Sandbox) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Delivery, len(s.deliveries))
	for i, d := range s.deliveries {
		out[i] = d.Delivery
		out[i].Attempts = slices.Clone(d.Attempts)
	}
	return out
}

// send begins to deliver an event after a wait. Called with Sandbox.mu held.
func (s *Sandbox) send(x *session, e event, wait time.Duration) {
	d := &delivery{session: x, name: e.name, Delivery: Delivery{
		SessionID: x.id, Event: e.name, URL: x.vision.webhookURL, State: DeliveryPending,
	}}
	if x.gateway == voraGateway {
		d.URL = x.account.webhookURL
		if d.v2 = x.account.webhooksV2; d.v2 {
			e = e.v2(s.ids.event(), x.account.ID, s.clock.Now())
			d.Event = e.name
		}
	}
	body, err := json.Marshal(e.body)
	if err != nil {
		s.log.Error("an event cannot be encoded", "event", e.name, "error", err)
		return
	}
	d.Body = string(body)
	s.delivered++
	d.ID = fmt.Sprintf("dlv_%d", s.delivered)
	s.keepDelivery(d)
	defer s.changed()
	if problem := undeliverable(d.URL); problem != "" {
		d.State = DeliveryUnsent
		s.log.Warn("an event is not delivered", "event", e.name, "session_id", x.id, "reason", problem)
		return
	}
	s.after(wait, func() { s.attempt(sending{delivery: d, planned: true}) })
}

// undeliverable says why nothing can be sent to an address.
func undeliverable(target string) string {
	u, err := url.Parse(target)
	switch {
	case target == "":
		return "no webhook address is registered for the merchant"
	case err != nil || u.Host == "":
		return "the webhook address is not an absolute URL"
	case u.Scheme != "http" && u.Scheme != "https":
		return "the webhook address is not an http or https URL"
	case !contract.IsLoopback(u.Hostname()):
		return "the webhook address is not on this machine, and the sandbox sends nowhere else: register one on 127.0.0.1 or localhost"
	}
	return ""
}

// attempt sends an event once, and plans the next time when the merchant did not take it.
func (s *Sandbox) attempt(d sending) {
	fault, now := s.disturb(d)
	if !now {
		return
	}
	a := DeliveryAttempt{At: s.clock.Now(), Fault: fault}
	start := time.Now()
	if fault == DropDelivery {
		a.Problem = "dropped on purpose"
	} else {
		s.post(d.delivery, &a)
	}
	a.Duration = time.Since(start)

	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed()
	if len(d.Attempts) >= mostAttempts { // after many resends
		d.Attempts = slices.Delete(d.Attempts, 0, 1)
	}
	d.Attempts = append(d.Attempts, a)
	s.log.Info("event delivered", "event", d.Event, "session_id", d.SessionID, "attempt", len(d.Attempts), "status", a.Status, "problem", a.Problem)
	waits := contract.VoraV1RetryAfter()
	if d.session.gateway == visionScopeGateway {
		waits = contract.VisionScopeRetryAfter()
	}
	if d.planned {
		d.tries++
	}
	switch {
	case a.Status >= 200 && a.Status < 300:
		d.State = DeliveryAccepted
	case d.State != DeliveryPending || !d.planned:
	case d.tries > len(waits):
		d.State = DeliveryGivenUp
	default:
		s.after(waits[d.tries-1], func() { s.attempt(sending{delivery: d.delivery, planned: true}) })
	}
	if fault == DuplicateDelivery {
		s.after(0, func() { s.attempt(sending{delivery: d.delivery}) })
	}
	if a.Status != 0 {
		s.releaseOvertaken(d.delivery)
	}
}

// Resend delivers an event once more, now. One that was not sent because there was no address goes to the merchant's
// address of now.
func (s *Sandbox) Resend(deliveryID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.deliveries, func(d *delivery) bool { return d.ID == deliveryID })
	if i < 0 {
		return fmt.Errorf("sandbox: there is no delivery %q", deliveryID)
	}
	d := s.deliveries[i]
	if d.State == DeliveryUnsent && d.session.gateway == voraGateway {
		d.URL = d.session.account.webhookURL
	}
	if problem := undeliverable(d.URL); problem != "" {
		return fmt.Errorf("sandbox: delivery %q cannot be sent: %s", deliveryID, problem)
	}
	again := sending{delivery: d}
	if d.State == DeliveryUnsent {
		d.State, again.planned = DeliveryPending, true // its schedule begins
	}
	s.after(0, func() { s.attempt(again) })
	return nil
}
