package main_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// buys sends a form, and returns the URL that it leads to.
func (v visitor) buys(form url.Values, way string) (leads string) {
	v.t.Helper()
	form.Set("way", way)
	response, _ := v.post("/buy", form)
	require.Equal(v.t, http.StatusSeeOther, response.StatusCode)
	return response.Header.Get("Location")
}

func (f *fixture) parcels() (n int) {
	f.t.Helper()
	require.NoError(f.t, f.db.QueryRowContext(f.t.Context(), "SELECT count(shipped_at) FROM orders").Scan(&n))
	return n
}

// A buyer who goes back and chooses another way to pay gets it.
func TestAnotherWay(t *testing.T) {
	t.Parallel()
	f := setup(t)
	buyer := f.visitor()
	form := buyer.form("vora-redirect")
	atVora := buyer.buys(form, "vora-redirect")
	require.Contains(t, buyer.buys(form, "visionscope-redirect"), "/checkout/cs_")
	require.Equal(t, "/checkout?order=2", buyer.buys(form, "visionscope-frame"))
	require.Equal(t, atVora, buyer.buys(form, "vora-redirect"))
	require.Equal(t, 2, f.count(), "one for each gateway")
}

// A form whose order is paid, failed or expired leads to no checkout any more.
func TestAnotherWayTooLate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first, then string
		card        string
		heard       bool
		sees        string
	}{
		"paid at Vora":                     {"vora-redirect", "visionscope-redirect", approved, true, "your parcel is on its way"},
		"paid at Vora, webhook underway":   {"vora-redirect", "visionscope-redirect", approved, false, "your parcel is on its way"},
		"paid at Vora, the same way":       {"vora-redirect", "vora-redirect", approved, false, "your parcel is on its way"},
		"failed at Vora":                   {"vora-redirect", "visionscope-redirect", declined, true, "The payment did not work"},
		"failed at Vora, webhook underway": {"vora-redirect", "visionscope-redirect", declined, false, "The payment did not work"},
		"paid at VisionScope":              {"visionscope-redirect", "vora-redirect", approved, true, "your parcel is on its way"},
		"failed at VisionScope":            {"visionscope-redirect", "vora-redirect", declined, true, "The payment did not work"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, clock := standing(t)
			buyer := f.visitor()
			form := buyer.form(c.first)
			buyer.pays(buyer.buys(form, c.first), c.card)
			if c.heard {
				clock.Advance(waits)
			}
			leads := buyer.buys(form, c.then)
			require.Equal(t, "/order?order=1", leads)
			_, page := buyer.get(leads)
			require.Contains(t, page, c.sees)
			require.Equal(t, 1, f.count())
		})
	}
}

// When Vora does not respond, the buyer can pay at the other gateway.
func TestAnotherWayWhenVoraIsDown(t *testing.T) {
	t.Parallel()
	f := setup(t)
	require.NoError(t, f.gateway.Inject(control.Fault{Route: "GET /v1/sessions/", ResetBefore: true}))
	buyer := f.visitor()
	form := buyer.form("vora-redirect")
	buyer.buys(form, "vora-redirect")
	require.Contains(t, buyer.buys(form, "visionscope-redirect"), "/checkout/cs_")
}

