package main

import (
	"context"
	"errors"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// Exit codes, as docs/cli.md lists them. A family of error codes has its own.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitUnknown     = 20 // the outcome of a call is unknown
	exitNoResponse  = 21 // nothing came back, and nothing was changed
	exitInterrupted = 130
	exitUnread      = 141 // nobody reads the output any more: as a shell says it of other programs
)

// familyExits are the exit codes of the families.
var familyExits = map[sdk.Family]int{
	sdk.FamilyAuth: 10, sdk.FamilyMerchant: 11, sdk.FamilySession: 12, sdk.FamilyValidation: 13,
	sdk.FamilyRateLimit: 14, sdk.FamilyProvider: 15, sdk.FamilyInternal: 16, sdk.FamilyWebhook: 17,
	sdk.FamilySecurity: 18, sdk.FamilyIdempotency: 19,
}

// exitCode is what a script sees of an error. An unknown outcome comes first, also when it was the
// user who interrupted the call: whoever takes it for a failure pays twice.
func exitCode(ctx context.Context, err error) int {
	var outcome *sdk.OutcomeUnknownError
	var e *sdk.Error
	switch {
	case errors.As(err, &outcome):
		return exitUnknown
	case isUnread(err):
		return exitUnread
	case ctx.Err() != nil:
		return exitInterrupted
	case errors.As(err, new(unknownStatesError)):
		return exitUnknown
	case errors.As(err, new(usageError)):
		return exitUsage
	case errors.As(err, new(invalidPurchase)):
		return familyExits[sdk.FamilyValidation]
	case errors.As(err, &e) && familyExits[e.Family()] != 0:
		return familyExits[e.Family()]
	case e != nil && e.Status == 0 && len(e.Attempts) > 0:
		return exitNoResponse
	}
	return exitFailed
}
