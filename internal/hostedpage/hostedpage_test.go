package hostedpage_test

import (
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

func TestSeeOther(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	hostedpage.SeeOther(w, httptest.NewRequest(http.MethodPost, "/buy", nil), sdk.NewSecret("https://pay.example.com/checkout/cs_1?a=b&c=%20"))
	require.Equal(t, http.StatusSeeOther, w.Code, "so that a form's POST becomes a GET")
	require.Equal(t, "https://pay.example.com/checkout/cs_1?a=b&c=%20", w.Header().Get("Location"))
	require.Equal(t, "no-store", w.Header().Get("Cache-Control"))

	for _, odd := range []string{"", "/checkout/cs_1", "//evil.example", "javascript:alert(1)"} {
		w := httptest.NewRecorder()
		hostedpage.SeeOther(w, httptest.NewRequest(http.MethodPost, "/buy", nil), sdk.NewSecret(odd))
		require.Equal(t, http.StatusBadGateway, w.Code, odd)
		require.Empty(t, w.Header().Get("Location"))
		require.Equal(t, "The payment page cannot be opened.\n", w.Body.String())
	}
}
