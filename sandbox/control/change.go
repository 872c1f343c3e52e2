package control

import "time"

// A Change is something that happened in the sandbox. Fields that do not apply are zero.
type Change struct {
	Kind       ChangeKind    `json:"kind"`
	At         time.Time     `json:"at"` // by the sandbox's clock
	SessionID  string        `json:"sessionId,omitempty"`
	Status     SessionStatus `json:"status,omitempty"` // of the session after the change
	DeliveryID string        `json:"deliveryId,omitempty"`
	Request    int64         `json:"request,omitempty"` // number of the request
}

// A ChangeKind is a kind of change.
type ChangeKind string

// The kinds of changes.
const (
	ChangeSessionCreated   ChangeKind = "session.created"
	ChangeSessionUpdated   ChangeKind = "session.updated"   // its status, a refund, or a 3D Secure challenge
	ChangeDeliveryCreated  ChangeKind = "delivery.created"  // an event is to be delivered
	ChangeDeliveryAttempt  ChangeKind = "delivery.attempt"  // one attempt has ended
	ChangeRequestCompleted ChangeKind = "request.completed" // the API has responded
	ChangeSettings         ChangeKind = "settings"          // merchants, faults, the pause of deliveries
)
