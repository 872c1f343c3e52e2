package main_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// testPages looks at every page of the shop on a small telephone and on a desk. With
// HOSTEDPAY_SCREENSHOTS set to a folder, it leaves pictures there.
func testPages(t *testing.T, b browser) {
	f, clock := standing(t)
	buyer := f.buy(b, "visionscope-frame")
	buyer.sees(frame, "Pay Acme Vitamins")
	buyer.looks("frame")
	buyer.pay(frame, approved)
	buyer.sees(window, "We are checking your payment")
	buyer.looks("processing")
	clock.Advance(waits)
	buyer.sees(window, "your parcel is on its way")
	buyer.looks("paid")

	buyer = f.buy(b, "vora-redirect")
	buyer.clicks(window, `button[value="cancel"]`)
	buyer.sees(window, "Changed your mind?")
	buyer.looks("cancelled")
	buyer.clicks(window, "form button")
	buyer.pay(window, declined)
	buyer.sees(window, "The payment did not work")
	clock.Advance(waits)
	buyer.goTo(f.url + "/order")
	buyer.looks("failed")

	buyer = f.buy(b, "visionscope-handover")
	buyer.sees(frame, "Pay Acme Vitamins")
	buyer.looks("handed over")

	f.without(" allow-top-navigation")
	buyer = f.buy(b, "visionscope-frame")
	buyer.pay(frame, challenge)
	buyer.sees(frame, "sandbox attribute lacks allow-top-navigation")
	buyer.looks("stuck")

	for name, path := range map[string]string{"product": "/", "orders": "/orders"} {
		buyer.goTo(f.url + path)
		buyer.looks(name)
	}
	stranger := b.open(t, f.url+"/order")
	stranger.sees(window, "We do not know this browser")
	stranger.looks("stranger")
}

// looks requires that a page fits the window, and takes a screenshot.
func (b *tab) looks(name string) {
	b.t.Helper()
	for size, width := range map[string]int64{"320": 320, "1280": 1280} {
		b.do(chromedp.EmulateViewport(width, 800))
		over := b.asks(window, "document.documentElement.scrollWidth - innerWidth")
		require.Equal(b.t, "0", over, "the %s page is wider than a window of %d", name, width)
		if folder := os.Getenv("HOSTEDPAY_SCREENSHOTS"); folder != "" {
			picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
			require.NoError(b.t, err)
			require.NoError(b.t, os.WriteFile(filepath.Join(folder, name+" "+size+".png"), picture, 0o600))
		}
	}
	b.do(chromedp.EmulateViewport(1280, 900))
}
