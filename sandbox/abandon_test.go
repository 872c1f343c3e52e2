package sandbox_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A buyer who closes the tab leaves the session as it is, until it expires.
func TestVoraAbandon(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.session(vora.SessionParams{CancelURL: w.shopURL + "/cart"})
	page := w.abandon(created.CheckoutURL)
	require.Contains(t, page, "The shop is told when the session expires at 13:48 UTC")

	session, err := w.vora.GetSession(t.Context(), created.ID)
	require.NoError(t, err)
	require.Equal(t, vora.StatusPending, session.Status)
	w.clock.Advance(30*time.Minute - time.Second)
	require.Empty(t, w.received())

	w.clock.Advance(time.Second)
	require.Equal(t, []string{"session.expired"}, w.types())
	_, _, body := w.browse(http.MethodPost, created.CheckoutURL.Reveal(), map[string][]string{"action": {"abandon"}})
	require.Contains(t, body, "This session has expired")
}

// VisionScope does not report it to the shop, and its sessions have no documented lifetime.
func TestVisionScopeAbandon(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.checkout(money.MustParse("10.00", "EUR"))
	page := w.abandon(created.CheckoutURL)
	require.Contains(t, page, "The shop is never told")
	require.NotContains(t, page, "session.expired")

	w.clock.Advance(365 * 24 * time.Hour)
	require.Empty(t, w.received())
	require.Equal(t, control.SessionPending, w.gateways.Sessions()[0].Status)
}

func TestAbandonedSessionsCanStillBePaid(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, checkout := range []sdk.Secret{
		w.session(vora.SessionParams{}).CheckoutURL,
		w.checkout(money.MustParse("10.00", "EUR")).CheckoutURL,
	} {
		w.abandon(checkout)
		w.abandon(checkout) // as a reload of that page does
		status, _, _ := w.press(checkout, "pay", "card", "4242 4242 4242 4242")
		require.Equal(t, http.StatusSeeOther, status)
	}
	w.clock.Advance(2 * time.Second)
	require.ElementsMatch(t, []string{"session.succeeded", "payment.success"}, w.types())
}

// A buyer who leaves the challenge finds it again.
func TestAbandonedChallengeWaits(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.session(vora.SessionParams{})
	w.press(created.CheckoutURL, "pay", "card", "4000 0027 6000 3184")
	status, _, page := w.browse(http.MethodPost, created.CheckoutURL.Reveal(), map[string][]string{"action": {"abandon"}})
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "You left without paying")

	status, _, _ = w.press(created.CheckoutURL, "challenge_pass")
	require.Equal(t, http.StatusSeeOther, status)
	require.Equal(t, []string{"session.succeeded"}, w.types())
}

// A stale tab shows the session's current status, and offers no way on.
func TestAbandonAfterPaymentChangesNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.session(vora.SessionParams{})
	w.press(created.CheckoutURL, "pay", "card", "4242 4242 4242 4242")
	status, header, page := w.browse(http.MethodPost, created.CheckoutURL.Reveal(), map[string][]string{"action": {"abandon"}})
	require.Equal(t, http.StatusOK, status)
	require.Empty(t, header.Get("Location"))
	require.Contains(t, page, "Payment successful")
	require.Equal(t, []string{"session.succeeded"}, w.types())
	require.Equal(t, control.SessionSucceeded, w.gateways.Sessions()[0].Status)
}

// abandon presses the button, and requires that the browser stays, on a page that is not cached.
func (w *world) abandon(checkout sdk.Secret) (page string) {
	w.t.Helper()
	_, _, open := w.browse(http.MethodGet, checkout.Reveal(), nil)
	require.Contains(w.t, open, `value="abandon"`)
	status, header, page := w.browse(http.MethodPost, checkout.Reveal(), map[string][]string{"action": {"abandon"}})
	require.Equal(w.t, http.StatusOK, status)
	require.Empty(w.t, header.Get("Location"))
	require.Equal(w.t, "no-store", header.Get("Cache-Control"))
	require.Contains(w.t, page, "You left without paying")
	return page
}
