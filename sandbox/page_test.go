package sandbox_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// Somebody who reloads a page of an earlier run learns why it is gone.
func TestUnknownSessionHasAPageOfItsOwn(t *testing.T) {
	t.Parallel()
	w := setup(t)
	known := w.session(vora.SessionParams{})
	for path, wordmark := range map[string]string{
		"/c/vp_cs_test_0000000000000000":  "vora",
		"/checkout/cs_0_0000000000000000": "VisionScope <span>Checkout</span>",
		"/checkout/" + known.ID:           "VisionScope <span>Checkout</span>", // of the other gateway
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			status, header, page := w.browse(method, w.url+path, map[string][]string{"action": {"pay"}})
			require.Equal(t, http.StatusNotFound, status, path)
			require.Contains(t, page, "There is no such session")
			require.Contains(t, page, wordmark)
			require.Equal(t, "no-store", header.Get("Cache-Control"))
			require.Contains(t, header.Get("Content-Security-Policy"), "default-src 'none'")
		}
	}
}

// A shop's page that is reloaded during the challenge frames the way out, and not what refuses to be framed.
func TestChallengeIsNeverFramed(t *testing.T) {
	t.Parallel()
	w := setup(t)
	checkout := w.checkout(money.MustParse("10.00", "EUR")).CheckoutURL
	w.press(checkout, "pay", "card", "4000 0027 6000 3184")
	for dest, want := range map[string]struct{ heading, ancestors string }{
		"iframe":   {"Your bank wants to know if it is you", "frame-ancestors *"},
		"document": {"Is it you?", "frame-ancestors 'none'"},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, checkout.Reveal(), nil)
		require.NoError(t, err)
		request.Header.Set("Sec-Fetch-Dest", dest)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		page, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Contains(t, string(page), want.heading)
		require.Contains(t, response.Header.Get("Content-Security-Policy"), want.ancestors)
	}
}
