package dashboard

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk/money"
)

// MaxShown is how many sessions, requests and deliveries the dashboard shows: the newest.
const MaxShown = 50

// A View is what the dashboard shows. Every string in it is untrusted.
type View struct {
	Origin string // of the sandbox, as the browser reached it: "http://127.0.0.1:4010"

	Now     time.Time // the sandbox's clock
	Running bool      // the clock advances by itself

	Filter string // show only what contains it; the lists are then complete, and Render shows the newest of the matches

	Gateways  []Gateway
	Merchants []control.Merchant

	Sessions     []control.Session // newest first, as are requests and deliveries
	SessionCount int               // of all, shown or not

	Requests     []control.Request
	RequestCount int

	Deliveries     []control.Delivery
	DeliveryCount  int
	Paused         bool
	Held           int                     // deliveries that wait for the end of the pause
	DeliveryFaults []control.DeliveryFault // of the next attempts

	Faults []control.Fault // oldest first, which is the order in which they are applied
	Codes  []Code          // of the error catalog, for the form
}

// A Code is an entry of the error catalog.
type Code struct {
	Code   string
	Status int
}

// view is a View as the templates see it, with what they would otherwise have to compute.
type view struct{ View }

// Calls are the requests with their retries.
func (v view) Calls() []Call { return Calls(v.Requests) }

// MerchantName is empty for an unknown merchant.
func (v view) MerchantName(id string) string {
	if i := slices.IndexFunc(v.Merchants, func(m control.Merchant) bool { return m.ID == id }); i >= 0 {
		return v.Merchants[i].Name
	}
	return ""
}

// RefundedOf is what was refunded of a session, ready to show; empty when nothing was.
func (view) RefundedOf(s control.Session) string {
	if s.Refunded == 0 {
		return ""
	}
	return money.Minor(s.Refunded, s.Amount.Currency()).String()
}

// RetiredKeys are the merchant's rotated keys that still work.
func (v view) RetiredKeys(m control.Merchant) []control.RetiredKey {
	return slices.DeleteFunc(slices.Clone(m.Vora.RetiredKeys), func(k control.RetiredKey) bool { return !v.Now.Before(k.Until) })
}

// A numbered attempt counts from 1, the first one that is still remembered.
type numbered struct {
	Number int
	control.DeliveryAttempt
}

// Attempts of a delivery, newest first.
func (view) Attempts(d control.Delivery) []numbered {
	var out []numbered
	for i, a := range slices.Backward(d.Attempts) {
		out = append(out, numbered{i + 1, a})
	}
	return out
}

// Effect is what a fault does to a call, without the choice of calls.
func (view) Effect(f control.Fault) string {
	f.Route, f.Times, f.Share = "", 0, 0
	return f.String()
}

// An exchange is a request with its merchant's name.
type exchange struct {
	control.Request
	MerchantName string
}

// Exchange is a request as its details show it.
func (v view) Exchange(r control.Request) exchange { return exchange{r, v.MerchantName(r.MerchantID)} }

// headerLines are headers as HTTP/1.1 sends them, sorted by name.
func headerLines(h http.Header) string {
	var lines []string
	for name, values := range h {
		lines = append(lines, name+": "+strings.Join(values, ", "))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
