package main_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// A charge is paid, and what was paid for is served once, on both databases and at both gateways.
func TestCharges(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, f *fixture) {
		c := f.clerk()
		for _, of := range tenants {
			for _, gateway := range []string{"vora", "visionscope"} {
				b := c.charges(of, map[string]string{"acme": "1001", "brightline": "2001", "cobalt": "3001"}[of.id], gateway)
				require.Equal(t, "pending", b.status())
				b.pays(buyer.CardApproved)
				f.delivers()
				require.Equal(t, "approved", b.status())
				require.Equal(t, 1, strings.Count(b.page(), "The customer gets what was paid for"))
				require.Contains(t, b.page(), "<dt>Served</dt><dd>yes</dd>")
			}
		}
	})
}

// A buyer who is back before the event is told what the gateway says, and served once.
func TestABuyerIsFasterThanTheEvent(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, f *fixture) {
		b := f.clerk().charges(acme, "1001", "vora")
		back := b.pays(buyer.CardApproved)
		_, page := b.get(back)
		require.Contains(t, page, "Thank you!")
		f.delivers()
		require.Equal(t, 1, strings.Count(b.page(), "The customer gets what was paid for"))
		require.Contains(t, b.page(), "Vora was asked, and said: approved")
		require.Contains(t, b.page(), "Vora reported session.succeeded of 14.99 EUR")
		require.Contains(t, b.page(), "Vora had signed the return URL")
		require.NotContains(t, b.page(), "did not sign")
		b.get(strings.Replace(back, "amount=1499", "amount=1", 1))
		require.Contains(t, b.page(), "a return URL that Vora did not sign for it")
	})
}

// A buyer may come back from the attempt before, whose page was open in another tab.
func TestABuyerComesBackFromAnEarlierAttempt(t *testing.T) {
	t.Parallel()
	f := setup(t)
	b := f.clerk().charges(acme, "1001", "vora")
	back := b.pays(buyer.CardDeclined)
	f.delivers()
	response, _ := b.post(b.path()+"/retry", nil)
	require.Equal(t, http.StatusSeeOther, response.StatusCode)
	require.Equal(t, "pending", b.status())
	b.get(back)
	require.Contains(t, b.page(), "Vora had signed the return URL")
	require.NotContains(t, b.page(), "did not sign")
}

// VisionScope cannot be asked: what is not known is no failure and no success.
func TestNobodyKnowsBeforeTheEvent(t *testing.T) {
	t.Parallel()
	f := setup(t)
	b := f.clerk().charges(acme, "1001", "visionscope")
	back := b.pays(buyer.CardApproved)
	_, page := b.get(back)
	require.Contains(t, page, "We are checking your payment")
	f.delivers()
	_, page = b.get(back)
	require.Contains(t, page, "Thank you!")
}

// The same form, sent twice, is one order and shows one page.
func TestADoubleClick(t *testing.T) {
	t.Parallel()
	f := setup(t)
	c := f.clerk()
	for _, gateway := range []string{"vora", "visionscope"} {
		form := c.form(acme, "1001", gateway)
		before := len(f.gateway.Sessions())
		first, _ := c.post("/tenants/acme/charges", form)
		second, _ := c.post("/tenants/acme/charges", form)
		require.Equal(t, first.Header.Get("Location"), second.Header.Get("Location"))
		require.Len(t, f.gateway.Sessions(), before+1)
	}
}

// What was declined is tried again deliberately, and what can be paid is not.
func TestTryAgain(t *testing.T) {
	t.Parallel()
	f := setup(t)
	c := f.clerk()
	b := c.charges(brightline, "2001", "vora")
	response, _ := b.post(b.path()+"/retry", nil)
	require.Equal(t, b.checkout, response.Header.Get("Location"), "the same page as long as it can be paid")
	require.Len(t, f.gateway.Sessions(), 1)
	back := b.pays(buyer.CardDeclined)
	f.delivers()
	require.Equal(t, "declined", b.status())
	_, page := b.get(back)
	require.Contains(t, page, "The payment did not work")
	response, _ = b.post(b.path()+"/retry", nil)
	require.Equal(t, http.StatusSeeOther, response.StatusCode)
	b.checkout = response.Header.Get("Location")
	b.pays(buyer.CardApproved)
	f.delivers()
	require.Equal(t, "approved", b.status())
	response, _ = b.post(b.path()+"/pay", nil)
	require.Equal(t, b.path(), response.Header.Get("Location"), "what is paid gets no page")
}

// A response that was lost is no failure: the same charge goes on, in the same session.
func TestALostResponse(t *testing.T) {
	t.Parallel()
	f := setup(t)
	c := f.clerk()
	require.NoError(t, f.gateway.Inject(control.Fault{Route: "POST /v1/sessions", Times: 1, ResetAfter: true}))
	form := c.form(acme, "1001", "vora")
	response, page := c.post("/tenants/acme/charges", form)
	require.Equal(t, http.StatusBadGateway, response.StatusCode)
	require.Contains(t, page, "Nobody knows whether the gateway made one")
	b := bill{clerk: c, of: acme, order: form.Get("order")}
	require.Equal(t, "unknown", b.status())
	response, _ = b.post(b.path()+"/pay", nil)
	require.Equal(t, http.StatusSeeOther, response.StatusCode)
	require.Len(t, f.gateway.Sessions(), 1)
}

