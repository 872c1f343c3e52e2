package main_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// orders buys with a new form, and returns the URL of the hosted page.
func (v visitor) orders(way string) (checkout string) {
	v.t.Helper()
	response, _ := v.post("/buy", v.form(way))
	require.Equal(v.t, http.StatusSeeOther, response.StatusCode)
	return response.Header.Get("Location")
}

// pays on a hosted page, and returns the path that the browser is sent back to.
func (v visitor) pays(checkout, card string) (back string) {
	v.t.Helper()
	page, err := buyer.Open(v.t.Context(), v.http, sdk.NewSecret(checkout))
	require.NoError(v.t, err)
	to, err := page.Pay(v.t.Context(), card)
	require.NoError(v.t, err)
	require.NotNil(v.t, to, "the buyer stays on the page")
	back, found := strings.CutPrefix(to.String(), v.f.url)
	require.True(v.t, found)
	return back
}

// A buyer with two tabs sees each tab's own order.
func TestTwoTabs(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"visionscope-redirect", "vora-redirect"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			f, clock := standing(t)
			buyer := f.visitor()
			first := buyer.orders(way)
			buyer.orders(way)
			back := buyer.pays(first, approved)
			_, page := buyer.get(back)
			require.Contains(t, page, "<dd>1</dd>")
			clock.Advance(waits)
			_, page = buyer.get(back)
			require.Contains(t, page, "Thank you!")

			clock.Advance(time.Hour) // the other one is not paid, and says so of itself only
			_, page = buyer.get(back)
			require.Contains(t, page, "Thank you!")
			_, page = buyer.get("/order?order=2")
			require.NotContains(t, page, "Thank you!")
			require.Contains(t, page, "<dd>2</dd>")
		})
	}
}

func TestOrdersAreTheirBuyersOnly(t *testing.T) {
	t.Parallel()
	f := setup(t)
	buyer, other := f.visitor(), f.visitor()
	back := buyer.pays(buyer.orders("vora-redirect"), approved)
	other.orders("vora-redirect")
	for _, path := range []string{back, "/order?order=1", "/cancelled?order=1", "/checkout?order=1", "/checkout/handed-over?order=1", "/order?order=x", "/order?order=-1"} {
		response, page := other.get(path)
		require.Equal(t, http.StatusNotFound, response.StatusCode, path)
		require.Contains(t, page, "We do not know this browser", path)
	}
}

// The shop says that nothing was charged when it knows that, and not because of a URL.
func TestNothingWasCharged(t *testing.T) {
	t.Parallel()
	f, clock := standing(t)
	buyer := f.visitor()
	checkout := buyer.orders("vora-redirect")
	_, page := buyer.get("/cancelled?order=1")
	require.Contains(t, page, "nothing was charged")
	buyer.pays(checkout, approved)
	f.refuse(true)
	_, page = buyer.get("/cancelled?order=1")
	require.Contains(t, page, "We are checking your payment")
	f.refuse(false)
	for _, path := range []string{"/cancelled?order=1", "/order"} {
		_, page = buyer.get(path)
		require.NotContains(t, page, "nothing was charged", path)
		require.Contains(t, page, "Thank you!", path)
	}
	clock.Advance(waits)
	require.Equal(t, order{"paid", true}, f.order())
}

// When the gateway cannot be reached, the order can be paid later.
func TestAnOrderWithoutACheckout(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"visionscope-frame", "vora-redirect"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			f := setup(t)
			f.refuse(true)
			buyer := f.visitor()
			buyer.post("/buy", buyer.form(way))
			response, page := buyer.get("/order")
			require.Equal(t, http.StatusOK, response.StatusCode)
			require.Contains(t, page, "nothing was charged")
			f.refuse(false)
			response, _ = buyer.post("/buy", url.Values{"purchase": {purchaseField.FindStringSubmatch(page)[1]}, "way": {way}})
			require.Equal(t, http.StatusSeeOther, response.StatusCode)
			require.Equal(t, 1, f.count())
		})
	}
}

// The response to the first attempt was lost, and its session has expired by the second.
func TestASecondTryMuchLater(t *testing.T) {
	t.Parallel()
	f, clock := standing(t)
	require.NoError(t, f.gateway.Inject(control.Fault{Route: "POST /v1/sessions", Times: 1, ResetAfter: true}))
	buyer := f.visitor()
	form := buyer.form("vora-redirect")
	response, _ := buyer.post("/buy", form)
	require.Equal(t, http.StatusBadGateway, response.StatusCode)
	clock.Advance(31 * time.Minute)
	response, _ = buyer.post("/buy", form)
	require.Equal(t, http.StatusSeeOther, response.StatusCode)
	buyer.pays(response.Header.Get("Location"), approved)
	clock.Advance(waits)
	require.Equal(t, order{"paid", true}, f.order())
}

func TestAFormOutlivesARestart(t *testing.T) {
	t.Parallel()
	f, clock := standing(t)
	buyer := f.visitor()
	form := buyer.form("vora-redirect")
	response, _ := buyer.post("/buy", form)
	buyer.pays(response.Header.Get("Location"), approved)
	f.restart()
	clock.Advance(waits)
	response, _ = buyer.post("/buy", form) // the back button, and again
	require.Equal(t, "/order?order=1", response.Header.Get("Location"), "it has been paid")
	require.Equal(t, 1, f.count())
}

// Buyers see an empty window while the gateways are called.
func TestBuyersDoNotWaitForLong(t *testing.T) {
	t.Parallel()
	f, _ := standing(t)
	buyer := f.visitor()
	buyer.orders("vora-redirect")
	buyer.orders("visionscope-redirect")
	buyer.get("/order?order=1")
	f.mu.Lock()
	defer f.mu.Unlock()
	require.Len(t, f.within, 3)
	for i, most := range []time.Duration{20 * time.Second, 20 * time.Second, 5 * time.Second} {
		require.LessOrEqual(t, f.within[i], most)
		require.Positive(t, f.within[i])
	}
}
