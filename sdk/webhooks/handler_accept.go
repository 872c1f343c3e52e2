package webhooks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

// An Acceptor takes over a verified event: what happens between "verified" and the response to the
// gateway. [NewHandler] has one that calls a function under a claim of the event's dedupe key;
// another may only make the event durable, as a [StoredEvent] in an inbox, and leave the work to a
// worker.
//
// Accept must drop duplicates by [EventInfo.DedupeKey]. It may be called concurrently, for the same
// event too. An error means that the event was not taken over: the gateway gets an error status,
// whatever the acceptance says, and delivers again. The context ends with [WithTimeout], and not
// when the gateway hangs up.
type Acceptor interface {
	Accept(ctx context.Context, event Event) (Acceptance, error)
}

// An Acceptance is what became of an event that was handed to an [Acceptor]. The zero value
// acknowledges nothing.
type Acceptance struct {
	Status     AcceptanceStatus
	RetryAfter time.Duration // with AcceptanceInFlight and AcceptanceNotNow; 1 s, the default, to 24 h
}

// An AcceptanceStatus decides the response to the gateway.
type AcceptanceStatus int

// The acceptance statuses. The zero value is not one of them: its response is 500.
const (
	AcceptanceDone      AcceptanceStatus = iota + 1 // taken over for good: 200
	AcceptanceDuplicate                             // taken over earlier: 200
	AcceptanceInFlight                              // being taken over by another call at this moment: 409 with Retry-After
	AcceptanceNotNow                                // it cannot be taken over at the moment: 503 with Retry-After
)

// ErrNotNow is for the middleware in front of a [Handler] that bounds memory: when the body of its
// request fails with this error, the response is that of [AcceptanceNotNow].
var ErrNotNow = errors.New("webhooks: no delivery can be received at the moment")

// accept hands a verified event to the acceptor and makes the response of what became of it.
func (h *Handler) accept(ctx context.Context, event Event) reply {
	info := event.Info()
	returned := false
	defer func() {
		if !returned { // runtime.Goexit: nothing below is reached
			h.log(ctx, slog.LevelError, messageNotAccepted, info, errGoexit)
		}
	}()
	acceptance, err := h.acceptSafely(ctx, event)
	returned = true
	if err != nil {
		h.log(ctx, slog.LevelError, messageNotAccepted, info, err)
		return acceptance.failure(err)
	}
	switch acceptance.Status {
	case AcceptanceDone:
		return reply{status: http.StatusOK, body: received}
	case AcceptanceDuplicate:
		h.log(ctx, slog.LevelDebug, "webhook was a duplicate", info, nil)
		return reply{status: http.StatusOK, body: duplicate}
	case AcceptanceInFlight:
		return failure(http.StatusConflict, "the event is being worked on", "").after(acceptance.RetryAfter)
	case AcceptanceNotNow:
		return acceptance.failure(nil)
	}
	h.log(ctx, slog.LevelError, messageNotAccepted, info, errNoStatus)
	return acceptance.failure(errNoStatus)
}

const messageNotAccepted = "webhook event was not accepted; the gateway will deliver it again"

var (
	errGoexit   = errors.New("webhooks: the function ended its goroutine")
	errNoStatus = errors.New("webhooks: the acceptor returned an acceptance without a status")
)

// acceptSafely makes an error of a panic.
func (h *Handler) acceptSafely(ctx context.Context, event Event) (acceptance Acceptance, err error) {
	defer func() {
		if p := recover(); p != nil {
			acceptance, err = Acceptance{}, fmt.Errorf("webhooks: the acceptor panicked: %v\n%s", p, debug.Stack())
		}
	}()
	return h.acceptor.Accept(ctx, event)
}

// failure is the response to an event that was not taken over.
func (a Acceptance) failure(err error) reply {
	switch {
	case a.Status == AcceptanceNotNow:
		return failure(http.StatusServiceUnavailable, "not able to take events now", "").after(a.RetryAfter)
	case errors.Is(err, errNotCompleted):
		return failure(http.StatusInternalServerError, "the event could not be marked as done", "")
	}
	return failure(http.StatusInternalServerError, "the event could not be worked on", "")
}
