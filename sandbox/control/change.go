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
	ChangeSessionCreated ChangeKind = "session.created"
	// ChangeSessionUpdated is another status, a refund, or a 3D Secure challenge.
	ChangeSessionUpdated ChangeKind = "session.updated"
	// ChangeDeliveryCreated is an event that is to be delivered.
	ChangeDeliveryCreated ChangeKind = "delivery.created"
	// ChangeDeliveryAttempt is the end of one attempt.
	ChangeDeliveryAttempt ChangeKind = "delivery.attempt"
	// ChangeRequestCompleted is a response of an API.
	ChangeRequestCompleted ChangeKind = "request.completed"
	// ChangeSettings concerns merchants, faults, or the pause of deliveries.
	ChangeSettings ChangeKind = "settings"
)
