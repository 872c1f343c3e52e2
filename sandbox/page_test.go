package sandbox_test

import (
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// The page of a session of an earlier run says why it is gone.
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

// A shop's page that is reloaded during the challenge frames the way out, and not what must not be
// framed.
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
		response, err := w.http.Do(request)
		require.NoError(t, err)
		page, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Contains(t, string(page), want.heading)
		require.Contains(t, response.Header.Get("Content-Security-Policy"), want.ancestors)
	}
}

func TestPageWritesAmountsInTheSessionsLocale(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.session(vora.SessionParams{
		Amount: money.MustParse("2998.00", "EUR"), Locale: "de-DE",
		LineItems: []vora.LineItem{{Name: "Vitamin D3", Quantity: 200, UnitAmount: money.MustParse("14.99", "EUR")}},
	})
	_, _, page := w.browse(http.MethodGet, created.CheckoutURL.Reveal(), nil)
	require.Contains(t, page, `Pay <bdi lang="de">2.998,00 EUR</bdi>`)
	require.Contains(t, page, `200 × <bdi lang="de">14,99 EUR</bdi>`)
}

// The page says that test mode always declines an amount.
func TestPageNamesTheAmountThatIsAlwaysDeclined(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const always = `Test mode always declines <bdi lang="en">2.00 USD</bdi>, whatever the card.`
	declined := w.session(vora.SessionParams{Amount: money.MustParse("2.00", "USD")})
	_, _, page := w.browse(http.MethodGet, declined.CheckoutURL.Reveal(), nil)
	require.Contains(t, page, always)
	w.press(declined.CheckoutURL, "pay", "card", "4242 4242 4242 4242")
	_, _, page = w.browse(http.MethodGet, declined.CheckoutURL.Reveal(), nil)
	require.Contains(t, page, "Payment failed")
	require.Contains(t, page, always)

	_, _, page = w.browse(http.MethodGet, w.checkout(money.MustParse("2.00", "USD")).CheckoutURL.Reveal(), nil)
	require.NotContains(t, page, "always declines", "the rule is the other gateway's")
}

func TestChallengeNamesTheLastDigitsOfTheCard(t *testing.T) {
	t.Parallel()
	w := setup(t)
	checkout := w.checkout(money.MustParse("10.00", "EUR")).CheckoutURL
	_, _, page := w.press(checkout, "pay", "card", "4000-0027-6000-3184")
	require.Contains(t, page, "the card that ends in <b>3184</b>")
	require.NotContains(t, page, "6000", "no other digit")
}

// A framed checkout can end as the documentation allows: the frame gives way to the shop's page, or
// sends it a message.
func TestFramedPageLeavesTheFrame(t *testing.T) {
	t.Parallel()
	w := setup(t)
	message := regexp.MustCompile(`data-message="([^"]*)"`)
	for card, want := range map[string]struct{ status, reason string }{
		"4242 4242 4242 4242": {"paid", ""},
		"4000 0000 0000 0002": {"failed", "Declined"},
	} {
		checkout := w.checkout(money.MustParse("10.00", "EUR"))
		status, location, page := w.press(checkout.CheckoutURL, "pay", "card", card, "exit", "message")
		require.Equal(t, http.StatusOK, status)
		require.Nil(t, location)
		sent := message.FindStringSubmatch(page)
		require.NotNil(t, sent, page)
		var got map[string]string
		require.NoError(t, json.Unmarshal([]byte(html.UnescapeString(sent[1])), &got))
		require.Contains(t, got["return_url"], "status="+want.status)
		require.Contains(t, got["return_url"], "order_id="+got["order_id"])
		require.Contains(t, page, `href="`+strings.ReplaceAll(got["return_url"], "&", "&amp;"), "and the buyer can go there without a script")
		delete(got, "return_url")
		require.NotEmpty(t, got["order_id"])
		delete(got, "order_id")
		expected := map[string]string{"type": "visionscope.checkout.finished", "session_id": checkout.ID, "status": want.status}
		if want.reason != "" {
			expected["reason"] = want.reason
		}
		require.Equal(t, expected, got)

		again := func(exit string) (header http.Header, page string) { // the form once more, as a browser's reload sends it
			_, header, page = w.browse(http.MethodPost, checkout.CheckoutURL.Reveal(), url.Values{"action": {"pay"}, "exit": {exit}})
			return header, page
		}
		header, page := again("break_out")
		require.Empty(t, header.Get("Location"))
		require.Contains(t, page, `id="break-out"`)
		header, _ = again("")
		require.Contains(t, header.Get("Location"), "status="+want.status, "the return URL in the frame, as before")
	}
	created := w.session(vora.SessionParams{SuccessURL: "https://shop.example.com/thanks"})
	_, location, _ := w.press(created.CheckoutURL, "pay", "card", "4242 4242 4242 4242", "exit", "message")
	require.NotNil(t, location, "a page that cannot be framed has no other way out")
}
