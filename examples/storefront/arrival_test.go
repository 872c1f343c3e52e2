package main_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/examples/internal/browser"
)

const waits = 20 * time.Second // of the gateways' clock; longer than all their waits except expiry

// Webhooks and returning buyers arrive in any order.
func testArrivals(t *testing.T, b browser.Browser) {
	for way, where := range map[string]browser.Place{"visionscope-redirect": browser.Window, "visionscope-handover": browser.Frame, "visionscope-frame": browser.Frame, "vora-redirect": browser.Window} {
		asks := way == "vora-redirect" // the gateway, when the buyer is back
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			t.Run("webhook before return", func(t *testing.T) {
				t.Parallel()
				f, clock := standing(t)
				arrived, letIn := f.holdReturns()
				defer letIn()
				buyer := f.buy(b, way)
				buyer.Pay(where, approved)
				<-arrived
				clock.Advance(waits)
				f.becomes(order{"paid", true})
				letIn()
				buyer.Sees(browser.Window, "your parcel is on its way")
			})
			t.Run("return before webhook", func(t *testing.T) {
				t.Parallel()
				f, clock := standing(t)
				buyer := f.buy(b, way)
				buyer.Pay(where, approved)
				if !asks {
					buyer.Sees(browser.Window, "We are checking your payment")
					require.Equal(t, order{"open", false}, f.order(), "nothing leaves because a buyer is back")
					clock.Advance(waits)
					f.becomes(order{"paid", true})
				}
				buyer.Sees(browser.Window, "your parcel is on its way")
				clock.Advance(waits)
				require.Equal(t, order{"paid", true}, f.order())
			})
			t.Run("webhook never", func(t *testing.T) {
				t.Parallel()
				f, _ := standing(t)
				buyer := f.buy(b, way)
				buyer.Pay(where, approved)
				for range 2 { // every time
					if asks {
						buyer.Sees(browser.Window, "your parcel is on its way")
						require.Equal(t, order{"paid", true}, f.order(), "the gateway has said so")
					} else {
						buyer.Sees(browser.Window, "We are checking your payment")
						require.Equal(t, order{"open", false}, f.order())
					}
					buyer.Reload()
				}
			})
		})
	}
	t.Run("declined, webhook never", func(t *testing.T) {
		t.Parallel()
		f, _ := standing(t)
		buyer := f.buy(b, "visionscope-redirect")
		buyer.Pay(browser.Window, declined)
		buyer.Sees(browser.Window, "It looks as if it did not work")
		require.Equal(t, order{"open", false}, f.order(), "an unsigned query decides nothing")
	})
}
