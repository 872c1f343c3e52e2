package hostedpage_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/hostedpage"
	"github.com/hostedpay/hostedpay-go/sdk"
)

func TestOriginAndSource(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ address, origin, source string }{
		"page":         {"https://pay.example.com/checkout/cs_1?a=b#c", "https://pay.example.com", "https://pay.example.com"},
		"port":         {"http://localhost:4010/x", "http://localhost:4010", "http://localhost:4010"},
		"user":         {"https://user:secret@pay.example.com/x", "https://pay.example.com", "https://pay.example.com"},
		"IPv6":         {"http://[::1]:8080/x", "http://[::1]:8080", "http:"},
		"not ASCII":    {"https://bücher.example/", "https://bücher.example", "https:"},
		"injection":    {"https://a.example;script-src/x", "https://a.example;script-src", "https:"},
		"empty":        {"", "", ""},
		"path":         {"/checkout", "", ""},
		"no scheme":    {"//pay.example.com/x", "", ""},
		"no host":      {"https:///x", "", ""},
		"script":       {"javascript:alert(1)", "", ""},
		"data":         {"data:text/html,x", "", ""},
		"not an URL":   {"https://pay.example.com/%zz", "", ""},
		"control char": {"https://pay.example.com/\nx", "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			origin, ok := hostedpage.Origin(test.address)
			require.Equal(t, test.origin, origin)
			require.Equal(t, test.origin != "", ok)
			source, ok := hostedpage.Source(test.address)
			require.Equal(t, test.source, source)
			require.Equal(t, test.source != "", ok)
		})
	}
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	hostedpage.Redirect(w, httptest.NewRequest(http.MethodPost, "/buy", nil), sdk.NewSecret("https://pay.example.com/checkout/cs_1?a=b&c=%20"))
	require.Equal(t, http.StatusSeeOther, w.Code, "so that a form's POST becomes a GET")
	require.Equal(t, "https://pay.example.com/checkout/cs_1?a=b&c=%20", w.Header().Get("Location"))
	require.Equal(t, "no-store", w.Header().Get("Cache-Control"))

	for _, odd := range []string{"", "/checkout/cs_1", "//evil.example", "javascript:alert(1)"} {
		w := httptest.NewRecorder()
		hostedpage.Redirect(w, httptest.NewRequest(http.MethodPost, "/buy", nil), sdk.NewSecret(odd))
		require.Equal(t, http.StatusBadGateway, w.Code, odd)
		require.Empty(t, w.Header().Get("Location"))
		require.Equal(t, "The payment page cannot be opened.\n", w.Body.String())
	}
}

// A script cannot follow a redirect to another site: it gets what it can use.
func TestRedirectOfAScript(t *testing.T) {
	t.Parallel()
	const address = "https://pay.example.com/checkout/cs_1?a=b&c=\"<ü>"
	const turbo = "text/vnd.turbo-stream.html, text/html, application/xhtml+xml"
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	tests := map[string]struct {
		header map[string]string
		status int
		check  func(t *testing.T, w *httptest.ResponseRecorder)
	}{
		"document":                   {map[string]string{"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Accept": browser}, http.StatusSeeOther, leads},
		"document in a frame":        {map[string]string{"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe", "Accept": browser}, http.StatusSeeOther, leads},
		"document of an old browser": {map[string]string{"Accept": browser}, http.StatusSeeOther, leads},
		"no browser at all":          {nil, http.StatusSeeOther, leads},
		"curl":                       {map[string]string{"Accept": "*/*"}, http.StatusSeeOther, leads},
		"htmx":                       {map[string]string{"HX-Request": "true", "Accept": "*/*", "Sec-Fetch-Mode": "cors"}, http.StatusOK, header("HX-Redirect")},
		"htmx, boosted":              {map[string]string{"HX-Request": "true", "HX-Boosted": "true", "Accept": "text/html"}, http.StatusOK, header("HX-Redirect")},
		"Inertia":                    {map[string]string{"X-Inertia": "true", "Accept": "text/html, application/xhtml+xml", "X-Requested-With": "XMLHttpRequest"}, http.StatusConflict, header("X-Inertia-Location")},
		"Turbo":                      {map[string]string{"Sec-Fetch-Mode": "same-origin", "Sec-Fetch-Dest": "empty", "Accept": turbo}, http.StatusConflict, goesOn},
		"Turbo over plain http":      {map[string]string{"Accept": turbo}, http.StatusConflict, goesOn},
		"Turbo frame":                {map[string]string{"Turbo-Frame": "cart", "Accept": "text/html"}, http.StatusConflict, goesOn},
		"Unpoly":                     {map[string]string{"X-Up-Version": "3.8.0", "Accept": "text/html"}, http.StatusConflict, goesOn},
		"fetch":                      {map[string]string{"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", "Accept": "*/*"}, http.StatusOK, hasJSON},
		"fetch, same origin":         {map[string]string{"Sec-Fetch-Mode": "same-origin"}, http.StatusOK, hasJSON},
		"fetch of JSON":              {map[string]string{"Accept": "application/json"}, http.StatusOK, hasJSON},
		"XMLHttpRequest":             {map[string]string{"X-Requested-With": "XMLHttpRequest", "Accept": "*/*"}, http.StatusOK, hasJSON},
		"axios":                      {map[string]string{"Accept": "application/json, text/plain, */*", "Sec-Fetch-Mode": "cors"}, http.StatusOK, hasJSON},
	}
	for name, test := range tests {
		for _, method := range []string{http.MethodPost, http.MethodGet} {
			t.Run(name+" "+method, func(t *testing.T) {
				t.Parallel()
				r := httptest.NewRequest(method, "/buy", nil)
				for key, value := range test.header {
					r.Header.Set(key, value)
				}
				w := httptest.NewRecorder()
				hostedpage.Redirect(w, r, sdk.NewSecret(address))
				require.Equal(t, test.status, w.Code)
				require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
				test.check(t, w)

				w = httptest.NewRecorder()
				hostedpage.Redirect(w, r, sdk.NewSecret("javascript:alert(1)"))
				require.Equal(t, http.StatusBadGateway, w.Code)
				require.NotContains(t, w.Body.String(), "alert")
				require.NotContains(t, fmt.Sprint(w.Header()), "alert")
			})
		}
	}
}

const escaped = `https://pay.example.com/checkout/cs_1?a=b&c="<%c3%bc>`

func leads(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	require.Equal(t, escaped, w.Header().Get("Location"))
}

func header(name string) func(*testing.T, *httptest.ResponseRecorder) {
	return func(t *testing.T, w *httptest.ResponseRecorder) {
		t.Helper()
		require.Equal(t, escaped, w.Header().Get(name))
		require.Empty(t, w.Header().Get("Location"))
		require.Empty(t, w.Body.String())
	}
}

func hasJSON(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	require.Empty(t, w.Header().Get("Location"))
	var body struct{ Redirect, Hint string }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &body))
	require.Equal(t, "https://pay.example.com/checkout/cs_1?a=b&c=\"<ü>", body.Redirect)
	require.Contains(t, body.Hint, "location.href")
}

func goesOn(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	require.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
	require.Empty(t, w.Header().Get("Location"))
	body := w.Body.String()
	require.Contains(t, body, `<meta http-equiv="refresh" content="0; url=https://pay.example.com/checkout/cs_1?a=b&amp;c=&#34;&lt;`)
	require.Contains(t, body, `data-turbo="false">Continue to the payment page</a>`)
	require.Contains(t, body, `href="https://pay.example.com/checkout/cs_1?a=b&amp;c=&#34;&lt;`)
}
