package visionscope

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/redact"
)

// A ClaimedStatus is what an unsigned return query says about the payment. It deliberately has no
// Paid method: it is not an [sdk.PaymentStatus], because anybody can type it.
type ClaimedStatus string

// The values that the documentation lists.
const (
	ClaimedPaid   ClaimedStatus = "paid"
	ClaimedFailed ClaimedStatus = "failed"
)

// An UntrustedReturn is the query that a shopper comes back with. Nobody signed it, and anybody can
// type it: it is good for choosing what to show ("thank you, we are checking your payment") while
// the webhook decides, and for nothing else. Look for its session among the orders of your own user
// only: a shopper with two tabs open has two of them.
type UntrustedReturn struct {
	SessionID     string
	ClaimedStatus ClaimedStatus // never a reason to ship
	OrderID       string
	Reason        string // why it failed, in the gateway's words; escape it where you show it
}

// ParseReturn reads a return query. It rejects one without a session or status, and one that names
// a parameter twice. (VisionScope documentation, section 6.)
func ParseReturn(query url.Values) (UntrustedReturn, error) {
	for _, name := range contract.VisionScopeReturnParameters() {
		if len(query[name]) > 1 {
			return UntrustedReturn{}, fmt.Errorf("visionscope: the return query has %s more than once: show a neutral page, and let the webhook decide", name)
		}
	}
	r := UntrustedReturn{
		SessionID:     query.Get(contract.VisionScopeReturnQuerySessionID),
		ClaimedStatus: ClaimedStatus(query.Get(contract.VisionScopeReturnQueryStatus)),
		OrderID:       query.Get(contract.VisionScopeReturnQueryOrderID),
		Reason:        redact.Redactor{}.Line(query.Get(contract.VisionScopeReturnQueryReason)),
	}
	if r.SessionID == "" || r.ClaimedStatus == "" {
		return UntrustedReturn{}, errors.New("visionscope: the return query has no session_id or no status: show a neutral page, and let the webhook decide")
	}
	return r, nil
}
