package charges

import (
	"net/http"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/orders"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
)

// A Charge is an order of a tenant that is to be paid, with all attempts to get it paid. It is a
// plain value; what [Book] returns is a copy.
type Charge struct {
	Tenant   string
	Order    string
	Amount   money.Amount
	Attempts []Attempt    // at least one; the last one counts
	State    orders.State // what events and reads said, of the payments of all attempts
	Refunds  []Refund     // asked for, and made
	Asked    time.Time    // when a sweep asked about it last
	Version  int64        // how often it was stored
}

// An Attempt is one try to get an order paid. It has one page.
type Attempt struct {
	Purchase    platform.Purchase // as it was asked for first, with the attempt's Reference; it is asked for again as it is
	Gateway     sdk.Gateway
	Begun       time.Time
	InDoubt     bool       // the gateway was asked for the page, and may have made it
	AskingUntil time.Time  // somebody is asking the gateway for the page, and nobody else does until then
	PaymentID   string     // empty until the gateway's response was stored
	CheckoutURL sdk.Secret // the page
	ExpiresAt   time.Time  // of the page; zero when the gateway does not say
}

// expired reports whether nobody can pay on the attempt's page any more, by the platform's clock.
func (a Attempt) expired(now time.Time) bool {
	return !a.ExpiresAt.IsZero() && !now.Before(a.ExpiresAt)
}

// Made reports whether the attempt has its page.
func (a Attempt) Made() bool { return a.PaymentID != "" }

// Current is the attempt that counts; the zero attempt of a charge that has none.
func (c Charge) Current() Attempt {
	if len(c.Attempts) == 0 {
		return Attempt{}
	}
	return c.Attempts[len(c.Attempts)-1]
}

// Status is where the charge stands. It is unknown while the gateway is being asked for the page,
// and when the response was lost; it is pending without a page when the gateway has made none: see
// the error of [Book.Pay]. The zero charge is unknown.
//
// Approved means that money was captured, which may be another amount than the order's: ship when
// State.MayShip says so, and have a person look at State.Problems.
func (c Charge) Status() platform.Status {
	if c.State.Status.Paid() || c.State.Status == sdk.PaymentRefunded {
		return platform.StatusOf(c.State.Status)
	}
	current := c.Current()
	switch {
	case current.InDoubt, len(c.Attempts) == 0:
		return platform.StatusUnknown
	case !current.Made():
		return platform.StatusPending
	}
	for _, session := range c.State.Sessions {
		if session.ID == current.PaymentID {
			if status := platform.StatusOf(session.Status); status != platform.StatusPending {
				return status
			}
		}
	}
	if current.CheckoutURL.Reveal() == "" {
		return platform.StatusUnknown // nobody can pay on it, and nobody has said what became of it
	}
	return platform.StatusPending
}

// Redirect sends the buyer to the page of the current attempt, as [platform.Payment.Redirect] does.
// A charge that is not pending has none: 502.
func (c Charge) Redirect(w http.ResponseWriter, r *http.Request) {
	var page platform.Payment
	if c.Status() == platform.StatusPending {
		page.CheckoutURL = c.Current().CheckoutURL
	}
	page.Redirect(w, r)
}

// withoutExpiredPage is the charge without a page on which nobody can pay.
func (c Charge) withoutExpiredPage(now time.Time) Charge {
	if c = c.clone(); c.Current().expired(now) {
		c.Attempts[len(c.Attempts)-1].CheckoutURL = sdk.Secret{}
	}
	return c
}

// Due is since when the charge waits to be asked about: a [Store] lists those first that wait the
// longest.
func (c Charge) Due() time.Time {
	if begun := c.Current().Begun; begun.After(c.Asked) {
		return begun
	}
	return c.Asked
}

// clone shares nothing that a program could change.
func (c Charge) clone() Charge {
	c.Attempts = append([]Attempt(nil), c.Attempts...)
	c.Refunds = append([]Refund(nil), c.Refunds...)
	return c // orders.Apply changes no state that it is given
}
