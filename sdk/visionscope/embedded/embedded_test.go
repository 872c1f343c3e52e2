package embedded_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope/embedded"
)

const (
	checkoutID     = "cs_mo8ly3a8_67d5e72898f11888"
	checkoutOrigin = "https://pay.visionscopeai.com"
	checkoutURL    = checkoutOrigin + "/checkout/" + checkoutID
)

func checkout(address string) *visionscope.CreatedCheckout {
	return &visionscope.CreatedCheckout{ID: checkoutID, CheckoutURL: sdk.NewSecret(address)}
}

// notOnTheWeb are addresses that a broken gateway may give, and that no browser may be sent to.
func notOnTheWeb() []string {
	return []string{"", "/checkout/cs_1", "//pay.example.com", "javascript:alert(1)", "data:text/html,x", "https:"}
}

// hashes are the policy sources of a document's inline scripts.
func hashes(document string) []string {
	var found []string
	for _, script := range regexp.MustCompile(`(?s)<script\b[^>]*>(.*?)</script>`).FindAllStringSubmatch(document, -1) {
		found = append(found, hash(script[1]))
	}
	return found
}

func hash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// directive is the value of one directive of a policy.
func directive(t *testing.T, policy, name string) string {
	t.Helper()
	for d := range strings.SplitSeq(policy, "; ") {
		if value, ok := strings.CutPrefix(d, name+" "); ok {
			return value
		}
	}
	require.Failf(t, "no such directive", "%s in %q", name, policy)
	return ""
}

func TestWhatIsNotOnTheWebIsNotShown(t *testing.T) {
	t.Parallel()
	for _, address := range notOnTheWeb() {
		created := checkout(address)
		w := httptest.NewRecorder()
		err := embedded.HandOver(w, created, "/checkout")
		require.ErrorContains(t, err, "not an http or https URL", address)
		require.Empty(t, w.Body.String(), "the shop can still respond")
		require.Empty(t, w.Header())

		_, err = embedded.NewFrame(created)
		require.ErrorContains(t, err, "not an http or https URL", address)
	}
}

func TestHandOverPage(t *testing.T) {
	t.Parallel()
	const hostile = checkoutURL + `?a=b&c="><script>alert(1)</script>`
	w := httptest.NewRecorder()
	require.NoError(t, embedded.HandOver(w, checkout(hostile), `/checkout?x="y`))
	page := w.Body.String()
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, page, `data-checkout="`+template.HTMLEscapeString(hostile)+`"`)
	require.Contains(t, page, `data-page="/checkout?x=&#34;y"`)
	require.NotContains(t, page, "<script>alert")

	h := w.Header()
	require.Equal(t, "no-store", h.Get("Cache-Control"))
	require.Equal(t, "no-referrer", h.Get("Referrer-Policy"))
	require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
	require.Equal(t, "text/html; charset=utf-8", h.Get("Content-Type"))
	require.Empty(t, h.Get("Location"))

	policy := h.Get("Content-Security-Policy")
	require.Equal(t, []string{directive(t, policy, "script-src")}, hashes(page), "exactly its own script runs")
	for _, name := range []string{"default-src", "frame-ancestors", "base-uri", "form-action"} {
		require.Equal(t, "'none'", directive(t, policy, name))
	}
	require.NotContains(t, policy, "unsafe")
	require.NotContains(t, page, " style=")
}

func TestTheShopsPagesAreItsOwn(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "checkout", "//evil.example", `/\evil.example`, "https://evil.example", "javascript:alert(1)", "/\t/evil.example", "/a\n"} {
		w := httptest.NewRecorder()
		require.ErrorContains(t, embedded.HandOver(w, checkout(checkoutURL), address), "is not a path", address)
		require.Empty(t, w.Body.String(), address)
		_, err := embedded.PickUpFrame(checkoutOrigin, address)
		require.ErrorContains(t, err, "is not a path", address)
	}
	require.NoError(t, embedded.HandOver(httptest.NewRecorder(), checkout(checkoutURL), "/"))
}

// The attributes of section 4, letter by letter.
const documented = `<iframe
  id="checkoutFrame"
  title="Secure Checkout"
  sandbox="allow-scripts allow-forms allow-same-origin allow-top-navigation allow-popups"
  referrerpolicy="no-referrer-when-downgrade"
  style="width:100%; height:100vh; border:0; display:block;"`

func TestFrameHasTheDocumentedAttributes(t *testing.T) {
	t.Parallel()
	frame, err := embedded.NewFrame(checkout(checkoutURL + "?a=b&c=d"))
	require.NoError(t, err)
	require.Equal(t, documented+"\n  src=\""+checkoutURL+"?a=b&amp;c=d\"\n></iframe>", string(frame.HTML()))

	pickUp, err := embedded.PickUpFrame(checkoutOrigin, "/")
	require.NoError(t, err)
	element, script, found := strings.Cut(string(pickUp.HTML()), "></iframe>")
	require.True(t, found)
	require.Equal(t, documented+"\n", element, "the address is not in the page")
	require.Contains(t, script, `data-home="/"`)
}

