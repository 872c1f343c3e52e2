package ledger

import (
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/clock"
)

const (
	deliveryDelay     = 10 * time.Second
	maxDeliveryFaults = 1000
)

// An Attempt is one attempt to deliver an event, before it happens.
type Attempt struct {
	Task  clock.Task
	Wait  time.Duration // before it
	Exact bool          // the wait is not the gateway's own, and no time factor shortens it

	delivery  *delivery
	scheduled bool                  // by the gateway; others are resent or duplicates
	delayedBy control.DeliveryFault // the fault that has delayed it
}

func (d *delivery) scheduledAttempt(wait time.Duration) Attempt {
	return Attempt{Task: d.task(), Wait: wait, delivery: d, scheduled: true}
}

func (l *Ledger) startLocked(a Attempt) {
	switch {
	case !a.scheduled:
	case a.Exact:
		a.delivery.DueAt = l.config.Executor.Now().Add(a.Wait)
	default:
		a.delivery.DueAt = l.config.Executor.Due(a.Wait)
	}
	l.afterLocked(func() { l.config.Start(l, a) })
}

// startNowLocked begins an attempt that was held.
func (l *Ledger) startNowLocked(a Attempt) {
	a.Wait = 0
	l.startLocked(a)
}

// InjectDeliveryFaults makes the next attempts go wrong, one fault each.
func (l *Ledger) InjectDeliveryFaults(faults ...control.DeliveryFault) error {
	for _, f := range faults {
		if !slices.Contains(control.DeliveryFaults(), f) {
			return fmt.Errorf("unknown delivery fault %q: use %v", string(f), control.DeliveryFaults())
		}
	}
	l.lock()
	defer l.unlock()
	q := &l.deliveries
	if waiting := len(q.faults); waiting+len(faults) > maxDeliveryFaults {
		return fmt.Errorf("%d delivery faults already wait for their attempts and %d is the max: let some happen first", waiting, maxDeliveryFaults)
	}
	q.faults = append(q.faults, faults...)
	l.changedLocked(control.Change{Kind: control.ChangeSettings})
	return nil
}

// WaitingDeliveryFaults lists the faults of the next attempts, in their order.
func (l *Ledger) WaitingDeliveryFaults() []control.DeliveryFault {
	l.lock()
	defer l.unlock()
	return append([]control.DeliveryFault{}, l.deliveries.faults...) // a list in JSON, even when empty
}

// ClearDeliveryFaults lets the next attempts go well. What has happened to an attempt already
// stays.
func (l *Ledger) ClearDeliveryFaults() {
	l.lock()
	defer l.unlock()
	l.deliveries.faults = nil
	l.changedLocked(control.Change{Kind: control.ChangeSettings})
}

// Pause holds all attempts until they are resumed.
func (l *Ledger) Pause() {
	l.lock()
	defer l.unlock()
	l.deliveries.paused = true
	l.changedLocked(control.Change{Kind: control.ChangeSettings})
}

// Resume begins the attempts that were held.
func (l *Ledger) Resume() {
	l.lock()
	defer l.unlock()
	q := &l.deliveries
	for _, a := range q.held {
		l.startNowLocked(a)
	}
	q.paused, q.held = false, nil
	l.changedLocked(control.Change{Kind: control.ChangeSettings})
}

// Begin decides whether an attempt happens now, and which fault happens to it. It does not happen
// now during a pause, when a fault delays it, and when the gateway's schedule planned it but the
// event has been accepted since, because it was resent or duplicated.
func (l *Ledger) Begin(a Attempt) (d Delivery, fault control.DeliveryFault, now bool) {
	l.lock()
	defer l.unlock()
	q := &l.deliveries
	switch {
	case a.scheduled && a.delivery.State == control.DeliveryAccepted:
		return Delivery{}, "", false
	case q.paused:
		l.holdLocked(a)
		return Delivery{}, "", false
	case a.delayedBy != "":
		return a.delivery.Delivery, a.delayedBy, true
	case len(q.faults) == 0:
		return a.delivery.Delivery, "", true
	}
	fault, q.faults = q.faults[0], q.faults[1:]
	switch fault {
	case control.DeliveryFaultDelay:
		a.delayedBy, a.Wait, a.Exact = fault, deliveryDelay, true
		l.startLocked(a)
		return Delivery{}, fault, false
	case control.DeliveryFaultReorder:
		a.delayedBy = fault
		q.reordered = append(q.reordered, a)
		return Delivery{}, fault, false
	case control.DeliveryFaultDrop, control.DeliveryFaultDuplicate, control.DeliveryFaultWrongSecret: // of the attempt itself
	}
	return a.delivery.Delivery, fault, true
}

// holdLocked keeps an attempt until the end of the pause. When there are too many, the oldest one
// is dropped.
func (l *Ledger) holdLocked(a Attempt) {
	q := &l.deliveries
	if len(q.held) >= maxDeliveries {
		lost := q.held[0]
		q.held = q.held[1:]
		if lost.scheduled && lost.delivery.State == control.DeliveryPending {
			lost.delivery.State = control.DeliveryFailed
		}
		l.logLocked(slog.LevelWarn, "an event is not delivered: too many are held by the pause",
			"event", lost.delivery.Event, "session_id", lost.delivery.SessionID)
	}
	q.held = append(q.held, a)
}

// Complete records the result of an attempt, and plans what follows: the next attempt of the
// gateway's schedule when the merchant did not accept the event, the second attempt of a duplicate,
// and the attempts that waited for this event to reach its merchant first.
func (l *Ledger) Complete(a Attempt, result control.DeliveryAttempt, schedule []time.Duration) {
	l.lock()
	defer l.unlock()
	d := a.delivery
	if len(d.Attempts) >= maxAttempts { // after many resends
		d.Attempts = slices.Delete(d.Attempts, 0, 1)
	}
	d.Attempts, d.URL = append(d.Attempts, result), result.URL
	l.changedLocked(control.Change{Kind: control.ChangeDeliveryAttempt, SessionID: d.SessionID, DeliveryID: d.ID})
	l.logLocked(slog.LevelInfo, "event delivered", "event", d.Event, "session_id", d.SessionID, "attempt", len(d.Attempts),
		"status", result.Status, "problem", result.Problem)
	if a.scheduled {
		d.scheduled++
	}
	switch {
	case result.Status >= 200 && result.Status < 300:
		d.State = control.DeliveryAccepted
	case d.State != control.DeliveryPending || !a.scheduled:
	case d.scheduled > len(schedule):
		d.State = control.DeliveryFailed
	default:
		l.startLocked(d.scheduledAttempt(schedule[d.scheduled-1]))
	}
	if result.Fault == control.DeliveryFaultDuplicate {
		l.startLocked(Attempt{Task: d.task(), delivery: d})
	}
	if result.Status != 0 {
		l.releaseReorderedLocked(d)
	}
}

// releaseReorderedLocked begins the attempts that waited for another event to come first.
func (l *Ledger) releaseReorderedLocked(first *delivery) {
	q := &l.deliveries
	waiting := q.reordered
	q.reordered = nil
	for _, a := range waiting {
		if a.delivery == first {
			q.reordered = append(q.reordered, a)
			continue
		}
		l.startNowLocked(a)
	}
}
