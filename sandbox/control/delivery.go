package control

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// A Delivery is an event on its way to a merchant, with every attempt to deliver it.
type Delivery struct {
	// ID is the sandbox's own.
	ID        string `json:"id"`
	SessionID string `json:"sessionId"`
	// Event is the type of the event, "session.succeeded".
	Event string `json:"event"`
	// EventID identifies the event: all deliveries of one event have the same.
	EventID string `json:"eventId"`
	// URL is where the last attempt went, and before the first one where it is to go.
	URL string `json:"url"`
	// Body is what is signed, byte for byte.
	Body string `json:"body"`
	// Attempts are the last 50, oldest first.
	Attempts []DeliveryAttempt `json:"attempts"`
	State    DeliveryState     `json:"state"`
	// DueAt is when a pending delivery has its next attempt, by the sandbox's clock. It is past
	// during the attempt, and while a pause or a delivery fault holds it.
	DueAt time.Time `json:"dueAt,omitzero"`
}

// A DeliveryState says where a delivery stands.
type DeliveryState string

// The states of a delivery.
const (
	// DeliveryPending is not sent yet, or waits for its next attempt.
	DeliveryPending DeliveryState = "pending"
	// DeliveryAccepted had a 2xx response to an attempt.
	DeliveryAccepted DeliveryState = "accepted"
	// DeliveryFailed had no 2xx response to any attempt of the gateway's schedule.
	DeliveryFailed DeliveryState = "failed"
	// DeliveryUnsent has no URL to go to, or none on this machine.
	DeliveryUnsent DeliveryState = "unsent"
)

// A DeliveryAttempt is one attempt to deliver an event.
type DeliveryAttempt struct {
	// At is a time of the sandbox's clock.
	At time.Time `json:"at"`
	// URL is the merchant's at that time; empty when it had none.
	URL string `json:"url"`
	// Duration is measured by the machine's clock.
	Duration time.Duration `json:"durationNs,format:nano"`
	// Header is the header of the request, with its signature.
	Header http.Header `json:"header,omitempty"`
	// Status is that of the merchant's response; 0 when there was none.
	Status   int    `json:"status"`
	Response string `json:"response,omitempty"`
	// Problem says why there was no response.
	Problem string `json:"problem,omitempty"`
	// Fault is the delivery fault that was injected.
	Fault DeliveryFault `json:"fault,omitempty"`
}

// A DeliveryFilter selects deliveries. Empty fields select all.
type DeliveryFilter struct {
	SessionID string
	Event     string // type of the event, "session.succeeded"
}

func (f DeliveryFilter) query() url.Values {
	query := url.Values{}
	if f.SessionID != "" {
		query.Set("session", f.SessionID)
	}
	if f.Event != "" {
		query.Set("event", f.Event)
	}
	return query
}

// Deliveries lists the deliveries that the sandbox remembers, oldest first.
func (c *Client) Deliveries(ctx context.Context, filter DeliveryFilter) ([]Delivery, error) {
	return get[[]Delivery](ctx, c, "deliveries?"+filter.query().Encode())
}

// WaitDeliveries returns the deliveries as soon as there is one and none is pending, or those that
// there are after wait. The sandbox's clock must reach the time of their attempts: it runs by
// itself, and [Client.Advance] moves it.
func (c *Client) WaitDeliveries(ctx context.Context, filter DeliveryFilter, wait time.Duration) ([]Delivery, error) {
	query := filter.query()
	query.Set("wait", wait.String())
	return get[[]Delivery](ctx, c, "deliveries?"+query.Encode())
}

// Resend delivers an event once more, now.
func (c *Client) Resend(ctx context.Context, deliveryID string) error {
	_, err := post[none](ctx, c, "deliveries/"+url.PathEscape(deliveryID)+"/resend", nil)
	return err
}

// PauseDeliveries holds all deliveries until they are resumed.
func (c *Client) PauseDeliveries(ctx context.Context) error {
	_, err := post[none](ctx, c, "deliveries/pause", nil)
	return err
}

// ResumeDeliveries sends what was held.
func (c *Client) ResumeDeliveries(ctx context.Context) error {
	_, err := post[none](ctx, c, "deliveries/resume", nil)
	return err
}

// Received is the sink's response to an event.
type Received struct {
	Received bool `json:"received"`
}

// SinkURL is the URL of a merchant that accepts every event, for those who have none of their own
// yet.
func (c *Client) SinkURL() string { return c.base + "/_sandbox/sink" }
