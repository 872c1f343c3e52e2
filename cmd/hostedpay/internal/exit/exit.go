// Package exit is how a verb ends that did not succeed: its exit code, and its error as JSON.
package exit

import (
	"context"
	"errors"
	"fmt"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/guard"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// Exit codes, as docs/cli.md lists them. A family of error codes has its own.
const (
	OK          = 0
	Failed      = 1
	Usage       = 2
	Unknown     = 20 // the outcome of a call is unknown
	NoResponse  = 21 // nothing came back, and nothing was changed
	Interrupted = 130
	Unread      = 141 // nobody reads the output any more: as a shell says it of other programs
)

// Families are the exit codes of the families.
var Families = map[sdk.Family]int{
	sdk.FamilyAuth: 10, sdk.FamilyMerchant: 11, sdk.FamilySession: 12, sdk.FamilyValidation: 13,
	sdk.FamilyRateLimit: 14, sdk.FamilyProvider: 15, sdk.FamilyInternal: 16, sdk.FamilyWebhook: 17,
	sdk.FamilySecurity: 18, sdk.FamilyIdempotency: 19,
}

// A codedError is an error with an exit code of its own.
type codedError struct {
	error
	code int
}

// With gives an error an exit code of its own.
func With(code int, err error) error { return codedError{err, code} }

// Code is what a script sees of an error. An unknown outcome comes first, also when it was the
// user who interrupted the call: whoever takes it for a failure pays twice.
func Code(ctx context.Context, err error) int {
	var outcome *sdk.OutcomeUnknownError
	var own codedError
	var e *sdk.Error
	switch {
	case errors.As(err, &outcome):
		return Unknown
	case guard.IsUnread(err) && !errors.As(err, new(Unprinted)):
		return Unread
	case ctx.Err() != nil:
		return Interrupted
	case errors.As(err, &own):
		return own.code
	case errors.As(err, &e) && Families[e.Family()] != 0:
		return Families[e.Family()]
	case e != nil && e.Status == 0 && len(e.Attempts) > 0:
		return NoResponse
	}
	return Failed
}

// An Unprinted is that something was done, and that its result could not be printed.
type Unprinted struct {
	Done               string // "the session … was created"
	ID, IdempotencyKey string // of what was created
	Cause              error
}

func (e Unprinted) Error() string {
	message := fmt.Sprintf("%s, and could not be printed", e.Done)
	if e.IdempotencyKey != "" {
		message += fmt.Sprintf("; the idempotency key %s finds it again", e.IdempotencyKey)
	}
	return fmt.Sprintf("%s: %v", message, e.Cause)
}

func (e Unprinted) Unwrap() error { return e.Cause }
