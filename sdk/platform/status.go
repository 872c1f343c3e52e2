package platform

import "github.com/hostedpay/hostedpay-go/sdk"

// A Status says where a payment stands, in the words of gateway adapters. The set is open: a status
// that this SDK does not know is not final.
type Status string

// The statuses.
const (
	StatusPending  Status = "pending"  // the buyer has not finished; 3D Secure is in here
	StatusApproved Status = "approved" // captured, and not all of it given back
	StatusDeclined Status = "declined" // the buyer tried, and did not pay
	StatusExpired  Status = "expired"  // nobody paid in time
	StatusRefunded Status = "refunded" // all of it was given back, after it was approved

	// StatusUnknown means that the request was sent and that nobody knows what came of it. It is
	// never a failure, and never a reason to begin another attempt.
	StatusUnknown Status = "unknown"
)

// Final reports whether nothing more will happen to the payment, except for refunds.
func (s Status) Final() bool {
	switch s {
	case StatusApproved, StatusDeclined, StatusExpired, StatusRefunded:
		return true
	case StatusPending, StatusUnknown:
	}
	return false
}

// StatusOf is what an event, a read or an order's state says, in the words of adapters. A payment
// of which a part was given back stays approved.
func StatusOf(payment sdk.PaymentStatus) Status {
	switch payment {
	case sdk.PaymentPaid, sdk.PaymentPartiallyRefunded:
		return StatusApproved
	case sdk.PaymentFailed:
		return StatusDeclined
	case sdk.PaymentExpired:
		return StatusExpired
	case sdk.PaymentRefunded:
		return StatusRefunded
	case sdk.PaymentPending:
	}
	return StatusPending
}
