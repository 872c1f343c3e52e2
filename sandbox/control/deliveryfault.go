package control

import (
	"context"
	"net/http"
)

// A DeliveryFault is something that goes wrong with one attempt on purpose.
type DeliveryFault string

// The delivery faults.
const (
	// DeliveryFaultDrop loses the attempt; the schedule goes on.
	DeliveryFaultDrop DeliveryFault = "drop"
	// DeliveryFaultDuplicate delivers the event twice.
	DeliveryFaultDuplicate DeliveryFault = "duplicate"
	// DeliveryFaultDelay delivers the event 10 s later, by the sandbox's clock.
	DeliveryFaultDelay DeliveryFault = "delay"
	// DeliveryFaultReorder holds the event until another one, of any session, has reached the
	// merchant.
	DeliveryFaultReorder DeliveryFault = "reorder"
	// DeliveryFaultWrongSecret signs the event with a secret that is not the merchant's.
	DeliveryFaultWrongSecret DeliveryFault = "wrongSecret"
)

// DeliveryFaults are the delivery faults that there are.
func DeliveryFaults() []DeliveryFault {
	return []DeliveryFault{
		DeliveryFaultDrop, DeliveryFaultDuplicate, DeliveryFaultDelay, DeliveryFaultReorder, DeliveryFaultWrongSecret,
	}
}

// DeliveryFaultParams is the body of POST deliveries/faults.
type DeliveryFaultParams struct {
	Faults []DeliveryFault `json:"faults"` // of the next attempts, one each, in this order
}

// WaitingDeliveryFaults lists the delivery faults that wait for their attempts, in their order.
func (c *Client) WaitingDeliveryFaults(ctx context.Context) ([]DeliveryFault, error) {
	return get[[]DeliveryFault](ctx, c, "deliveries/faults")
}

// InjectDeliveryFaults makes the next delivery attempts go wrong, one fault each, in this order.
func (c *Client) InjectDeliveryFaults(ctx context.Context, faults ...DeliveryFault) error {
	_, err := post[none](ctx, c, "deliveries/faults", DeliveryFaultParams{Faults: faults})
	return err
}

// ClearDeliveryFaults ends the delivery faults that wait for their attempts. An attempt that one
// has delayed or held already stays so.
func (c *Client) ClearDeliveryFaults(ctx context.Context) error {
	_, err := call[none](ctx, c, http.MethodDelete, "deliveries/faults", nil)
	return err
}
