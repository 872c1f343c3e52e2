package sdk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// An Error is a call that failed: rejected before it was sent, rejected by the gateway, or
// not carried.
//
// Match it by code or family with [errors.Is], get its fields with [errors.As]. %v is one line for
// a log, %+v adds a line for each attempt. All methods work on a nil *Error. An Error is not
// changed after it was returned.
type Error struct {
	Operation string // "vora.CreateSession"

	Status       int    // HTTP status; 0 when nothing was sent or nothing came back
	Code         Code   // empty when the response had none, such as a proxy's page
	CodeAssigned bool   // the code comes from the SDK, because the gateway sends none
	Message      string // what happened
	Fix          string // what the gateway says to do about it
	Docs         string // where that is documented

	RequestID      string        // X-Request-Id, for the gateway's support
	RateLimit      RateLimit     // what the response said about the rate limit
	RetryAfter     time.Duration // how long the gateway wants to be left alone; 0 when it did not say
	IdempotencyKey string        // the key that was sent; repeat with the same one
	SelfHeal       *SelfHeal     // the gateway's own word on retrying, which overrides the catalog
	Attempts       []Attempt     // every time the request was sent

	Idempotent bool // repeating the operation is safe, by its idempotency key or because it changes nothing
	Raw        Raw  `json:"-"` // the body of a 2xx that could not be read, as far as it came

	Cause error `json:"-"` // why there was no response, or why the call ended early: for example context.Canceled
}

// SelfHeal is what the gateway adds to some errors about recovering from them.
type SelfHeal struct {
	Retryable  *bool
	NextAction NextAction
	Hint       string
}

// Error is one line: operation, what happened, the facts support asks for, and the next step.
func (e *Error) Error() string {
	if e == nil {
		return "no error"
	}
	var b strings.Builder
	if e.Operation != "" {
		b.WriteString(e.Operation + ": ")
	}
	b.WriteString(e.what())
	if facts := e.facts(); facts != "" {
		b.WriteString(" (" + facts + ")")
	}
	if step := e.nextStep(); step != "" {
		b.WriteString(". " + step)
	}
	return b.String()
}

func (e *Error) what() string {
	switch {
	case e.Message != "" && e.Cause != nil && e.Status >= 300:
		return e.Message + "; then " + e.Cause.Error()
	case e.Message != "":
		return e.Message
	case e.Cause != nil:
		return e.Cause.Error()
	case http.StatusText(e.Status) != "":
		return http.StatusText(e.Status)
	}
	return "the call failed"
}

func (e *Error) facts() string {
	var facts []string
	if e.Status != 0 {
		facts = append(facts, fmt.Sprintf("HTTP %d", e.Status))
	}
	if e.Code != "" {
		facts = append(facts, string(e.Code))
	}
	if e.RequestID != "" {
		facts = append(facts, "request "+e.RequestID)
	}
	if len(e.Attempts) > 1 {
		facts = append(facts, fmt.Sprintf("%d attempts", len(e.Attempts)))
	}
	if e.RetryAfter > 0 {
		facts = append(facts, "retry after "+e.RetryAfter.String())
	}
	return strings.Join(facts, ", ")
}

func (e *Error) nextStep() string {
	if e.Fix != "" {
		return e.Fix
	}
	return e.Hint()
}

// Format prints [Error.Error] for %v and %s, quoted for %q; %+v adds the attempts, one a line.
func (e *Error) Format(s fmt.State, verb rune) { format(s, verb, e.Error(), e) }

func format(s fmt.State, verb rune, line string, e *Error) {
	if verb == 'q' {
		fmt.Fprintf(s, "%q", line)
		return
	}
	_, _ = io.WriteString(s, line)
	if verb == 'v' && s.Flag('+') && e != nil {
		for _, a := range e.Attempts {
			_, _ = io.WriteString(s, "\n    "+a.String())
		}
	}
}

// Is makes codes and families sentinels.
func (e *Error) Is(target error) bool {
	if e == nil {
		return false
	}
	switch t := target.(type) {
	case Code:
		return e.Code == t && t != ""
	case Family:
		return e.Family() == t && t != ""
	}
	return false
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Cause
}

// Family is the code's family, or for an unknown or missing code the one that the status suggests.
func (e *Error) Family() Family {
	if e == nil {
		return ""
	}
	if entry, ok := e.Code.Entry(); ok {
		return entry.Family
	}
	return familyOf(e.Status)
}

// Retryable reports whether the same request, with the same idempotency key, may be sent again
// later. The client has already done so as often as it was allowed to.
func (e *Error) Retryable() bool {
	if e == nil {
		return false
	}
	if e.SelfHeal != nil && e.SelfHeal.Retryable != nil {
		return *e.SelfHeal.Retryable
	}
	if entry, ok := e.Code.Entry(); ok {
		return entry.Retryable && (!entry.NeedsIdempotencyKey || e.IdempotencyKey != "" || e.Idempotent)
	}
	switch e.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusInternalServerError:
		return e.Idempotent
	case 0:
		return len(e.Attempts) > 0 && !errors.Is(e.Cause, context.Canceled) // it was tried, and nothing came back
	}
	return false
}

// NextAction is what to do: the gateway's own word, or the catalog's. For a code that nobody knows
// it is contact_support, unless the status is worth repeating.
func (e *Error) NextAction() NextAction {
	if e == nil {
		return ActionIgnore
	}
	if e.SelfHeal != nil && e.SelfHeal.NextAction != "" {
		return e.SelfHeal.NextAction
	}
	if entry, ok := e.Code.Entry(); ok {
		return entry.NextAction
	}
	if e.Retryable() || e.Status < 300 { // nothing came back, or nothing that can be read: the same request again is the way
		return ActionWaitAndRetry
	}
	return ActionContactSupport
}

// Hint is one sentence that says what to do; empty when nobody knows.
func (e *Error) Hint() string {
	if e == nil {
		return ""
	}
	if e.SelfHeal != nil && e.SelfHeal.Hint != "" {
		return e.SelfHeal.Hint
	}
	entry, _ := e.Code.Entry()
	if entry.NeedsIdempotencyKey && e.Idempotent && e.IdempotencyKey == "" {
		return "Try again later: the operation changes nothing, so that repeating it is safe."
	}
	return entry.Hint
}

// LogValue is the error for slog: operation, status, code, request ID, attempts; no message, which
// may quote input.
func (e *Error) LogValue() slog.Value {
	if e == nil {
		return slog.Value{}
	}
	attrs := []slog.Attr{slog.String("operation", e.Operation)}
	if e.Status != 0 {
		attrs = append(attrs, slog.Int("status", e.Status))
	}
	if e.Code != "" {
		attrs = append(attrs, slog.String("code", string(e.Code)))
	}
	if e.RequestID != "" {
		attrs = append(attrs, slog.String("request_id", e.RequestID))
	}
	if e.RetryAfter > 0 {
		attrs = append(attrs, slog.Duration("retry_after", e.RetryAfter))
	}
	return slog.GroupValue(append(attrs,
		slog.String("next_action", string(e.NextAction())),
		slog.Int("attempts", len(e.Attempts)))...)
}
