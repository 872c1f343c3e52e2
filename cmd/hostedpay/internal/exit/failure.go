package exit

import (
	"errors"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Failure is how an error looks under --json.
type Failure struct {
	Error     string   `json:"error"`
	ExitCode  int      `json:"exitCode"`
	Operation string   `json:"operation,omitempty"`
	Status    int      `json:"status,omitempty"`
	Code      sdk.Code `json:"code,omitempty"`
	Next      string   `json:"next,omitempty"`
	RequestID string   `json:"requestId,omitempty"`

	ID             string `json:"id,omitempty"` // of what was created, and could not be printed
	IdempotencyKey string `json:"idempotencyKey,omitempty"`
	OutcomeUnknown bool   `json:"outcomeUnknown,omitempty"` // it may have been done: this is no failure
}

// View is an error with its exit code, as --json prints it.
func View(err error, code int) Failure {
	view := Failure{Error: err.Error(), ExitCode: code, OutcomeUnknown: errors.As(err, new(*sdk.OutcomeUnknownError))}
	var e *sdk.Error
	if errors.As(err, &e) {
		view.Operation, view.Status, view.Code, view.Next = e.Operation, e.Status, e.Code, string(e.NextAction())
		view.RequestID, view.IdempotencyKey = e.RequestID, e.IdempotencyKey
	}
	var unprinted Unprinted
	if errors.As(err, &unprinted) {
		view.ID, view.IdempotencyKey = unprinted.ID, unprinted.IdempotencyKey
	}
	return view
}
