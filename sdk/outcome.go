package sdk

import (
	"fmt"
	"log/slog"
	"strings"
)

// An OutcomeUnknownError is a request that was sent and got no usable response: a timeout, a reset,
// a body that ends too early or that nobody can read. The operation may have been done. Err has the
// details, and [errors.As] finds it. All methods work on a nil *OutcomeUnknownError.
type OutcomeUnknownError struct {
	Err *Error

	// Advice says how to go on without doing the operation twice.
	Advice string
}

// Error is the line of Err, then the advice.
func (e *OutcomeUnknownError) Error() string {
	if e == nil {
		return "no error"
	}
	return strings.TrimSuffix(e.Err.Error(), ".") + ". The outcome is unknown: " + e.Advice
}

// Format prints like [Error.Format].
func (e *OutcomeUnknownError) Format(s fmt.State, verb rune) {
	format(s, verb, e.Error(), e.details())
}

// Unwrap returns Err.
func (e *OutcomeUnknownError) Unwrap() error {
	if details := e.details(); details != nil {
		return details
	}
	return nil
}

func (e *OutcomeUnknownError) details() *Error {
	if e == nil {
		return nil
	}
	return e.Err
}

// LogValue is the error for slog.
func (e *OutcomeUnknownError) LogValue() slog.Value {
	if e == nil {
		return slog.Value{}
	}
	return slog.GroupValue(slog.Bool("outcome_unknown", true), slog.Any("error", e.Err.LogValue()))
}