func TestFrameIsAComponent(t *testing.T) {
	t.Parallel()
	frame, err := embedded.NewFrame(checkout(checkoutURL + `?x="><script>alert(1)</script>`))
	require.NoError(t, err)
	var page strings.Builder
	require.NoError(t, template.Must(template.New("").Parse(`<main>{{.HTML}}</main>`)).Execute(&page, frame))
	require.Contains(t, page.String(), `<main><iframe`)
	require.NotContains(t, page.String(), "<script>")
}

func TestFramePolicyAllowsExactlyTheFrame(t *testing.T) {
	t.Parallel()
	frame, err := embedded.NewFrame(checkout(checkoutURL))
	require.NoError(t, err)
	style := "'unsafe-hashes' " + hash("width:100%; height:100vh; border:0; display:block;")
	require.Equal(t, embedded.FramePolicy{FrameSrc: "'self' " + checkoutOrigin, StyleSrcAttr: style}, frame.Policy())
	require.Equal(t, "frame-src 'self' "+checkoutOrigin+"; style-src-attr "+style, frame.Policy().String())

	pickUp, err := embedded.PickUpFrame(checkoutOrigin, "/")
	require.NoError(t, err)
	policy := pickUp.Policy()
	require.Equal(t, []string{policy.ScriptSrc}, hashes(string(pickUp.HTML())))
	require.Equal(t, frame.Policy().String()+"; script-src "+policy.ScriptSrc, policy.String())

	local, err := embedded.NewFrame(checkout("http://[::1]:4010/checkout/cs_1"))
	require.NoError(t, err)
	require.Equal(t, "'self' http:", local.Policy().FrameSrc, "a policy cannot express an IPv6 address")
}

func TestPickUpFrameNeedsAnOrigin(t *testing.T) {
	t.Parallel()
	for _, address := range notOnTheWeb() {
		_, err := embedded.PickUpFrame(address, "/")
		require.ErrorContains(t, err, "not the origin of a checkout", address)
	}
	frame, err := embedded.PickUpFrame(checkoutURL, "/")
	require.NoError(t, err)
	require.Equal(t, "'self' "+checkoutOrigin, frame.Policy().FrameSrc, "of a whole address only the origin counts")
}

func TestFramesPrintWithoutTheAddress(t *testing.T) {
	t.Parallel()
	frame, err := embedded.NewFrame(checkout(checkoutURL))
	require.NoError(t, err)
	printed := fmt.Sprintf("%v %+v %#v %s %q", frame, frame, frame, frame, frame)
	require.NotContains(t, printed, checkoutID)
	require.Contains(t, printed, checkoutOrigin)
	require.Empty(t, embedded.Frame{}.HTML())
}

func TestBreakOut(t *testing.T) {
	t.Parallel()
	handler := embedded.BreakOut(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("Thank you"))
	}))
	load := func(dest string) *httptest.ResponseRecorder {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/return?session_id=cs_1&status=paid", nil)
		w.Header().Set("X-Frame-Options", "DENY") // as a shop does for all of its pages
		if dest != "" {
			r.Header.Set("Sec-Fetch-Dest", dest)
		}
		handler.ServeHTTP(w, r)
		require.Equal(t, []string{"Sec-Fetch-Dest"}, w.Header().Values("Vary"))
		return w
	}
	for _, dest := range []string{"document", "empty", ""} {
		w := load(dest)
		require.Equal(t, "Thank you", w.Body.String(), dest)
		require.Equal(t, "DENY", w.Header().Get("X-Frame-Options"))
	}
	for _, dest := range []string{"iframe", "frame"} {
		w := load(dest)
		page := w.Body.String()
		require.NotContains(t, page, "Thank you", dest)
		require.NotContains(t, page, "cs_1", "it repeats nothing of the query")
		require.Contains(t, page, `<a href="" target="_top">`)
		require.Contains(t, page, `<div id="hostedpay-stuck" role="alert" hidden>`, "shown when the frame cannot be left")
		require.Equal(t, []string{embedded.BreakOutScriptSource()}, hashes(page))
		require.Empty(t, w.Header().Get("X-Frame-Options"), "it has to load in the frame to leave it")
		require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		policy := w.Header().Get("Content-Security-Policy")
		require.Equal(t, embedded.BreakOutScriptSource(), directive(t, policy, "script-src"))
		require.NotContains(t, policy, "frame-ancestors")
	}
	require.Equal(t, []string{embedded.BreakOutScriptSource()}, hashes(string(embedded.BreakOutScript())))
}
