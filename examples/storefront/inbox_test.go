package main_test

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/examples/internal/browser"
	"github.com/hostedpay/hostedpay-go/examples/storefront/internal/shop"
	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// onInbox reopens the shop with an inbox, in the file of its orders.
func (f *fixture) onInbox() {
	f.t.Helper()
	file := filepath.Join(f.t.TempDir(), "storefront.db")
	require.NoError(f.t, f.db.Close())
	var err error
	f.db, err = shop.OpenFile(file)
	require.NoError(f.t, err)
	f.inbox, err = inbox.SQLite(file)
	require.NoError(f.t, err)
	f.t.Cleanup(f.inbox.Close)
	f.restart()
}

// With an inbox orders of both gateways ship once, events that come again are duplicates, and the
// inbox says that all of them are processed.
func TestAShopWithAnInbox(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.onInbox()
	dispatches := f.countsDispatches()
	for n, way := range []string{"vora-redirect", "visionscope-redirect"} {
		buyer := f.visitor()
		buyer.pays(buyer.orders(way), approved)
		f.becomes(order{"paid", true})
		require.Equal(t, n+1, dispatches())
	}
	paid := webhookstest.SessionSucceeded(f.about(1, "14.99")...)
	for range 3 {
		require.Equal(t, http.StatusOK, f.hears(paid))
	}
	require.Eventually(t, func() bool {
		done, err := f.inbox.Events(t.Context(), inbox.Selection{}, inbox.Page{Status: inbox.StatusProcessed})
		stats, statsErr := f.inbox.Stats(t.Context())
		return err == nil && statsErr == nil && len(done) >= 2 && stats == inbox.Stats{}
	}, browser.Patience, 5*time.Millisecond)
	require.Equal(t, 2, dispatches())
}
