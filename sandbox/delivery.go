package sandbox

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// delivery is a Delivery with what is needed to send it. Guarded by Sandbox.mu, but for what does not change.
type delivery struct {
	control.Delivery
	session *session
	name    string // of the event as webhooks v1 call it
	v2      bool

	tries int // attempts that the schedule made, of which it makes no more than it has waits
}

// A sending is an attempt before it happens.
type sending struct {
	*delivery
	planned bool                  // by the schedule; the others were asked for by hand, or come twice on purpose
	late    control.DeliveryFault // what it was held up by
}

// Deliveries lists what was and is being delivered, oldest first.
func (s *Sandbox) Deliveries() []control.Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]control.Delivery, len(s.deliveries))
	for i, d := range s.deliveries {
		out[i] = d.copy()
	}
	return out
}

func (d *delivery) copy() control.Delivery {
	out := d.Delivery
	out.Attempts = append([]control.DeliveryAttempt{}, d.Attempts...) // an empty array in JSON, not null
	return out
}

// send begins to deliver an event after a wait. Called with Sandbox.mu held.
func (s *Sandbox) send(x *session, e event, wait time.Duration) {
	d := &delivery{session: x, name: e.name, Delivery: control.Delivery{
		SessionID: x.id, Event: e.name, URL: x.vision.webhookURL, State: control.DeliveryPending,
	}}
	if x.gateway == voraGateway {
		d.URL = x.account.Vora.WebhookURL
		if d.v2 = x.account.Vora.WebhooksV2; d.v2 {
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
		d.State = control.DeliveryUnsent
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
	fault, now := s.applyFault(d)
	if !now {
		return
	}
	a := control.DeliveryAttempt{At: s.clock.Now(), Fault: fault}
	start := time.Now()
	if fault == control.DeliveryFaultDrop {
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
		d.State = control.DeliveryAccepted
	case d.State != control.DeliveryPending || !d.planned:
	case d.tries > len(waits):
		d.State = control.DeliveryFailed
	default:
		s.after(waits[d.tries-1], func() { s.attempt(sending{delivery: d.delivery, planned: true}) })
	}
	if fault == control.DeliveryFaultDuplicate {
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
	if d.State == control.DeliveryUnsent && d.session.gateway == voraGateway {
		d.URL = d.session.account.Vora.WebhookURL
	}
	if problem := undeliverable(d.URL); problem != "" {
		return fmt.Errorf("sandbox: delivery %q cannot be sent: %s", deliveryID, problem)
	}
	again := sending{delivery: d}
	if d.State == control.DeliveryUnsent {
		d.State, again.planned = control.DeliveryPending, true // its schedule begins
	}
	s.after(0, func() { s.attempt(again) })
	return nil
}
