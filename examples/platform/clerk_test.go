package main_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A clerk sits at the platform, with a browser that does not follow redirects.
type clerk struct {
	*fixture
	http *http.Client
}

// connections are nobody else's: closing an httptest.Server closes the idle connections of
// http.DefaultTransport, also one that another test is about to use.
var connections = http.DefaultTransport.(*http.Transport).Clone()

func (f *fixture) clerk() clerk {
	return clerk{f, &http.Client{Transport: connections, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (c clerk) get(path string) (*http.Response, string) {
	c.t.Helper()
	request, err := http.NewRequest(http.MethodGet, c.url+path, nil)
	require.NoError(c.t, err)
	return c.do(request)
}

// post sends a form as a browser does from the platform's own pages.
func (c clerk) post(path string, form url.Values) (*http.Response, string) {
	c.t.Helper()
	return c.postFrom("same-origin", path, form)
}

func (c clerk) postFrom(site, path string, form url.Values) (*http.Response, string) {
	c.t.Helper()
	request, err := http.NewRequest(http.MethodPost, c.url+path, strings.NewReader(form.Encode()))
	require.NoError(c.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", site)
	return c.do(request)
}

func (c clerk) do(request *http.Request) (*http.Response, string) {
	c.t.Helper()
	response, err := c.http.Do(request)
	require.NoError(c.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	return response, string(body)
}

var orderField = regexp.MustCompile(`name="order" value="([^"]+)"`)

// form is the form that charges a customer, as the platform sent it.
func (c clerk) form(of tenant, customer, gateway string) url.Values {
	c.t.Helper()
	_, page := c.get("/tenants/" + of.id)
	found := orderField.FindStringSubmatch(page)
	require.NotNil(c.t, found, "the page has no form")
	return url.Values{"customer": {customer}, "order": {found[1]}, "gateway": {gateway}}
}

// A bill is an order that was charged.
type bill struct {
	clerk
	of       tenant
	order    string
	checkout string // the address of its page
	session  string
}

// charges charges a customer of a tenant.
func (c clerk) charges(of tenant, customer, gateway string) bill {
	c.t.Helper()
	form := c.form(of, customer, gateway)
	response, body := c.post("/tenants/"+of.id+"/charges", form)
	require.Equal(c.t, http.StatusSeeOther, response.StatusCode, body)
	return bill{c, of, form.Get("order"), response.Header.Get("Location"), c.session().ID}
}

func (b bill) path() string { return "/tenants/" + b.of.id + "/charges/" + b.order }

func (b bill) confirm() string { return "/confirm/" + b.of.id + "/" + b.order }

// pays pays on the gateway's page, and returns the path that the buyer is sent back to.
func (b bill) pays(card string) (back string) {
	b.t.Helper()
	page, err := buyer.Open(b.t.Context(), b.http, sdk.NewSecret(b.checkout))
	require.NoError(b.t, err)
	to, err := page.Pay(b.t.Context(), card)
	require.NoError(b.t, err)
	require.NotNil(b.t, to)
	back, found := strings.CutPrefix(to.String(), b.url)
	require.True(b.t, found)
	return back
}

// page is the page of the charge.
func (b bill) page() string {
	b.t.Helper()
	response, body := b.get(b.path())
	require.Equal(b.t, http.StatusOK, response.StatusCode)
	return body
}

var statusMark = regexp.MustCompile(`class="headline"><h1>[^<]*</h1><span class="state [a-z]*">([^<]*)<`)

// status is where the charge stands, as its page says.
func (b bill) status() string {
	b.t.Helper()
	found := statusMark.FindStringSubmatch(b.page())
	require.NotNil(b.t, found)
	return found[1]
}

var refundField = regexp.MustCompile(`name="reference" value="(refund-[^"]+)">\s*<label`)

var refundWithdrawn = regexp.MustCompile(`/refunds/withdraw"><input type="hidden" name="reference" value="([^"]+)"`)

// asks asks for a refund with the form of the charge's page.
func (b bill) asks(amount string) *http.Response {
	b.t.Helper()
	found := refundField.FindStringSubmatch(b.page())
	require.NotNil(b.t, found, "the page has no form for a refund")
	response, _ := b.post(b.path()+"/refunds", url.Values{"reference": {found[1]}, "amount": {amount}})
	return response
}
