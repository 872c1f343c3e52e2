package vora

import (
	"context"
	"net/url"

	"github.com/hostedpay/hostedpay-go/internal/transport"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Confirmation is what the gateway itself reports about an order when the buyer returns from its
// page.
type Confirmation struct {
	// Status decides what to show and to do:
	//
	//	Paid()              thank the buyer; the money is captured
	//	Unpaid()            no money was taken in this session: offer another attempt, unless another
	//	                    session of the order was paid, or still can be
	//	PaymentRefunded     the buyer paid, and all of it was given back: neither ship nor charge again
	//	otherwise pending   say that the payment is being checked; the webhook decides
	Status  sdk.PaymentStatus
	Session *Session

	// Return is the verified query; nil when it could not be verified, which ReturnProblem
	// explains. Status does not depend on it: it comes from the session.
	Return        *AuthenticReturn
	ReturnProblem error
}

// ConfirmReturn decides what to show to a buyer who returns: it verifies the query as far as that
// goes, reads the session from the gateway, and compares its ID, amount and currency with the
// order's. Only the session decides; a query that cannot be verified (for example because the page
// was bookmarked) is reported in ReturnProblem.
//
// expected.Mode may be empty; it is then the client's. An error means that the session could not be
// read, or that it is not the order's: show the buyer that the payment is being checked, and let
// the webhook decide.
func (c *Client) ConfirmReturn(ctx context.Context, query url.Values, expected ExpectedReturn, opts ...sdk.CallOption) (*Confirmation, error) {
	const operation = "vora.ConfirmReturn"
	if expected.Mode == "" {
		expected.Mode = c.Mode()
	}
	if expected.SessionID == "" || expected.Amount.Currency() == "" {
		return nil, transport.Rejected(operation, sdk.CodeValidationMissingField, "the order's own session ID and amount are needed to compare with; nothing was sent")
	}
	result := &Confirmation{}
	result.Return, result.ReturnProblem = VerifyReturn(query, expected)
	session, err := c.GetSession(ctx, expected.SessionID, opts...)
	if err != nil {
		return nil, err
	}
	if session.Amount != expected.Amount {
		return nil, notTheOrders(operation, session.Response, "the gateway's session is not for the order's amount and currency")
	}
	result.Session, result.Status = session, session.Status.Payment()
	return result, nil
}
