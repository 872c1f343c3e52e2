package control

import (
	"net/http"
	"time"
)

// A Delivery is an event on its way to a merchant, with every attempt to deliver it.
type Delivery struct {
	ID        string            `json:"id"` // the sandbox's own
	SessionID string            `json:"sessionId"`
	Event     string            `json:"event"`   // its type, "session.succeeded"
	EventID   string            `json:"eventId"` // identity of the event: deliveries of the same event have the same
	URL       string            `json:"url"`
	Body      string            `json:"body"`     // byte for byte, as it is signed
	Attempts  []DeliveryAttempt `json:"attempts"` // the last 50
	State     DeliveryState     `json:"state"`
}

// A DeliveryState says where a delivery stands.
type DeliveryState string

// The states of a delivery.
const (
	DeliveryPending  DeliveryState = "pending"  // not sent yet, or waiting for its next attempt
	DeliveryAccepted DeliveryState = "accepted" // an attempt had a 2xx response
	DeliveryFailed   DeliveryState = "failed"   // no attempt of the gateway's schedule had a 2xx response
	DeliveryUnsent   DeliveryState = "unsent"   // there is no URL to send it to, or none on this machine
)

// A DeliveryAttempt is one attempt to deliver an event.
type DeliveryAttempt struct {
	At       time.Time     `json:"at"`               // by the sandbox's clock
	Duration time.Duration `json:"durationNs"`       // by the machine's clock
	Header   http.Header   `json:"header,omitempty"` // of the request, with its signature
	Status   int           `json:"status"`           // of the merchant's response; 0 when there was none
	Response string        `json:"response,omitempty"`
	Problem  string        `json:"problem,omitempty"` // why there was no response
	Fault    DeliveryFault `json:"fault,omitempty"`   // that was injected
}

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