// At VisionScope a second checkout is made, and its page is the only one that is shown. An event of
// the lost one finds its charge too, with nothing stored of it.
func TestALostResponseAtVisionScope(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, f *fixture) {
		c := f.clerk()
		require.NoError(t, f.gateway.Inject(control.Fault{Route: "POST /api/checkout/", Times: 1, ResetAfter: true}))
		form := c.form(cobalt, "3003", "visionscope")
		response, _ := c.post("/tenants/cobalt/charges", form)
		require.Equal(t, http.StatusBadGateway, response.StatusCode)
		b := bill{clerk: c, of: cobalt, order: form.Get("order")}
		require.Equal(t, "unknown", b.status())
		lost := f.session().CheckoutURL
		require.Contains(t, b.page(), "Go on to the page")
		for range 2 {
			response, _ = b.post(b.path()+"/pay", nil)
			b.checkout = response.Header.Get("Location")
			require.Equal(t, f.session().CheckoutURL, b.checkout)
		}
		require.Len(t, f.gateway.Sessions(), 2)
		require.NotEqual(t, lost, b.checkout)
		b.pays(buyer.CardApproved)
		f.delivers()
		require.Equal(t, "approved", b.status())

		b.checkout = lost // as if somebody had found it
		b.pays(buyer.CardApproved)
		f.delivers()
		require.Contains(t, b.page(), "the order was paid twice")
	})
}

// A sweep asks about what nobody has reported.
func TestSweep(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, f *fixture) {
		f.gateway.PauseDeliveries()
		b := f.clerk().charges(acme, "1002", "vora")
		b.pays(buyer.CardApproved)
		f.crm.Load().Sweep(t.Context())
		require.Equal(t, "pending", b.status(), "it is not late yet")
		f.clock.Advance(6 * time.Minute)
		f.crm.Load().Sweep(t.Context())
		require.Equal(t, "approved", b.status())
		require.Contains(t, b.page(), "<dt>Served</dt><dd>yes</dd>")

		// A process that dies between the charge and the customer leaves the order to the next
		// sweep.
		_, err := f.db.ExecContext(t.Context(), "UPDATE crm_orders SET served = NULL")
		require.NoError(t, err)
		require.NotContains(t, b.page(), "<dt>Served</dt><dd>yes</dd>")
		f.crm.Load().Sweep(t.Context())
		require.Contains(t, b.page(), "<dt>Served</dt><dd>yes</dd>")
	})
}

// A sweep waits for the gateway's limits. What it has read of one charge is old when it has read
// the next.
func TestARefundDuringASweep(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, f *fixture) {
		f.gateway.PauseDeliveries()
		first := f.clerk().charges(acme, "1001", "vora")
		first.pays(buyer.CardApproved)
		refund := webhookstest.RefundCreated(webhookstest.SessionID(f.session().ID), webhookstest.MerchantID(acme.merchant.ID), webhookstest.Amount(money.Minor(1499, "EUR")))
		f.clock.Advance(time.Second)
		second := f.clerk().charges(acme, "1002", "vora")
		second.pays(buyer.CardApproved)
		f.clock.Advance(6 * time.Minute)
		session := f.session().ID
		f.arrives = func(r *http.Request) {
			if strings.HasSuffix(r.URL.Path, session) {
				delivery := webhookstest.Vora(acme.merchant.Vora.SecretKey, refund, webhookstest.At(f.clock.Now()), webhookstest.To(f.url+"/webhooks"))
				response := httptest.NewRecorder()
				f.crm.Load().ServeHTTP(response, delivery)
				assert.Equal(t, http.StatusOK, response.Code)
			}
		}
		f.crm.Load().Sweep(t.Context())
		require.Equal(t, "refunded", first.status())
		require.NotContains(t, first.page(), "The customer gets what was paid for")
		require.Contains(t, second.page(), "The customer gets what was paid for")
	})
}

// What the gateway rejects is said, with what to do about it.
func TestCredentialsThatDoNotWork(t *testing.T) {
	t.Parallel()
	f := setup(t)
	c := f.clerk()
	_, err := f.gateway.RotateKey(acme.merchant.ID)
	require.NoError(t, err)
	require.NoError(t, f.gateway.RevokeKeys(acme.merchant.ID))
	form := c.form(acme, "1001", "vora")
	response, page := c.post("/tenants/acme/charges", form)
	require.Equal(t, http.StatusBadGateway, response.StatusCode)
	require.Contains(t, page, "Tell the tenant")
	b := bill{clerk: c, of: acme, order: form.Get("order")}
	require.Equal(t, "pending", b.status(), "and the same charge goes on")
	_, page = c.post("/tenants/acme/credentials", url.Values{"kind": {"vora_api_key"}, "secret": {f.gateway.Merchants()[0].Vora.SecretKey}})
	require.Empty(t, page)
	response, _ = b.post(b.path()+"/pay", nil)
	require.Equal(t, http.StatusSeeOther, response.StatusCode)
	require.Contains(t, response.Header.Get("Location"), "/c/")
}
