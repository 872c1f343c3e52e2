package control

import "context"

// A DeliveryFault is something that goes wrong with one attempt on purpose.
type DeliveryFault string

// The delivery faults.
const (
	DeliveryFaultDrop        DeliveryFault = "drop"        // it never arrives; the schedule goes on
	DeliveryFaultDuplicate   DeliveryFault = "duplicate"   // it arrives twice
	DeliveryFaultDelay       DeliveryFault = "delay"       // it arrives 10 s later, by the sandbox's clock
	DeliveryFaultReorder     DeliveryFault = "reorder"     // it arrives after another event, of any session, has reached the merchant
	DeliveryFaultWrongSecret DeliveryFault = "wrongSecret" // it is signed with a secret that is not the merchant's
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

// InjectDeliveryFaults makes the next delivery attempts go wrong, one fault each, in this order.
func (c *Client) InjectDeliveryFaults(ctx context.Context, faults ...DeliveryFault) error {
	_, err := post[none](ctx, c, "deliveries/faults", DeliveryFaultParams{Faults: faults})
	return err
}
