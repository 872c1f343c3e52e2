package main_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/examples/internal/browser"
	"github.com/hostedpay/hostedpay-go/examples/storefront/internal/shop"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
)

// A visitor is a browser without scripts and frames, which does not follow redirects.
type visitor struct {
	t    *testing.T
	f    *fixture
	http *http.Client
}

// connections are nobody else's: when an httptest.Server is closed, http.DefaultTransport closes
// its idle connections, also one that another test is about to use.
var connections = http.DefaultTransport.(*http.Transport).Clone()

func (f *fixture) visitor() visitor {
	jar, err := cookiejar.New(nil)
	require.NoError(f.t, err)
	return visitor{f.t, f, &http.Client{Transport: connections, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (v visitor) get(path string) (*http.Response, string) {
	v.t.Helper()
	response, err := v.http.Get(v.f.url + path)
	require.NoError(v.t, err)
	return v.read(response)
}

func (v visitor) post(path string, form url.Values) (*http.Response, string) {
	v.t.Helper()
	response, err := v.http.PostForm(v.f.url+path, form)
	require.NoError(v.t, err)
	return v.read(response)
}

func (v visitor) read(response *http.Response) (*http.Response, string) {
	v.t.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(v.t, err)
	return response, string(body)
}

var purchaseField = regexp.MustCompile(`name="purchase" value="([^"]+)"`)

// form returns the buy form as the shop sent it.
func (v visitor) form(way string) url.Values {
	v.t.Helper()
	_, page := v.get("/")
	return url.Values{"purchase": {purchaseField.FindStringSubmatch(page)[1]}, "way": {way}}
}

func (f *fixture) count() (n int) {
	f.t.Helper()
	require.NoError(f.t, f.db.QueryRowContext(f.t.Context(), "SELECT count(*) FROM orders").Scan(&n))
	return n
}

func TestOnlyTheShopsOwnFormsBuy(t *testing.T) {
	t.Parallel()
	f := setup(t)
	buyer, other := f.visitor(), f.visitor()
	mine := buyer.form("vora-redirect")
	id, _, _ := strings.Cut(mine.Get("purchase"), ".")
	for name, purchase := range map[string]string{
		"none": "", "another visitor's": other.form("vora-redirect").Get("purchase"), "without proof": id, "proof of something else": id + ".00",
	} {
		response, page := buyer.post("/buy", url.Values{"purchase": {purchase}, "way": {"vora-redirect"}})
		require.Equal(t, http.StatusForbidden, response.StatusCode, name)
		require.Contains(t, page, "This form is too old", name)
	}
	response, _ := buyer.post("/buy", url.Values{"purchase": mine["purchase"], "way": {"on-credit"}})
	require.Equal(t, http.StatusForbidden, response.StatusCode, "a way that is not offered")
	response, _ = f.visitor().post("/buy", mine)
	require.Equal(t, http.StatusForbidden, response.StatusCode, "the form without the visitor's cookie")
	require.Zero(t, f.count())
}

func TestThePriceIsTheShops(t *testing.T) {
	t.Parallel()
	f := setup(t)
	buyer := f.visitor()
	form := buyer.form("vora-redirect")
	form.Set("amount", "1")
	form.Set("currency", "JPY")
	response, _ := buyer.post("/buy", form)
	require.Equal(t, http.StatusSeeOther, response.StatusCode)
	var amount int
	var currency string
	require.NoError(t, f.db.QueryRowContext(t.Context(), "SELECT amount, currency FROM orders").Scan(&amount, &currency))
	require.Equal(t, 1499, amount)
	require.Equal(t, "EUR", currency)
}

// An order keeps the price that its buyer saw, even if the form is sent again after the price has
// changed.
func TestAnOrderKeepsItsPrice(t *testing.T) {
	t.Parallel()
	f := setup(t)
	buyer := f.visitor()
	form := buyer.form("visionscope-redirect")
	buyer.post("/buy", form)
	_, err := f.db.ExecContext(t.Context(), "UPDATE orders SET product = 'Sunny D2', amount = 999, currency = 'USD'")
	require.NoError(t, err)
	form.Set("way", "visionscope-frame")
	response, _ := buyer.post("/buy", form)
	require.Equal(t, "/checkout?order=1", response.Header.Get("Location"))
	_, page := buyer.get("/checkout?order=1")
	require.Contains(t, page, "Sunny D2")
	require.Contains(t, page, "9.99 USD")
}

// A double click creates one order, and shows one checkout.
func TestOneFormIsOneOrder(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"visionscope-redirect", "vora-redirect"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			f := setup(t)
			buyer := f.visitor()
			form := buyer.form(way)
			var mu sync.Mutex
			var all sync.WaitGroup
			shown := map[string]bool{}
			for range 4 {
				all.Go(func() {
					response, err := buyer.http.PostForm(f.url+"/buy", form)
					if err != nil {
						return
					}
					response.Body.Close()
					mu.Lock()
					defer mu.Unlock()
					shown[response.Header.Get("Location")] = true
				})
			}
			all.Wait()
			require.Len(t, shown, 1)
			require.NotContains(t, shown, "")
			require.Equal(t, 1, f.count())
		})
	}
}

