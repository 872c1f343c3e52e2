package sdk

// A PaymentStatus says where a payment stands, in the same words for every gateway. The set is
// open, and so is the zero value, [PaymentPending]: a status that this SDK does not know is not
// final, not paid and not unpaid.
type PaymentStatus string

// The payment statuses.
const (
	PaymentPending           PaymentStatus = ""                   // nothing that decides has happened
	PaymentPaid              PaymentStatus = "paid"               // the buyer's money was captured
	PaymentFailed            PaymentStatus = "failed"             // the buyer tried, and did not pay
	PaymentExpired           PaymentStatus = "expired"            // the session ended without a payment
	PaymentPartiallyRefunded PaymentStatus = "partially_refunded" // part of the captured money was given back
	PaymentRefunded          PaymentStatus = "refunded"           // all of it was
)

// Paid reports whether the money was captured and not given back completely.
func (s PaymentStatus) Paid() bool { return s == PaymentPaid || s == PaymentPartiallyRefunded }

// Unpaid reports whether the payment has ended without any money changing hands, so that the buyer
// may be offered another attempt. A refunded payment is not unpaid: the buyer has paid for it once.
func (s PaymentStatus) Unpaid() bool { return s == PaymentFailed || s == PaymentExpired }

// Final reports whether nothing more can happen to the payment except refunds.
func (s PaymentStatus) Final() bool { return s.Paid() || s.Unpaid() || s == PaymentRefunded }
