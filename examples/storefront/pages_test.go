package main_test

import (
	"testing"

	"github.com/hostedpay/hostedpay-go/examples/internal/browser"
)

// testPages looks at every page of the shop on a small telephone and on a desk. With
// HOSTEDPAY_SCREENSHOTS set to a folder, it leaves pictures there.
func testPages(t *testing.T, b browser.Browser) {
	f, clock := standing(t)
	buyer := f.buy(b, "visionscope-frame")
	buyer.Sees(browser.Frame, "Pay Acme Vitamins")
	buyer.Looks("frame")
	buyer.Pay(browser.Frame, approved)
	buyer.Sees(browser.Window, "We are checking your payment")
	buyer.Looks("processing")
	clock.Advance(waits)
	buyer.Sees(browser.Window, "your parcel is on its way")
	buyer.Looks("paid")

	buyer = f.buy(b, "vora-redirect")
	buyer.Clicks(browser.Window, `button[value="cancel"]`)
	buyer.Sees(browser.Window, "Changed your mind?")
	buyer.Looks("cancelled")
	buyer.Clicks(browser.Window, "form button")
	buyer.Pay(browser.Window, declined)
	buyer.Sees(browser.Window, "The payment did not work")
	clock.Advance(waits)
	buyer.GoTo(f.url + "/order")
	buyer.Looks("failed")

	buyer = f.buy(b, "visionscope-handover")
	buyer.Sees(browser.Frame, "Pay Acme Vitamins")
	buyer.Looks("handed over")

	f.without(" allow-top-navigation")
	buyer = f.buy(b, "visionscope-frame")
	buyer.Pay(browser.Frame, challenge)
	buyer.Sees(browser.Frame, "sandbox attribute lacks allow-top-navigation")
	buyer.Looks("stuck")

	for name, path := range map[string]string{"product": "/", "orders": "/orders"} {
		buyer.GoTo(f.url + path)
		buyer.Looks(name)
	}
	stranger := b.Open(t, f.url+"/order")
	stranger.Sees(browser.Window, "We do not know this browser")
	stranger.Looks("stranger")
}
