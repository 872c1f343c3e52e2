package sandbox

import (
	"fmt"
	"slices"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

const (
	deliveryDelay     = 10 * time.Second
	maxDeliveryFaults = 1000
)

// InjectDeliveryFaults makes the next delivery attempts go wrong, one fault each, in this order. At most 1000 can wait for
// their attempts.
func (s *Sandbox) InjectDeliveryFaults(faults ...control.DeliveryFault) error {
	for _, f := range faults {
		if !slices.Contains(control.DeliveryFaults(), f) {
			return fmt.Errorf("sandbox: unknown delivery fault %q: use %v", string(f), control.DeliveryFaults())
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if waiting := len(s.deliveryFaults); waiting+len(faults) > maxDeliveryFaults {
		return fmt.Errorf("sandbox: %d delivery faults already wait for their attempts and %d is the max: let some happen first", waiting, maxDeliveryFaults)
	}
	s.deliveryFaults = append(s.deliveryFaults, faults...)
	s.changed()
	return nil
}

// PauseDeliveries holds all deliveries back until they are resumed.
func (s *Sandbox) PauseDeliveries() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = true
	s.changed()
}

// ResumeDeliveries sends what was held back.
func (s *Sandbox) ResumeDeliveries() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = false
	for _, d := range s.held {
		s.after(0, func() { s.attempt(d) })
	}
	s.held = nil
	s.changed()
}

// applyFault decides what happens to an attempt, and whether it happens now. What was planned does not happen any more when
// the event has been taken meanwhile: sent by hand, or as a copy.
func (s *Sandbox) applyFault(d sending) (fault control.DeliveryFault, now bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case d.planned && d.State == control.DeliveryAccepted:
		return "", false
	case s.paused:
		s.hold(d)
		return "", false
	case d.late != "":
		return d.late, true
	case len(s.deliveryFaults) == 0:
		return "", true
	}
	fault, s.deliveryFaults = s.deliveryFaults[0], s.deliveryFaults[1:]
	switch fault {
	case control.DeliveryFaultDelay:
		d.late = fault
		s.clock.AfterFunc(deliveryDelay, s.unlessClosed(func() { s.attempt(d) }))
		return fault, false
	case control.DeliveryFaultReorder:
		d.late = fault
		s.overtaken = append(s.overtaken, d)
		return fault, false
	case control.DeliveryFaultDrop, control.DeliveryFaultDuplicate, control.DeliveryFaultWrongSecret: // which happen to the attempt itself
	}
	return fault, true
}

// hold keeps an attempt until the end of the pause, and gives the oldest one up when there are too many. Called with
// Sandbox.mu held.
func (s *Sandbox) hold(d sending) {
	if len(s.held) >= mostDeliveries {
		lost := s.held[0]
		s.held = s.held[1:]
		if lost.planned && lost.State == control.DeliveryPending {
			lost.State = control.DeliveryFailed
		}
		s.log.Warn("an event is not delivered: too many are held back by the pause", "event", lost.Event, "session_id", lost.SessionID)
	}
	s.held = append(s.held, d)
}

// releaseOvertaken sends what waited for another event to come first. Called with Sandbox.mu held.
func (s *Sandbox) releaseOvertaken(first *delivery) {
	waiting := s.overtaken
	s.overtaken = nil
	for _, d := range waiting {
		if d.delivery == first {
			s.overtaken = append(s.overtaken, d)
			continue
		}
		s.after(0, func() { s.attempt(d) })
	}
}
