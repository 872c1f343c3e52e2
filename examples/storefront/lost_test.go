package main_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// loses has the response to a create at VisionScope lost, and returns the form and the checkout
// that there is nevertheless.
func (f *fixture) loses(buyer visitor) (form url.Values, checkout string) {
	f.t.Helper()
	require.NoError(f.t, f.gateway.Inject(control.Fault{Route: "POST /api/checkout/create", Times: 1, ResetAfter: true}))
	form = buyer.form("visionscope-redirect")
	response, page := buyer.post("/buy", form)
	require.Equal(f.t, http.StatusBadGateway, response.StatusCode)
	require.Contains(f.t, page, "you will not be charged twice")
	made := f.gateway.Sessions()
	require.Len(f.t, made, 1)
	return form, made[0].CheckoutURL
}

// The response to a create was lost, and the checkout is paid.
func TestALostCheckoutThatIsPaid(t *testing.T) {
	t.Parallel()
	f, clock := standing(t)
	buyer := f.visitor()
	form, checkout := f.loses(buyer)
	back := buyer.pays(checkout, approved)
	clock.Advance(waits)
	require.Equal(t, order{"paid", true}, f.order())
	for _, path := range []string{back, "/order?order=1"} {
		_, page := buyer.get(path)
		require.Contains(t, page, "your parcel is on its way", path)
	}
	require.Equal(t, "/order?order=1", buyer.buys(form, "visionscope-redirect"), "nothing more is to be paid")
	require.Len(t, f.gateway.Sessions(), 1)
}

// The buyer has tried again, and pays the checkout of both attempts.
func TestALostCheckoutIsPaidToo(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]int{"the lost one first": 0, "the lost one last": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, clock := standing(t)
			buyer := f.visitor()
			form, lost := f.loses(buyer)
			checkouts := []string{lost, buyer.buys(form, "visionscope-redirect")}
			require.NotEqual(t, checkouts[0], checkouts[1])
			buyer.pays(checkouts[first], approved)
			clock.Advance(waits)
			require.Equal(t, order{"paid", true}, f.order())
			require.NotContains(t, f.logged.String(), "paid_twice")

			buyer.pays(checkouts[1-first], approved)
			clock.Advance(waits)
			require.Equal(t, 1, f.parcels())
			require.Contains(t, f.logged.String(), "paid_twice")
			_, page := buyer.get("/orders")
			require.Contains(t, page, "look at it: paid_twice")
			for _, made := range f.gateway.Sessions() {
				require.Contains(t, page, made.ID, "somebody has to refund one of them")
			}
		})
	}
}

// An event is one of the order that its URL names, or of none.
func TestAnEventIsOfTheOrderThatItNames(t *testing.T) {
	t.Parallel()
	f := setup(t)
	buyer := f.visitor()
	buyer.orders("visionscope-redirect")
	buyer.orders("visionscope-redirect")
	buyer.orders("vora-redirect")
	var session, secret string
	require.NoError(t, f.db.QueryRowContext(t.Context(), "SELECT session, webhook_secret FROM orders WHERE number = 1").Scan(&session, &secret))
	body := webhookstest.PaymentSucceeded(webhookstest.SessionID(session), webhookstest.Amount(money.MustParse("14.99", "EUR")))
	deliver := func(query, secret string) int {
		response, err := (&http.Client{Transport: connections}).Do(webhookstest.VisionScope(secret, body, webhookstest.To(f.url+"/webhooks/visionscope"+query)))
		require.NoError(t, err)
		response.Body.Close()
		return response.StatusCode
	}
	for _, query := range []string{"", "?order=", "?order=x", "?order=0", "?order=2", "?order=3", "?order=4", "?order=2&order=1"} {
		require.Equal(t, http.StatusUnauthorized, deliver(query, secret), query)
		require.Zero(t, f.parcels())
	}
	require.Equal(t, http.StatusOK, deliver("?order=1", secret), "in spite of the rejected ones")
	require.Equal(t, []string{"paid", "open", "open"}, f.states())
}

// states are the states of all orders.
func (f *fixture) states() []string {
	f.t.Helper()
	states := make([]string, f.count())
	for i := range states {
		require.NoError(f.t, f.db.QueryRowContext(f.t.Context(), "SELECT state FROM orders WHERE number = ?", i+1).Scan(&states[i]))
	}
	return states
}
