package journal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
	"github.com/hostedpay/hostedpay-go/internal/redact"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// deliveryPrefix begins the IDs of a sandbox's deliveries; a number follows.
const deliveryPrefix = "dlv_"

// ParseID reads the number of a delivery, as events list prints it or in a sandbox's own ID.
func ParseID(id string) (int, error) {
	number, err := strconv.Atoi(strings.TrimPrefix(id, deliveryPrefix))
	if err != nil || number < 1 {
		return 0, fmt.Errorf("an ID is a number, as events list prints it: %q is none", id)
	}
	return number, nil
}

// OfSandbox are the deliveries that a running sandbox remembers, the oldest first.
func OfSandbox(ctx context.Context, box *control.Client) (all []Entry, err error) {
	snapshot, err := box.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range snapshot.Deliveries {
		i := slices.IndexFunc(snapshot.Sessions, func(s control.Session) bool { return s.ID == d.SessionID })
		var session control.Session // the sandbox may have forgotten it
		if i >= 0 {
			session = snapshot.Sessions[i]
		}
		e := entryOf(d, session)
		e.now = snapshot.At
		all = append(all, e)
	}
	return all, nil
}

// entryOf is a delivery as listen would have written it down. Its time is that of its first
// attempt, and zero before that; its headers are those of the last one.
func entryOf(d control.Delivery, session control.Session) Entry {
	header := http.Header{}
	e := Entry{State: d.State, DueAt: d.DueAt, Forwards: []Forwarding{}}
	e.ID, _ = strconv.Atoi(strings.TrimPrefix(d.ID, deliveryPrefix))
	line := redact.New().Line
	for i, attempt := range d.Attempts {
		f := Forwarding{To: endpoint.Masked(attempt.URL), Status: attempt.Status, Milliseconds: float64(attempt.Duration.Microseconds()) / 1000, Error: line(attempt.Problem), Fault: attempt.Fault}
		e.Forwards = append(e.Forwards, f)
		if i == 0 {
			e.At = attempt.At
		}
		e.Status, e.lastAttempt = attempt.Status, attempt.At
		if attempt.Header != nil {
			header = attempt.Header
		}
	}
	e.Claim = scheme.Recognize(header, []byte(d.Body))
	e.Gateway, e.Session = cmp.Or(e.Gateway, string(session.Gateway)), cmp.Or(e.Session, d.SessionID)
	at, err := url.Parse(d.URL)
	if err != nil {
		at = &url.URL{}
	}
	e.Request = Record(&http.Request{Method: http.MethodPost, Host: at.Host, URL: at}, header, []byte(d.Body))
	e.Request.URL = d.URL
	e.Response.Status = e.Status
	return e
}

// resendWait is for how long a resend waits for its attempt: gateways wait 10 seconds for a
// response.
const resendWait = 15 * time.Second

// Resend has a sandbox deliver an event once more, and waits for what comes of it.
func Resend(ctx context.Context, box *control.Client, id int) (*Entry, error) {
	waiting, cancel := context.WithTimeout(ctx, resendWait)
	defer cancel()
	name, asked, before := deliveryPrefix+strconv.Itoa(id), false, attempts{}
	for _, err := range box.Changes(waiting) {
		switch {
		case ctx.Err() != nil:
			return nil, errors.New("interrupted: the sandbox may still deliver it")
		case waiting.Err() != nil:
			return nil, fmt.Errorf("the sandbox has made no attempt within %s: its deliveries are paused, or the endpoint does not respond", resendWait)
		case err != nil:
			return nil, err
		}
		all, err := OfSandbox(waiting, box)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(all, func(e Entry) bool { return e.ID == id })
		switch {
		case !asked: // a delivery that is not there is the sandbox's error
			asked = true
			if i >= 0 {
				before = all[i].attempts()
			}
			err = box.Resend(waiting, name)
		case i >= 0 && all[i].attempts() != before:
			return &all[i], nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, errors.New("the sandbox has stopped")
}

// attempts tell apart a delivery before and after an attempt, also when only the last ones are
// remembered.
type attempts struct {
	count int
	last  time.Time
}

func (e *Entry) attempts() attempts { return attempts{len(e.Forwards), e.lastAttempt} }
