package main_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func testVora(t *testing.T, b browser) {
	t.Run("approved", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		buyer := f.buy(b, "vora-redirect")
		buyer.pay(window, approved)
		buyer.sees(window, "Thank you!")
		f.becomes(order{"paid", true})
		require.Contains(t, buyer.at(), f.url+"/return/vora?")
	})
	t.Run("3DS", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		buyer := f.buy(b, "vora-redirect")
		buyer.pay(window, challenge)
		buyer.clicks(window, `button[value="challenge_pass"]`)
		buyer.sees(window, "Thank you!")
		f.becomes(order{"paid", true})
	})
	t.Run("declined", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		buyer := f.buy(b, "vora-redirect")
		buyer.pay(window, declined)
		buyer.sees(window, "The payment did not work")
		f.becomes(order{"failed", false})
	})
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		f := setup(t)
		buyer := f.buy(b, "vora-redirect")
		buyer.clicks(window, `button[value="cancel"]`)
		buyer.sees(window, "Changed your mind?")
		require.Equal(t, f.url+"/cancelled?order=1", buyer.at())
		require.Equal(t, order{"open", false}, f.order())

		buyer.clicks(window, "form button") // go on and pay, in the same session
		buyer.pay(window, approved)
		buyer.sees(window, "Thank you!")
		f.becomes(order{"paid", true})
		var orders int
		require.NoError(t, f.db.QueryRowContext(t.Context(), "SELECT count(*) FROM orders").Scan(&orders))
		require.Equal(t, 1, orders)
	})
	t.Run("expired", func(t *testing.T) {
		t.Parallel()
		f, clock := standing(t)
		buyer := f.buy(b, "vora-redirect")
		buyer.sees(window, "Pay Acme Vitamins")
		clock.Advance(31 * time.Minute)
		f.becomes(order{"expired", false})
		buyer.reload()
		buyer.sees(window, "This session has expired")
		buyer.goTo(f.url + "/order")
		buyer.sees(window, "The checkout has expired")
	})
}
