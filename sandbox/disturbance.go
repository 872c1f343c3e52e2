package sandbox

import (
	"errors"
	"slices"
	"time"
)

// A DeliveryFault is something that goes wrong with a delivery on purpose.
type DeliveryFault string

// The faults of deliveries. Each happens to one attempt.
const (
	DropDelivery      DeliveryFault = "drop"      // it is lost on the way; the schedule goes on
	DuplicateDelivery DeliveryFault = "duplicate" // it comes twice
	DelayDelivery     DeliveryFault = "delay"     // it comes 10 s later
	ReorderDelivery   DeliveryFault = "reorder"   // it comes after the next event of any session
	MissignDelivery   DeliveryFault = "missign"   // its signature is made with another secret
)

const deliveryDelay = 10 * time.Second

// Disturb lets faults happen to the next attempts, one to each.
func (s *Sandbox) Disturb(faults ...DeliveryFault) error {
	known := []DeliveryFault{DropDelivery, DuplicateDelivery, DelayDelivery, ReorderDelivery, MissignDelivery}
	for _, f := range faults {
		if !slices.Contains(known, f) {
			return errors.New("sandbox: a delivery can be disturbed by drop, duplicate, delay, reorder or missign")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
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

// disturb decides what happens to an attempt, and whether it happens now.
func (s *Sandbox) disturb(d *delivery) (fault DeliveryFault, now bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paused {
		if len(s.held) >= mostDeliveries {
			s.held = s.held[1:]
		}
		s.held = append(s.held, d)
		return "", false
	}
	if d.late != "" {
		fault, d.late = d.late, ""
		return fault, true
	}
	if len(s.disturbances) == 0 {
		return "", true
	}
	fault, s.disturbances = s.disturbances[0], s.disturbances[1:]
	switch fault {
	case DelayDelivery:
		d.late = fault
		s.after(deliveryDelay, func() { s.attempt(d) })
		return fault, false
	case ReorderDelivery:
		d.late = fault
		s.overtaken = append(s.overtaken, d)
		return fault, false
	case DropDelivery, DuplicateDelivery, MissignDelivery: // which happen to the attempt itself
	}
	return fault, true
}

// releaseOvertaken sends what waited for another event to come first. Called with Sandbox.mu held.
func (s *Sandbox) releaseOvertaken(first *delivery) {
	waiting := s.overtaken
	s.overtaken = nil
	for _, d := range waiting {
		if d == first {
			s.overtaken = append(s.overtaken, d)
			continue
		}
		s.after(0, func() { s.attempt(d) })
	}
}