func TestAnOrderIsFoundByItsCookieOnly(t *testing.T) {
	t.Parallel()
	f := setup(t)
	buyer := f.visitor()
	buyer.post("/buy", buyer.form("visionscope-redirect"))
	var session string
	require.NoError(t, f.db.QueryRowContext(t.Context(), "SELECT session FROM orders").Scan(&session))

	response, page := f.visitor().get("/return/visionscope?status=paid&order_id=VS-1&session_id=" + session)
	require.Equal(t, http.StatusNotFound, response.StatusCode)
	require.Contains(t, page, "We do not know this browser")
	require.NotContains(t, page, "Sunny")

	_, page = buyer.get("/return/visionscope?status=paid&order_id=VS-1&session_id=" + session)
	require.Contains(t, page, "We are checking your payment", "anybody can type such a query")
	require.Equal(t, order{"open", false}, f.order())
}

func TestTheGatewayIsDown(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.refuse(true)
	buyer := f.visitor()
	form := buyer.form("vora-redirect")
	response, page := buyer.post("/buy", form)
	require.Equal(t, http.StatusBadGateway, response.StatusCode)
	require.Contains(t, page, "Paying is not possible right now")

	f.refuse(false)
	response, _ = buyer.post("/buy", form) // back, and again
	require.Equal(t, http.StatusSeeOther, response.StatusCode)
	require.Equal(t, 1, f.count())
}

func TestCookiesAreForTheBrowserOnly(t *testing.T) {
	t.Parallel()
	f := setup(t)
	response, _ := f.visitor().get("/")
	cookies := response.Cookies()
	require.Len(t, cookies, 1)
	require.True(t, cookies[0].HttpOnly)
	require.Equal(t, http.SameSiteLaxMode, cookies[0].SameSite)
	require.Equal(t, "no-store", response.Header.Get("Cache-Control"))
}

// With https the cookie is sent to no other host, and no other host of the site can set it.
func TestCookiesAreForHTTPSOnly(t *testing.T) {
	t.Parallel()
	db, err := shop.OpenInMemory()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	client, err := visionscope.New(sandbox.Acme.VisionScope.APIKey, sdk.WithBaseURL(visionscope.DevelopmentURL))
	require.NoError(t, err)
	s, err := shop.New(shop.Config{PublicURL: "https://shop.example.com", DB: db, VisionScope: client, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://shop.example.com/", nil))
	cookies := answer.Result().Cookies()
	require.Len(t, cookies, 1)
	// Browsers accept a name with this prefix only with the attributes below.
	require.Equal(t, "__Host-visitor", cookies[0].Name)
	require.True(t, cookies[0].Secure)
	require.Equal(t, "/", cookies[0].Path)
	require.Empty(t, cookies[0].Domain)
}

// A parcel leaves once, however often the event is delivered.
func TestAParcelLeavesOnce(t *testing.T) {
	t.Parallel()
	f := setup(t)
	var mu sync.Mutex
	taken := 0
	f.put(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/webhooks/") {
				next.ServeHTTP(w, r)
				return
			}
			mu.Lock()
			taken++
			first := taken == 1
			mu.Unlock()
			next.ServeHTTP(w, r)
			if first {
				panic(http.ErrAbortHandler) // the gateway gets no response, and redelivers it
			}
		})
	})
	buyer := f.visitor()
	response, _ := buyer.post("/buy", buyer.form("visionscope-redirect"))
	buyer.pays(response.Header.Get("Location"), approved)
	require.Eventually(t, func() bool { mu.Lock(); defer mu.Unlock(); return taken == 2 }, browser.Patience, 5*time.Millisecond)
	require.Equal(t, order{"paid", true}, f.order())
	require.Eventually(t, func() bool { return strings.Contains(f.logged.String(), "webhook was a duplicate") }, browser.Patience, 5*time.Millisecond)
}
