package sandboxtest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

const (
	maxWait     = 10 * time.Second // of the machine's time, for what another goroutine does
	maxSchedule = 2 * time.Minute  // of the gateways' time: every redelivery schedule has ended by then
)

// WaitDelivery returns the first delivery of an event of a session, by the event's type
// ("session.succeeded"), once it is not pending any more: the shop has accepted it, every attempt
// has failed, or there is no URL to send it to. Its State says which. The clock is advanced as far
// as that takes. Another goroutine may pay the session meanwhile. The test ends when no such event
// comes.
func (g *Gateways) WaitDelivery(sessionID, event string) control.Delivery {
	g.t.Helper()
	return g.wait(1, sessionID, event)[0]
}

// WaitDeliveries is [Gateways.WaitDelivery] for the first n deliveries of a session, whatever their
// events.
func (g *Gateways) WaitDeliveries(sessionID string, n int) []control.Delivery {
	g.t.Helper()
	return g.wait(n, sessionID, "")
}

// WaitFor waits until a condition holds, without advancing the clock. The condition is evaluated
// again whenever something happens at the gateways, and only then: it is not for what the shop does
// by itself. The test ends after 10 s of the machine's time, with a message that names what was
// waited for.
func (g *Gateways) WaitFor(what string, condition func() bool) {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(g.t.Context(), maxWait)
	defer cancel()
	if err := g.Wait(ctx, condition); err != nil {
		g.t.Fatalf("sandboxtest: waiting for %s: %v; there is\n%s", what, err, g.story())
	}
}

// WaitStatus waits until a session has a status. The clock is not advanced.
func (g *Gateways) WaitStatus(sessionID string, status control.SessionStatus) {
	g.t.Helper()
	g.WaitFor(sessionID+" "+string(status), func() bool { return g.statusOf(sessionID) == status })
}

func (g *Gateways) wait(n int, sessionID, event string) (found []control.Delivery) {
	g.t.Helper()
	what := event + " of " + sessionID
	if event == "" {
		what = fmt.Sprintf("%d deliveries of %s", n, sessionID)
	}
	g.WaitFor(what, func() bool { // for the buyer
		status := g.statusOf(sessionID)
		return status != "" && status != control.SessionPending
	})
	for advanced := time.Duration(0); advanced <= maxSchedule; advanced += time.Second {
		found = nil
		g.Advance(0)
		for _, d := range g.Deliveries() {
			if d.SessionID == sessionID && (event == "" || d.Event == event) && d.State != control.DeliveryPending {
				found = append(found, d)
			}
		}
		if len(found) >= n {
			return found[:n]
		}
		g.Advance(time.Second)
	}
	g.t.Fatalf("sandboxtest: %s did not come; there is\n%s", what, g.story())
	return nil
}

func (g *Gateways) statusOf(sessionID string) control.SessionStatus {
	for _, s := range g.Sessions() {
		if s.ID == sessionID {
			return s.Status
		}
	}
	return ""
}

// story says what has happened, for the message of a test that ends.
func (g *Gateways) story() string {
	var b strings.Builder
	sessions := g.Sessions()
	if len(sessions) == 0 {
		return "no session"
	}
	for _, s := range sessions {
		fmt.Fprintf(&b, "session %s at %s: %s\n", s.ID, s.Gateway, s.Status)
	}
	for _, d := range g.Deliveries() {
		fmt.Fprintf(&b, "delivery of %s of %s to %q: %s\n", d.Event, d.SessionID, d.URL, d.State)
		for _, a := range d.Attempts {
			fmt.Fprintf(&b, "\tattempt: %d %s %s\n", a.Status, a.Response, a.Problem)
		}
		if d.State == control.DeliveryPending {
			b.WriteString("\tpending: held by PauseDeliveries until ResumeDeliveries, or by a delivery fault until another event has come, or not due yet\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
