package main_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/examples/internal/browser"
)

func testVora(t *testing.T, b browser.Browser) {
	t.Run("approved", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		buyer := f.buy(b, "vora-redirect")
		buyer.Pay(browser.Window, approved)
		buyer.Sees(browser.Window, "Thank you!")
		f.becomes(order{"paid", true})
		require.Contains(t, buyer.At(), f.url+"/return/vora?")
	})
	t.Run("3DS", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		buyer := f.buy(b, "vora-redirect")
		buyer.Pay(browser.Window, challenge)
		buyer.Clicks(browser.Window, `button[value="challenge_pass"]`)
		buyer.Sees(browser.Window, "Thank you!")
		f.becomes(order{"paid", true})
	})
	t.Run("declined", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		buyer := f.buy(b, "vora-redirect")
		buyer.Pay(browser.Window, declined)
		buyer.Sees(browser.Window, "The payment did not work")
		f.becomes(order{"failed", false})
	})
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		buyer := f.buy(b, "vora-redirect")
		buyer.Clicks(browser.Window, `button[value="cancel"]`)
		buyer.Sees(browser.Window, "Changed your mind?")
		require.Equal(t, f.url+"/cancelled?order=1", buyer.At())
		require.Equal(t, order{"open", false}, f.order())

		buyer.Clicks(browser.Window, "form button") // go on and pay, in the same session
		buyer.Pay(browser.Window, approved)
		buyer.Sees(browser.Window, "Thank you!")
		f.becomes(order{"paid", true})
		var orders int
		require.NoError(t, f.db.QueryRowContext(t.Context(), "SELECT count(*) FROM orders").Scan(&orders))
		require.Equal(t, 1, orders)
	})
	t.Run("expired", func(t *testing.T) {
		t.Parallel()
		f, clock := standing(t)
		buyer := f.buy(b, "vora-redirect")
		buyer.Sees(browser.Window, "Pay Acme Vitamins")
		clock.Advance(31 * time.Minute)
		f.becomes(order{"expired", false})
		buyer.Reload()
		buyer.Sees(browser.Window, "This session has expired")
		buyer.GoTo(f.url + "/order")
		buyer.Sees(browser.Window, "The checkout has expired")
	})
}
