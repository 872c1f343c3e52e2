package sandbox_test

import (
	"fmt"
	"testing"

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
	restore := func(n int, ended bool, now string) {
		t.Helper()
		d, err := w.gateways.RestoreWebhooks(id, url(n))
		require.NoError(t, err)
		require.Equal(t, control.Diversion{Ended: ended, WebhookURL: now}, d)
	}
	account := func() control.VoraAccount { return w.gateways.Merchants()[0].Vora }
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
