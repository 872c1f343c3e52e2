package control

import (
	"context"
	"net/http"
	"net/url"
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

// WaitDeliveries returns the deliveries as soon as there is one and none is pending, or those that there are after wait.
// The sandbox's clock must reach the time of their attempts: it runs by itself, and [Client.Advance] moves it.
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

// SinkURL is the URL of a merchant that accepts every event, for those who have none of their own yet.
func (c *Client) SinkURL() string { return c.base + "/_sandbox/sink" }
