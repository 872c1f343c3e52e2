package main_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const waits = 20 * time.Second // of the gateways' clock; longer than all their waits except expiry

// Webhooks and returning buyers arrive in any order.
func testArrivals(t *testing.T, b browser) {
	for way, where := range map[string]place{"visionscope-redirect": window, "visionscope-handover": frame, "visionscope-frame": frame, "vora-redirect": window} {
		asks := way == "vora-redirect" // the gateway, when the buyer is back
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			t.Run("webhook before return", func(t *testing.T) {
				t.Parallel()
				f, clock := standing(t)
				arrived, letIn := f.holdReturns()
				defer letIn()
				buyer := f.buy(b, way)
				buyer.pay(where, approved)
				<-arrived
				clock.Advance(waits)
				f.becomes(order{"paid", true})
				letIn()
				buyer.sees(window, "your parcel is on its way")
			})
			t.Run("return before webhook", func(t *testing.T) {
				t.Parallel()
				f, clock := standing(t)
				buyer := f.buy(b, way)
				buyer.pay(where, approved)
				if !asks {
					buyer.sees(window, "We are checking your payment")
					require.Equal(t, order{"open", false}, f.order(), "nothing leaves because a buyer is back")
					clock.Advance(waits)
					f.becomes(order{"paid", true})
				}
				buyer.sees(window, "your parcel is on its way")
				clock.Advance(waits)
				require.Equal(t, order{"paid", true}, f.order())
			})
			t.Run("webhook never", func(t *testing.T) {
				t.Parallel()
				f, _ := standing(t)
				buyer := f.buy(b, way)
				buyer.pay(where, approved)
				for range 2 { // every time
					if asks {
						buyer.sees(window, "your parcel is on its way")
						require.Equal(t, order{"paid", true}, f.order(), "the gateway has said so")
					} else {
						buyer.sees(window, "We are checking your payment")
						require.Equal(t, order{"open", false}, f.order())
					}
					buyer.reload()
				}
			})
		})
	}
	t.Run("declined, webhook never", func(t *testing.T) {
		t.Parallel()
		f, _ := standing(t)
		buyer := f.buy(b, "visionscope-redirect")
		buyer.pay(window, declined)
		buyer.sees(window, "It looks as if it did not work")
		require.Equal(t, order{"open", false}, f.order(), "an unsigned query decides nothing")
	})
}
