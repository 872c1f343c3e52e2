// Package sdk is the vocabulary that the gateways share: options, errors and their catalog, secrets
// and what is known about a response.
//
// A call to a gateway returns a typed result, or an [*Error] that says what happened, to which
// operation, and what to do next:
//
//	created, err := client.CreateSession(ctx, params)
//	var e *sdk.Error
//	switch {
//	case err == nil:
//	case errors.Is(err, sdk.CodeRateLimitExceeded): // every code of the catalog is a sentinel
//	case errors.Is(err, sdk.FamilyAuth):            // and so is every family
//	case errors.As(err, &e):                        // the details, and e.NextAction()
//	}
//
// When a request was sent and there was no usable response, the error is an [*OutcomeUnknownError]:
// the operation may or may not have been done, and the error says how to find out without doing it
// twice.
//
// A client takes [ClientOption] values when it is made, a call [CallOption] values, and a create
// [CreateOption] values too. An [Option] is of both: that of the call wins.
package sdk

// Version is the version of this SDK, sent in User-Agent.
const Version = "0.1.0"
