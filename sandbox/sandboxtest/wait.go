package sandboxtest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

const (
	patience = 10 * time.Second // of the machine's time, until something that another goroutine does is given up
	schedule = 2 * time.Minute  // of the gateways' time, in which every schedule has ended
)

// WaitDelivery returns the first delivery of an event ("session.succeeded", "payment.success") of a session when the
// shop has taken it, when the gateway has given up, or when there is no address to send it to: its State tells. The clock
// is moved as far as that takes. The session may still be paid by another goroutine; when nothing comes, the test ends.
func (g *Gateways) WaitDelivery(sessionID, event string) control.Delivery {
	g.t.Helper()
	return g.wait(1, sessionID, event)[0]
}

// WaitDeliveries is WaitDelivery for the first n deliveries of a session, whatever their events.
func (g *Gateways) WaitDeliveries(sessionID string, n int) []control.Delivery {
	g.t.Helper()
	return g.wait(n, sessionID, "")
}

// WaitFor waits until a condition holds, without moving the clock. It is asked again when something happens at the
// gateways, and only then: it is not for what the shop does by itself. The test ends when nothing happens for too long;
// what says what was waited for.
func (g *Gateways) WaitFor(what string, holds func() bool) {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(g.t.Context(), patience)
	defer cancel()
	if err := g.Wait(ctx, holds); err != nil {
		g.t.Fatalf("sandboxtest: waiting for %s: %v; there is\n%s", what, err, g.story())
	}
}

// WaitStatus waits until a session has a status: pending, processing, succeeded, failed, expired or refunded, at both
// gateways. The clock is not moved.
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
	g.WaitFor(what, func() bool { // a buyer
		status := g.statusOf(sessionID)
		return status != "" && status != control.SessionPending
	})
	for moved := time.Duration(0); moved <= schedule; moved += time.Second {
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

// story is what has happened, for a test that waited in vain.
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
			fmt.Fprintf(&b, "\tanswered %d %s %s\n", a.Status, a.Response, a.Problem)
		}
		if d.State == control.DeliveryPending {
			b.WriteString("\tnot over: held back by PauseDeliveries until ResumeDeliveries, or by a delivery fault until another event has come, or not due yet\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