// Two checkouts of one purchase were open at once, and both are paid: one parcel leaves, and the
// buyer and the order book show the second payment.
func TestAPurchasePaidTwice(t *testing.T) {
	t.Parallel()
	const atVora, atVisionScope = "vora-redirect", "visionscope-redirect"
	for name, c := range map[string]struct{ first, second, sent, unsent string }{
		"Vora first":        {atVora, atVisionScope, "/order?order=1", "/order?order=2"},
		"VisionScope first": {atVisionScope, atVora, "/order?order=2", "/order?order=1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, clock := standing(t)
			buyer := f.visitor()
			form := buyer.form(atVora)
			checkouts := map[string]string{atVora: buyer.buys(form, atVora), atVisionScope: buyer.buys(form, atVisionScope)}
			back := buyer.pays(checkouts[c.first], approved)
			clock.Advance(waits)
			require.Equal(t, 1, f.parcels())
			for _, way := range []string{atVora, atVisionScope} {
				require.Equal(t, c.sent, buyer.buys(form, way), "nothing more is to be paid")
			}
			response, _ := buyer.get("/checkout?order=2")
			require.Equal(t, "/order?order=2", response.Header.Get("Location"), "the other checkout is shown no more")
			_, page := buyer.get("/order?order=2")
			require.NotContains(t, page, "Go on to the payment")
			require.NotContains(t, f.logged.String(), "paid twice")

			buyer.pays(checkouts[c.second], approved)
			clock.Advance(waits)
			require.Equal(t, 1, f.parcels())
			require.Contains(t, f.logged.String(), "a purchase was paid twice")
			_, page = buyer.get(c.unsent)
			require.Contains(t, page, "We will give this second one back to you")
			_, page = buyer.get(back)
			require.Contains(t, page, "your parcel is on its way", "the first one is what it was")
			_, page = buyer.get("/orders")
			require.Regexp(t, "(?s)paid twice: refund.*not sent", page)
			require.Equal(t, c.sent, buyer.buys(form, c.second), "nothing more is to be paid")
		})
	}
}

// Vora reports a second payment when it is asked, before its webhook or without one.
func TestAPurchasePaidTwiceWebhookUnderway(t *testing.T) {
	t.Parallel()
	f, clock := standing(t)
	buyer := f.visitor()
	form := buyer.form("vora-redirect")
	checkout := buyer.buys(form, "vora-redirect")
	buyer.pays(buyer.buys(form, "visionscope-redirect"), approved)
	clock.Advance(waits)
	back := buyer.pays(checkout, approved)
	require.NotContains(t, f.logged.String(), "paid twice")
	_, page := buyer.get(back)
	require.Contains(t, page, "You have paid twice")
	require.Equal(t, "/order?order=2", buyer.buys(form, "vora-redirect"), "the one that was sent")
	for range 2 { // by the read alone, and after the webhook
		_, page = buyer.get("/orders")
		require.Contains(t, page, "paid twice: refund")
		require.Equal(t, 1, strings.Count(f.logged.String(), "a purchase was paid twice"))
		require.Equal(t, 1, f.parcels())
		clock.Advance(waits)
	}
	require.Equal(t, http.StatusOK, f.hears(webhookstest.RefundCreated(f.about(1, "14.99")...)))
	_, page = buyer.get("/orders")
	require.NotContains(t, page, "paid twice: refund", "it has been done")
	_, page = buyer.get(back)
	require.Contains(t, page, "14.99 EUR were given back to you")
}

// Two purchases get two parcels.
func TestTwoPurchases(t *testing.T) {
	t.Parallel()
	f, clock := standing(t)
	buyer := f.visitor()
	for n, way := range []string{"vora-redirect", "visionscope-redirect", "vora-redirect"} {
		buyer.pays(buyer.orders(way), approved)
		clock.Advance(waits)
		require.Equal(t, n+1, f.parcels())
	}
}

// A declined payment at one gateway does not hide the payment at the other, whose webhook is still
// under way.
func TestAnotherWayAfterARefusal(t *testing.T) {
	t.Parallel()
	f, clock := standing(t)
	buyer := f.visitor()
	form := buyer.form("vora-redirect")
	checkout := buyer.buys(form, "vora-redirect")
	refused := buyer.pays(buyer.buys(form, "visionscope-redirect"), declined)
	clock.Advance(waits)
	for _, path := range []string{refused, "/order?order=2"} {
		_, page := buyer.get(path)
		require.Contains(t, page, "This try did not work. Your other one, order 1, is still being checked", path)
		require.NotContains(t, page, "Nothing was charged", path)
		require.NotContains(t, page, "Try again", path)
		require.Contains(t, page, `href="/order?order=1"`, path)
	}
	require.Equal(t, "/order?order=2", buyer.buys(form, "visionscope-redirect"))
	require.Equal(t, checkout, buyer.buys(form, "vora-redirect"), "it can still be paid")

	buyer.pays(checkout, approved)
	for _, way := range []string{"visionscope-redirect", "vora-redirect"} {
		require.Equal(t, "/order?order=1", buyer.buys(form, way))
	}
	_, page := buyer.get("/order?order=1")
	require.Contains(t, page, "your parcel is on its way")

	clock.Advance(waits)
	require.Equal(t, "/order?order=1", buyer.buys(form, "visionscope-redirect"))
	_, page = buyer.get(refused)
	require.Contains(t, page, "Your purchase was paid with order 1")
	require.NotContains(t, page, "Try again")
}

