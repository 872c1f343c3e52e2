package journal

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/capture"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// An Entry is a line of listen's journal: an entry of a HAR, which verify and check read, and what
// listen knows about it.
type Entry struct {
	ID int       `json:"id"`                       // from 1, in a journal
	At time.Time `json:"startedDateTime,omitzero"` // zero at a sandbox before the first attempt
	scheme.Claim
	Listener string       `json:"listener,omitempty"` // where it arrived
	Status   int          `json:"status"`             // that the gateway got
	HungUp   bool         `json:"hungUp,omitempty"`   // the gateway did, before it got the response
	Forwards []Forwarding `json:"forwards"`
	capture.Exchange

	State       control.DeliveryState `json:"state,omitempty"` // at a sandbox, which has no journal
	DueAt       time.Time             `json:"dueAt,omitzero"`  // the next attempt of a sandbox
	lastAttempt time.Time             // of a sandbox
	now         time.Time             // of a sandbox
}

// Accepted reports whether everybody who wanted the delivery has taken it.
func (e *Entry) Accepted() bool {
	if e.State != "" {
		return e.State == control.DeliveryAccepted
	}
	return e.Status/100 == 2
}

// Line is the entry as it is printed under --json.
func (e *Entry) Line() Line {
	return Line{Type: "event", ID: e.ID, At: e.At, Claim: e.Claim, Status: e.Status, HungUp: e.HungUp, Forwards: append([]Forwarding{}, e.Forwards...), State: e.State, DueAt: e.DueAt}
}

// A Forwarding is what a target responded.
type Forwarding struct {
	To           string  `json:"to"`
	Status       int     `json:"status"` // 0 when there was no response
	Milliseconds float64 `json:"durationMs"`
	RetryAfter   string  `json:"retryAfter,omitempty"` // of a response that is not a 2xx
	Error        string  `json:"error,omitempty"`

	Fault control.DeliveryFault `json:"fault,omitempty"` // that a sandbox was told to inject
}

// A Line is a delivery under --json.
type Line struct {
	Type string    `json:"type"` // "event"
	ID   int       `json:"id,omitempty"`
	At   time.Time `json:"at,omitzero"`
	scheme.Claim
	Status   int          `json:"status"`           // that the gateway got
	HungUp   bool         `json:"hungUp,omitempty"` // the gateway did, before it got the response
	Forwards []Forwarding `json:"forwards"`

	State control.DeliveryState `json:"state,omitempty"` // at a sandbox, of events list --sandbox
	DueAt time.Time             `json:"dueAt,omitzero"`  // as above
}

// Again is the delivery as it came, for listen or for another endpoint.
func (e *Entry) Again(ctx context.Context, to string) (*http.Request, error) {
	body, err := e.Request.Body()
	if err != nil {
		return nil, errors.New("the journal has a body that is not base64")
	}
	if to == "" {
		at, err := url.Parse(e.Request.URL)
		if err != nil || e.Listener == "" {
			return nil, errors.New("the journal does not say where the delivery arrived: name an endpoint with --to")
		}
		to = e.Listener + at.RequestURI()
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the URL cannot be used")
	}
	for _, h := range e.Request.Headers {
		if h.Name != "Content-Length" && h.Value != withheldValue {
			request.Header.Add(h.Name, h.Value)
		}
	}
	return request, nil
}
