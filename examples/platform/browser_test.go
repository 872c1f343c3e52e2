package main_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/examples/internal/browser"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
)

// A life is what happens to a tenant's charges, through all pages.
type life struct {
	*fixture
	*browser.Tab
	of      tenant
	dear    string // the customer whose payment is given back
	other   string // one who is declined at first
	third   string // one who does not pay in time
	part    string // of the dear one's payment, as it is written and as it is shown
	shown   string
	session string // of the payment that is given back
	order   string // its page
}

// Three tenants at once, each with a browser of its own: approved, declined, expired, refunded in
// part and in full, rotated in between, offboarded with a late refund.
func TestInABrowser(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	for _, l := range []life{
		{of: acme, dear: "1003", other: "1001", third: "1002", part: "49.00", shown: "49.00 EUR"},
		{of: brightline, dear: "2003", other: "2001", third: "2002", part: "490.00", shown: "490.00 USD"},
		{of: cobalt, dear: "3003", other: "3001", third: "3002", part: "8000", shown: "8000 JPY"},
	} {
		t.Run(l.of.id, func(t *testing.T) {
			t.Parallel()
			l.fixture = setup(t)
			l.Tab = b.Open(t, l.url)
			l.live()
		})
	}
}

func (l life) live() {
	l.looks("home")
	l.Clicks(browser.Window, `a[href="/tenants/`+l.of.id+`"]`)
	l.Sees(browser.Window, "Nobody was charged yet")
	l.looks("tenant, new")

	l.approved()
	l.declinedThenApproved()
	l.refundedInPart()
	l.rotated()
	l.expired()
	l.elsewhere()
	l.leaves()
}

// approved: the buyer is back before the event, and after it.
func (l *life) approved() {
	l.charge(l.dear, "vora")
	l.Sees(browser.Window, "Pay "+l.of.merchant.Name)
	l.Pay(browser.Window, buyer.CardApproved)
	l.Sees(browser.Window, "Thank you!")
	l.looks("confirm, paid")
	l.delivers()
	l.Clicks(browser.Window, ".back a")
	l.Sees(browser.Window, "session.succeeded")
	l.Sees(browser.Window, "approved")
	l.order, l.session = l.At(), l.fixture.session().ID
	l.looks("charge, approved")
}

func (l *life) declinedThenApproved() {
	l.charge(l.other, "vora")
	l.Pay(browser.Window, buyer.CardDeclined)
	l.Sees(browser.Window, "The payment did not work")
	l.looks("confirm, declined")
	l.delivers()
	l.Clicks(browser.Window, ".back a")
	l.Sees(browser.Window, "declined")
	l.looks("charge, declined")
	l.Clicks(browser.Window, `form[action$="/retry"] button`)
	l.Pay(browser.Window, buyer.CardApproved)
	l.Sees(browser.Window, "Thank you!")
}

func (l *life) refundedInPart() {
	l.GoTo(l.order)
	l.Fill("#amount", l.part)
	l.Clicks(browser.Window, ".ask button")
	l.Sees(browser.Window, "awaiting upstream")
	l.looks("charge, refund asked for")
	l.refunds(l.session, l.minor())
	l.Reload()
	l.Sees(browser.Window, "refunded in part")
	l.Sees(browser.Window, "refund.created of "+l.shown)
	l.looks("charge, refunded in part")
}

// minor is the part in minor units.
func (l *life) minor() int64 {
	return map[string]int64{"49.00": 4900, "490.00": 49000, "8000": 8000}[l.part]
}

// rotated while a buyer is on the page.
func (l *life) rotated() {
	l.GoTo(l.url + "/tenants/" + l.of.id)
	l.Clicks(browser.Window, `input[value="vora_api_key"] ~ button`)
	l.Sees(browser.Window, "The one before is accepted until")
	l.looks("tenant, rotated")
}

func (l *life) expired() {
	l.charge(l.third, "vora")
	l.Sees(browser.Window, "Pay "+l.of.merchant.Name)
	l.clock.Advance(31 * time.Minute)
	l.Reload()
	l.Sees(browser.Window, "This session has expired")
	l.GoTo(l.url + "/tenants/" + l.of.id)
	l.Clicks(browser.Window, "tbody a")
	l.Sees(browser.Window, "session.expired")
	l.Sees(browser.Window, "Try again")
	l.looks("charge, expired")
	l.Clicks(browser.Window, `.hint a[href^="/confirm/"]`)
	l.Sees(browser.Window, "The page has expired")
	l.looks("confirm, expired")
}

// elsewhere: the other gateway, where only the event tells.
func (l *life) elsewhere() {
	l.charge(l.third, "visionscope")
	l.Pay(browser.Window, buyer.CardApproved)
	l.Sees(browser.Window, "We are checking your payment")
	l.looks("confirm, checking")
	l.delivers()
	l.Sees(browser.Window, "Thank you!") // the page asks again by itself
	l.Clicks(browser.Window, ".back a")
	l.Sees(browser.Window, "payment.success")
	l.Sees(browser.Window, "neither a call nor an event")
	l.looks("charge at VisionScope")
}

// leaves, and the rest of the payment is given back a day later.
func (l *life) leaves() {
	l.GoTo(l.url + "/tenants/" + l.of.id)
	l.Clicks(browser.Window, `input[name="sure"]`)
	l.Clicks(browser.Window, `form[action$="/offboard"] button`)
	l.Sees(browser.Window, "takes no payments any more")
	l.looks("tenant, offboarded")
	require.Equal(l.t, "0", l.Asks(browser.Window, `document.querySelectorAll("form").length`), "nothing can be charged or changed")
	l.clock.Advance(24 * time.Hour)
	l.refunds(l.session, 0)
	l.GoTo(l.order)
	l.Sees(browser.Window, "after the tenant had left")
	l.Sees(browser.Window, "unmatched")
	l.looks("charge, refunded late")
	l.Clicks(browser.Window, `.hint a[href^="/confirm/"]`)
	l.Sees(browser.Window, "You got your money back")
	l.looks("confirm, refunded")
	l.GoTo(l.url)
	l.Sees(browser.Window, "offboarded")
	l.GoTo(l.url + "/tenants/nobody")
	l.Sees(browser.Window, "There is nothing here")
	l.looks("problem")
}

// charge presses the button of a customer and a gateway.
func (l *life) charge(customer, gateway string) {
	l.GoTo(l.url + "/tenants/" + l.of.id)
	l.Clicks(browser.Window, `form:has(input[value="`+customer+`"]) button[value="`+gateway+`"]`)
}

// looks looks at the pages of one tenant, and of all when there are to be pictures.
func (l life) looks(name string) {
	if l.of.id == acme.id || os.Getenv("HOSTEDPAY_SCREENSHOTS") != "" {
		l.Looks(name + ", " + l.of.id)
	}
}