// A purchase whose order has expired at one gateway can be paid at the other.
func TestAnotherWayAfterAnExpiry(t *testing.T) {
	t.Parallel()
	f := setup(t)
	buyer := f.visitor()
	form := buyer.form("vora-redirect")
	buyer.buys(form, "vora-redirect")
	buyer.buys(form, "visionscope-redirect")
	require.Equal(t, http.StatusOK, f.hears(webhookstest.SessionExpired(f.about(1, "14.99")...)))
	_, page := buyer.get("/order?order=1")
	require.Contains(t, page, "order 2, is still being checked")
	require.NotContains(t, page, "Nothing was charged")
	require.NotContains(t, page, "Try again")
}

// An order that was left for another gateway says where the purchase was paid, and waits for
// nothing.
func TestAPurchasePaidElsewhere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ pays, paid, left string }{
		"at Vora":        {"vora-redirect", "1", "2"},
		"at VisionScope": {"visionscope-redirect", "2", "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, clock := standing(t)
			buyer := f.visitor()
			form := buyer.form("vora-redirect")
			checkouts := map[string]string{"vora-redirect": buyer.buys(form, "vora-redirect"), "visionscope-redirect": buyer.buys(form, "visionscope-redirect")}
			buyer.pays(checkouts[c.pays], approved)
			clock.Advance(waits)
			for _, path := range []string{"/order?order=" + c.left, "/cancelled?order=" + c.left} {
				_, page := buyer.get(path)
				require.Contains(t, page, "Your purchase was paid with order "+c.paid, path)
				require.Contains(t, page, `href="/order?order=`+c.paid+`"`, path)
				for _, no := range []string{`http-equiv="refresh"`, "nothing was charged", "Go on", "We are checking"} {
					require.NotContains(t, page, no, path)
				}
			}
		})
	}
}

// Either of two payments can be refunded: the other one pays for the parcel.
func TestAPurchasePaidTwiceTheFirstGivenBack(t *testing.T) {
	t.Parallel()
	f, clock := standing(t)
	buyer := f.visitor()
	form := buyer.form("vora-redirect")
	checkout := buyer.buys(form, "vora-redirect")
	second := buyer.buys(form, "visionscope-redirect")
	buyer.pays(checkout, approved)
	clock.Advance(waits)
	buyer.pays(second, approved)
	clock.Advance(waits)

	part := append(f.about(1, "5.00"), webhookstest.Set("refundId", "re_1"))
	require.Equal(t, http.StatusOK, f.hears(webhookstest.RefundCreated(part...)))
	_, page := buyer.get("/orders")
	require.Contains(t, page, "paid twice: refund", "a part of it is another matter")

	rest := append(f.about(1, "9.99"), webhookstest.Set("refundId", "re_2"))
	require.Equal(t, http.StatusOK, f.hears(webhookstest.RefundCreated(rest...)))
	_, page = buyer.get("/orders")
	require.NotContains(t, page, "paid twice: refund")
	_, page = buyer.get("/order?order=2")
	require.Contains(t, page, "your parcel is on its way")
	require.NotContains(t, page, "give this second one back")
	require.Equal(t, 1, f.parcels())
}
