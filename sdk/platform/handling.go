package platform

import (
	"errors"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Handling is what an adapter does about an error.
type Handling string

// The handlings.
const (
	HandlingTellMerchant Handling = "tell_merchant" // their API key or their account needs them
	HandlingFixMapping   Handling = "fix_mapping"   // the adapter asked for something wrong: a programming error
	HandlingBackOff      Handling = "back_off"      // repeat under the same reference, after Error.RetryAfter or a growing pause
	HandlingDeclineBuyer Handling = "decline_buyer" // the buyer's card was declined
	HandlingNewAttempt   Handling = "new_attempt"   // the page has expired: a deliberate new attempt, with the next number
	HandlingResume       Handling = "resume"        // the outcome is unknown: repeat under the same reference where that is supported
	HandlingEscalate     Handling = "escalate"      // a person should look at it
)

// HandlingOf says what to do about an error, by its family in the gateways' catalog. The empty
// handling is that of nil. (Integrate Vora as a payment gateway, "Error code catalog".)
func HandlingOf(err error) Handling {
	var unknown *sdk.OutcomeUnknownError
	var failed *sdk.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &unknown):
		return HandlingResume
	case errors.Is(err, errors.ErrUnsupported):
		return HandlingFixMapping
	case !errors.As(err, &failed):
		return HandlingEscalate
	case errors.Is(err, sdk.CodeProviderChargeFailed):
		return HandlingDeclineBuyer
	case errors.Is(err, sdk.CodeSessionExpired):
		return HandlingNewAttempt
	case failed.Retryable(), failed.Status == 0 && failed.Code == "": // or nothing was sent
		return HandlingBackOff
	}
	switch failed.Family() {
	case sdk.FamilyAuth, sdk.FamilyMerchant:
		return HandlingTellMerchant
	case sdk.FamilyValidation, sdk.FamilyIdempotency:
		return HandlingFixMapping
	case sdk.FamilyRateLimit:
		return HandlingBackOff
	case sdk.FamilySession, sdk.FamilyProvider, sdk.FamilyInternal, sdk.FamilyWebhook, sdk.FamilySecurity:
	}
	return HandlingEscalate
}
