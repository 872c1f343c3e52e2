package sandbox

import (
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/ledger"
)

// Deliveries lists what was and is being delivered, oldest first, 10,000 at most.
func (s *Sandbox) Deliveries() []control.Delivery { return s.ledger.Deliveries() }

// Resend delivers an event once more, now, to the URL that its merchant has now.
func (s *Sandbox) Resend(deliveryID string) error {
	return wrap(s.ledger.Resend(deliveryID, func(d ledger.Delivery, m control.Merchant) string {
		return s.gateways[d.Gateway].WebhookURL(d, m)
	}))
}

// InjectDeliveryFaults makes the next delivery attempts go wrong, one fault each, in this order. At
// most 1000 can wait for their attempts.
func (s *Sandbox) InjectDeliveryFaults(faults ...control.DeliveryFault) error {
	return wrap(s.ledger.InjectDeliveryFaults(faults...))
}

// WaitingDeliveryFaults lists the delivery faults that wait for their attempts, in their order.
func (s *Sandbox) WaitingDeliveryFaults() []control.DeliveryFault {
	return s.ledger.WaitingDeliveryFaults()
}

// ClearDeliveryFaults ends the delivery faults that wait for their attempts. An attempt that one
// has delayed or held already stays so.
func (s *Sandbox) ClearDeliveryFaults() { s.ledger.ClearDeliveryFaults() }

// PauseDeliveries holds all deliveries until they are resumed.
func (s *Sandbox) PauseDeliveries() { s.ledger.Pause() }

// ResumeDeliveries sends what was held.
func (s *Sandbox) ResumeDeliveries() { s.ledger.Resume() }
