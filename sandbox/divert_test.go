package sandbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// Diversions end in any order, and events go where the last one that is left says. A URL that is
// registered ends them all.
func TestDiversions(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const id = "mer_acme_vitamins"
	url := func(n int) string { return fmt.Sprintf("http://127.0.0.1:9/%d", n) }
	divert := func(n int) { t.Helper(); require.NoError(t, w.gateways.DivertWebhooks(id, url(n))) }
	account := func() control.VoraAccount { return w.gateways.Merchants()[0].Vora }
	restore := func(n int, ended bool, now string) {
		t.Helper()
		d, err := w.gateways.RestoreWebhooks(id, url(n))
		require.NoError(t, err)
		require.Equal(t, control.Diversion{Ended: ended, WebhookURL: now, Diverted: len(account().DivertedURLs) > 0}, d)
	}
	own := account().WebhookURL
	before := w.gateways.Merchants()[0]

	restore(1, false, own)
	divert(1)
	divert(2)
	divert(3)
	divert(2) // again: it counts once, and last
	require.Equal(t, url(2), account().WebhookURL)
	require.Equal(t, []string{own, url(1), url(3)}, account().DivertedURLs)
	restore(1, true, url(2))
	restore(2, true, url(3))
	restore(2, false, url(3))
	restore(3, true, own)
	require.Equal(t, before, w.gateways.Merchants()[0])

	require.NoError(t, w.gateways.DivertWebhooks(id, own)) // to what is registered
	restore(1, false, own)
	_, err := w.gateways.RestoreWebhooks(id, own)
	require.NoError(t, err)
	require.Equal(t, before, w.gateways.Merchants()[0])

	divert(1)
	divert(2)
	require.NoError(t, w.gateways.SetWebhookURL(id, url(4)))
	restore(1, false, url(4))
	restore(2, false, url(4))

	for n := range 300 { // programs that were killed
		divert(1000 + n)
	}
	require.Len(t, account().DivertedURLs, 100)
	require.Equal(t, url(4), account().DivertedURLs[0], "the registered one is kept")
}

func TestDiversionsThatCannotBe(t *testing.T) {
	t.Parallel()
	w := setup(t)
	require.ErrorContains(t, w.gateways.DivertWebhooks(sandbox.Acme.ID, ""), "a diversion needs a URL")
	require.ErrorContains(t, w.gateways.DivertWebhooks(sandbox.Acme.ID, "https://shop.example.com/"), "not on this machine")
	require.ErrorContains(t, w.gateways.DivertWebhooks("mer_nobody", w.shopURL), `unknown merchant "mer_nobody"`)
	_, err := w.gateways.RestoreWebhooks("mer_nobody", w.shopURL)
	require.ErrorContains(t, err, `unknown merchant "mer_nobody"`)
}

// nobody is a URL where nobody listens any more.
func nobody(t *testing.T) string {
	t.Helper()
	gone := httptest.NewServer(nil)
	gone.Close()
	return gone.URL
}

// A program that diverted events and was killed keeps none of them: where nobody listens, the
// diversion ends, and the same attempt goes on to the URL before it.
func TestDiversionsToWhereNobodyListens(t *testing.T) {
	t.Parallel()
	w := setup(t)
	gone := nobody(t)
	own := w.gateways.Merchants()[0].Vora.WebhookURL
	require.NoError(t, w.gateways.DivertWebhooks(sandbox.Acme.ID, gone+"/1"))
	require.NoError(t, w.gateways.DivertWebhooks(sandbox.Acme.ID, gone+"/2"))
	w.gateways.PauseDeliveries()
	for range 3 {
		w.pay()
	}
	w.gateways.ResumeDeliveries()
	require.Equal(t, []string{"session.succeeded", "session.succeeded", "session.succeeded"}, w.types())
	for _, d := range w.gateways.Deliveries() {
		require.Equal(t, control.DeliveryAccepted, d.State)
		require.Equal(t, own, d.URL)
		require.Len(t, d.Attempts, 1)
		require.Equal(t, own, d.Attempts[0].URL)
		require.Empty(t, d.Attempts[0].Problem)
	}
	require.Equal(t, own, w.gateways.Merchants()[0].Vora.WebhookURL)
	require.Empty(t, w.gateways.Merchants()[0].Vora.DivertedURLs)
}

// A diversion to a server that responds, if only with errors, does not end; neither does the
// registration of a URL where nobody listens.
func TestDiversionsThatStay(t *testing.T) {
	t.Parallel()
	w := setup(t)
	failing := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(failing.Close)
	require.NoError(t, w.gateways.DivertWebhooks(sandbox.Acme.ID, failing.URL))
	w.pay()
	require.Empty(t, w.received())
	require.Equal(t, http.StatusNotFound, w.only().Attempts[0].Status)
	require.Equal(t, failing.URL, w.gateways.Merchants()[0].Vora.WebhookURL)

	gone := nobody(t)
	require.NoError(t, w.gateways.SetWebhookURL(sandbox.Acme.ID, gone))
	w.clock.Advance(time.Second)
	require.Contains(t, w.only().Attempts[1].Problem, "refused")
	require.Equal(t, gone, w.gateways.Merchants()[0].Vora.WebhookURL)
}

// Each attempt goes to the URL that the account has then.
func TestAttemptsGoToTheURLOfNow(t *testing.T) {
	t.Parallel()
	w := setup(t)
	own := w.gateways.Merchants()[0].Vora.WebhookURL
	w.rejectNext(1)
	w.pay()
	require.Empty(t, w.received())
	require.NoError(t, w.gateways.SetWebhookURL(sandbox.Acme.ID, ""))
	w.clock.Advance(time.Second)
	require.Equal(t, "no webhook URL is registered for the merchant", w.only().Attempts[1].Problem)
	require.ErrorContains(t, w.gateways.Resend(w.only().ID), "no webhook URL is registered")
	require.NoError(t, w.gateways.SetWebhookURL(sandbox.Acme.ID, w.shopURL+"/vora?moved"))
	w.clock.Advance(5 * time.Second)
	require.Equal(t, []string{"session.succeeded"}, w.types())
	d := w.only()
	require.Equal(t, control.DeliveryAccepted, d.State)
	require.Equal(t, []string{own, "", own + "?moved"}, []string{d.Attempts[0].URL, d.Attempts[1].URL, d.Attempts[2].URL})

	require.NoError(t, w.gateways.SetWebhookURL(sandbox.Acme.ID, w.shopURL+"/vora?again"))
	require.NoError(t, w.gateways.Resend(d.ID))
	w.clock.Advance(0)
	require.Equal(t, own+"?again", w.only().URL)
}

// A program that has taken events before is not there any more when it was ended: no attempt fails
// because of a connection that it has left behind.
func TestAttemptsHaveConnectionsOfTheirOwn(t *testing.T) {
	t.Parallel()
	w := setup(t)
	listener := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer listener.Close()
	require.NoError(t, w.gateways.DivertWebhooks(sandbox.Acme.ID, listener.URL))
	w.pay()
	require.Empty(t, w.types(), "it was taken there")
	w.gateways.PauseDeliveries()
	w.pay()
	require.NoError(t, listener.Listener.Close())
	listener.CloseClientConnections() // at the very moment of the next attempt
	w.gateways.ResumeDeliveries()
	require.Equal(t, []string{"session.succeeded"}, w.types())
}
