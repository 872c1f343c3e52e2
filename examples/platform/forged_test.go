package main_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// Forms of other sites change nothing, whatever they are.
func TestOnlyThePlatformsOwnFormsCount(t *testing.T) {
	t.Parallel()
	f := setup(t)
	c := f.clerk()
	b := c.charges(acme, "1001", "vora")
	b.pays(buyer.CardApproved)
	f.delivers()
	before, sessions := b.page(), len(f.gateway.Sessions())
	for path, form := range map[string]url.Values{
		"/tenants/acme/charges":        c.form(acme, "1001", "vora"),
		b.path() + "/pay":              nil,
		b.path() + "/retry":            nil,
		b.path() + "/refunds":          {"reference": {"refund-" + strings.Repeat("a", 26)}, "amount": {"1.00"}},
		b.path() + "/refunds/withdraw": {"reference": {"refund-" + strings.Repeat("a", 26)}},
		"/tenants/acme/credentials":    {"kind": {"vora_api_key"}},
		"/tenants/acme/offboard":       {"sure": {"acme"}},
	} {
		for _, site := range []string{"cross-site", "same-site"} {
			response, _ := c.postFrom(site, path, form)
			require.Equal(t, http.StatusForbidden, response.StatusCode, "%s from %s", path, site)
		}
		request, err := http.NewRequest(http.MethodPost, f.url+path, strings.NewReader(form.Encode())) // of a browser without Sec-Fetch-Site
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", "https://shop.example.com")
		response, _ := c.do(request)
		require.Equal(t, http.StatusForbidden, response.StatusCode, path)
		response, _ = c.get(path)
		require.NotEqual(t, http.StatusOK, response.StatusCode, "nothing is changed by a link: %s", path)
	}
	require.Len(t, f.gateway.Sessions(), sessions)
	require.Equal(t, withoutFields(before), withoutFields(b.page()))
	_, page := c.get("/tenants/acme")
	require.NotContains(t, page, "rotated;")
	require.NotContains(t, page, "offboarded")
}

// withoutFields is a page without what is new in each copy of it.
func withoutFields(page string) string { return refundField.ReplaceAllString(page, "") }

// A foreign page whose name leads to this machine is another host.
func TestOtherHostsAreNotServed(t *testing.T) {
	t.Parallel()
	f := setup(t)
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://shop.example.com/tenants/acme", nil)
	recorder := httptest.NewRecorder()
	f.crm.Load().ServeHTTP(recorder, request)
	require.Equal(t, http.StatusMisdirectedRequest, recorder.Code)
	require.NotContains(t, recorder.Body.String(), "customer-1001")
}

// What a charge costs is known at the platform.
func TestThePriceIsTheTenants(t *testing.T) {
	t.Parallel()
	f := setup(t)
	c := f.clerk()
	form := c.form(acme, "1003", "vora")
	for field, value := range map[string]string{
		"amount": "1", "price": "0.01", "currency": "JPY", "product": "Anything", "email": "somebody@example.com", "tenant": "cobalt",
	} {
		form.Set(field, value)
	}
	response, _ := c.post("/tenants/acme/charges?amount=1&customer=1001", form)
	require.Equal(t, http.StatusSeeOther, response.StatusCode)
	require.Equal(t, money.Minor(24900, "EUR"), f.session().Amount)

	for name, change := range map[string]func(url.Values){
		"another tenant's customer": func(v url.Values) { v.Set("customer", "2001") },
		"nobody":                    func(v url.Values) { v.Set("customer", "") },
		"another gateway":           func(v url.Values) { v.Set("gateway", "on-credit") },
		"an order of no form":       func(v url.Values) { v.Set("order", "1") },
		"an order in a path":        func(v url.Values) { v.Set("order", "../../etc/passwd/aaaaaaaaa") },
	} {
		form := c.form(acme, "1001", "vora")
		change(form)
		response, _ := c.post("/tenants/acme/charges", form)
		require.Equal(t, http.StatusNotFound, response.StatusCode, name)
	}
	require.Len(t, f.gateway.Sessions(), 1)
}

// Another tenant's charge is not there: the page is the same as for one that nobody has.
func TestAnotherTenantsCharge(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, f *fixture) {
		c := f.clerk()
		b := c.charges(acme, "1001", "vora")
		b.pays(buyer.CardApproved)
		f.delivers()
		before := b.page()
		nobodys := strings.Repeat("a", 26)
		for _, rest := range []string{"", "/pay", "/retry", "/refunds", "/refunds/withdraw"} {
			ask := c.get
			if rest != "" {
				ask = func(path string) (*http.Response, string) {
					return c.post(path, url.Values{"reference": {"refund-" + nobodys}, "amount": {"1.00"}})
				}
			}
			theirs, page := ask("/tenants/cobalt/charges/" + b.order + rest)
			_, none := ask("/tenants/cobalt/charges/" + nobodys + rest)
			require.Equal(t, http.StatusNotFound, theirs.StatusCode, rest)
			require.Equal(t, none, page, rest)
			require.NotContains(t, page, "Sunny", rest)
		}
		response, page := c.get("/confirm/cobalt/" + b.order)
		require.Equal(t, http.StatusNotFound, response.StatusCode)
		require.NotContains(t, page, "14.99")
		response, _ = c.get("/tenants/nobody/charges/" + b.order)
		require.Equal(t, http.StatusNotFound, response.StatusCode)
		require.Equal(t, withoutFields(before), withoutFields(b.page()))
		_, page = c.get("/tenants/cobalt")
		require.NotContains(t, page, b.order)
	})
}

// An event that one tenant's key has signed reaches no other tenant's charge, and what nobody has
// signed reaches none.
func TestForgedEvents(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, f *fixture) {
		c := f.clerk()
		b := c.charges(acme, "1001", "vora")
		vs := c.charges(acme, "1001", "visionscope")
		f.clock.Advance(0)
		paid := func(session, merchant string) []byte {
			return webhookstest.SessionSucceeded(webhookstest.SessionID(session), webhookstest.MerchantID(merchant), webhookstest.Amount(money.Minor(1499, "EUR")))
		}
		at := []webhookstest.Option{webhookstest.At(f.clock.Now()), webhookstest.To(f.url + "/webhooks")}
		stolen := cobalt.merchant.Vora.SecretKey
		for name, test := range map[string]struct {
			delivery *http.Request
			want     int
		}{
			"for another merchant":         {webhookstest.Vora(stolen, paid(b.session, acme.merchant.ID), at...), http.StatusUnauthorized},
			"for nobody":                   {webhookstest.Vora(stolen, paid(b.session, "mer_nobody"), at...), http.StatusUnauthorized},
			"of another merchant's charge": {webhookstest.Vora(stolen, paid(b.session, cobalt.merchant.ID), at...), http.StatusInternalServerError},
			"without a signature":          {webhookstest.Vora(stolen, paid(b.session, acme.merchant.ID), append(at, webhookstest.WithBodyAfterSigning([]byte("{}")))...), http.StatusUnauthorized},
			"at a made-up route": {webhookstest.VisionScope(strings.Repeat("0", 64), webhookstest.PaymentSucceeded(webhookstest.SessionID(vs.session)),
				webhookstest.To(f.url+"/webhooks/acme/"+vs.order)), http.StatusUnauthorized},
		} {
			response, page := c.do(test.delivery)
			require.Equal(t, test.want, response.StatusCode, name)
			require.NotContains(t, page, "acme", name)
		}
		require.Equal(t, "pending", b.status())
		require.Equal(t, "pending", vs.status())
	})
}
