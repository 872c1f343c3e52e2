package main_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// A parcel leaves once, whether the gateway says first that the order is paid in a webhook, or when
// it is asked because the buyer is back, or both at once.
func TestAReadAndAWebhookSendOneParcel(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(f *fixture, read, webhook func()){
		"read before webhook": func(_ *fixture, read, webhook func()) { read(); webhook() },
		"webhook before read": func(_ *fixture, read, webhook func()) { webhook(); read() },
		"webhook during read": func(f *fixture, read, webhook func()) {
			f.mu.Lock()
			f.during = webhook
			f.mu.Unlock()
			read()
		},
		"both at once": func(_ *fixture, read, webhook func()) {
			var both sync.WaitGroup
			for range 4 {
				both.Go(read)
				both.Go(webhook)
			}
			both.Wait()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, _ := standing(t)
			dispatches := f.countsDispatches()
			buyer := f.visitor()
			back := buyer.pays(buyer.orders("vora-redirect"), approved)
			paid := webhookstest.SessionSucceeded(f.about(1, "14.99")...)
			run(f, func() {
				if response, err := buyer.http.Get(f.url + back); err == nil {
					response.Body.Close()
				}
			}, func() {
				if response, err := (&http.Client{Transport: connections}).Do(f.delivery(paid)); err == nil {
					response.Body.Close()
				}
			})
			require.Equal(t, order{"paid", true}, f.order())
			require.Equal(t, 1, dispatches())
			_, page := buyer.get(back)
			require.Contains(t, page, "your parcel is on its way")
			_, page = buyer.get("/orders")
			require.NotContains(t, page, "look at it")

			require.Equal(t, http.StatusOK, f.hears(webhookstest.RefundCreated(f.about(1, "14.99")...)))
			require.Equal(t, 1499, f.refunded())
			require.Equal(t, 1, dispatches())
		})
	}
}

// A read alone sends the parcel, and its webhook never comes.
func TestAReadIsTheGatewaysWord(t *testing.T) {
	t.Parallel()
	for card, want := range map[string]order{approved: {"paid", true}, declined: {"failed", false}} {
		t.Run(want.State, func(t *testing.T) {
			t.Parallel()
			f, _ := standing(t)
			buyer := f.visitor()
			back := buyer.pays(buyer.orders("vora-redirect"), card)
			require.Equal(t, order{"open", false}, f.order())
			buyer.get(back)
			require.Equal(t, want, f.order())
		})
	}
}

// countsDispatches counts how often a parcel is sent. The orders show only whether it was.
func (f *fixture) countsDispatches() (dispatches func() int) {
	f.t.Helper()
	for _, statement := range []string{
		"CREATE TABLE dispatches (number INTEGER)",
		"CREATE TRIGGER dispatch AFTER UPDATE OF shipped_at ON orders BEGIN INSERT INTO dispatches VALUES (NEW.number); END",
	} {
		_, err := f.db.ExecContext(f.t.Context(), statement)
		require.NoError(f.t, err)
	}
	return func() (n int) {
		f.t.Helper()
		require.NoError(f.t, f.db.QueryRowContext(f.t.Context(), "SELECT count(*) FROM dispatches").Scan(&n))
		return n
	}
}
