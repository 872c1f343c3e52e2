package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// A DeliveryFault is something that goes wrong with a delivery on purpose.
type DeliveryFault string

// The faults of deliveries. Each happens to one attempt.
const (
	DropDelivery      DeliveryFault = "drop"      // it is lost on the way; the schedule goes on
	DuplicateDelivery DeliveryFault = "duplicate" // it comes twice
	DelayDelivery     DeliveryFault = "delay"     // it comes 10 s later by the sandbox's clock
	ReorderDelivery   DeliveryFault = "reorder"   // it comes after another event, of whatever session, has reached the shop
	MissignDelivery   DeliveryFault = "missign"   // its signature is made with another secret
)

const (
	deliveryDelay    = 10 * time.Second
	mostDisturbances = 1000
)

// Disturb lets faults happen to the next attempts, one to each. At most 1000 can wait for theirs.
func (s *Sandbox) Disturb(faults ...DeliveryFault) error {
	known := []DeliveryFault{DropDelivery, DuplicateDelivery, DelayDelivery, ReorderDelivery, MissignDelivery}
	for _, f := range faults {
		if !slices.Contains(known, f) {
			return errors.New("sandbox: a delivery can be disturbed by drop, duplicate, delay, reorder or missign")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.disturbances)+len(faults) > mostDisturbances {
		return fmt.Errorf("sandbox: %d disturbances wait for deliveries already; let some happen first, at most %d can wait", len(s.disturbances), mostDisturbances)
	}
	s.disturbances = append(s.disturbances, faults...)
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

// disturb decides what happens to an attempt, and whether it happens now. What was planned does not happen any more when
// the event has been taken meanwhile: sent by hand, or as a copy.
func (s *Sandbox) disturb(d sending) (fault DeliveryFault, now bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case d.planned && d.State == DeliveryAccepted:
		return "", false
	case s.paused:
		s.hold(d)
		return "", false
	case d.late != "":
		return d.late, true
	case len(s.disturbances) == 0:
		return "", true
	}
	fault, s.disturbances = s.disturbances[0], s.disturbances[1:]
	switch fault {
	case DelayDelivery:
		d.late = fault
		s.clock.AfterFunc(deliveryDelay, s.unlessClosed(func() { s.attempt(d) }))
		return fault, false
	case ReorderDelivery:
		d.late = fault
		s.overtaken = append(s.overtaken, d)
		return fault, false
	case DropDelivery, DuplicateDelivery, MissignDelivery: // which happen to the attempt itself
	}
	return fault, true
}

// hold keeps an attempt until the end of the pause, and gives the oldest one up when there are too many. Called with
// Sandbox.mu held.
func (s *Sandbox) hold(d sending) {
	if len(s.held) >= mostDeliveries {
		lost := s.held[0]
		s.held = s.held[1:]
		if lost.planned && lost.State == DeliveryPending {
			lost.State = DeliveryGivenUp
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
