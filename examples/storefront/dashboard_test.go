package main_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/examples/internal/browser"
)

// The sandbox's dashboard, from a purchase to what happened because of it.
func testDashboard(t *testing.T, b browser.Browser) {
	f := setup(t)
	for _, way := range []string{"vora-redirect", "visionscope-redirect"} {
		buyer := f.buy(b, way)
		buyer.Pay(browser.Window, approved)
		buyer.Sees(browser.Window, "your parcel is on its way")
	}
	const rows = `document.querySelectorAll("#live-sessions tbody tr").length + " " + document.querySelectorAll("#live-deliveries .list > li").length`
	shows := func(d *browser.Tab, want string) {
		t.Helper()
		d.Until(want, func() (bool, error) {
			got, err := d.Text(browser.Window, rows)
			return got == want, err
		})
	}
	d := b.Open(t, f.pages+"/")
	shows(d, "2 2")
	d.Looks("dashboard")

	d.Clicks(browser.Window, `a[id^="trace-vp_cs_test_"]`)
	shows(d, "1 1")
	d.Sees(browser.Window, "session.succeeded")
	d.Looks("dashboard, one session")
	d.Clicks(browser.Window, "#all")
	shows(d, "2 2")

	d.Clicks(browser.Window, "#q")
	d.Do(chromedp.KeyEvent("payment.success"))
	shows(d, "0 1")
	address := f.pages + "/?q=payment.success" // which can be kept
	d.Until(address, func() (bool, error) { return d.At() == address, nil })

	// In a window beside an editor the header has the sections and room to filter.
	d.Do(chromedp.EmulateViewport(900, 800))
	d.GoTo(f.pages + "/")
	require.Equal(t, "true", d.Asks(browser.Window, `document.querySelector("header").offsetHeight <= 60`))
	require.Equal(t, "true", d.Asks(browser.Window, `document.querySelector("nav").offsetWidth > 0 && document.getElementById("q").offsetWidth >= 120`))

	// On a telephone the header is one line, stays, and has the sections in a menu.
	d.Do(chromedp.EmulateViewport(320, 800))
	d.GoTo(f.pages + "/")
	require.Equal(t, "true", d.Asks(browser.Window, `document.querySelector("header").offsetHeight <= 60`))
	d.Clicks(browser.Window, "button.sections")
	d.Clicks(browser.Window, `nav a[href="#keys"]`)
	d.Until("the menu to close", func() (bool, error) {
		closed, err := d.Text(browser.Window, `document.querySelector("nav:popover-open") === null`)
		return closed == "true", err
	})
	require.Equal(t, "true", d.Asks(browser.Window, `document.querySelector("header").getBoundingClientRect().top === 0`))
	require.Equal(t, "true", d.Asks(browser.Window, `document.getElementById("keys").getBoundingClientRect().top >= document.querySelector("header").offsetHeight`), "not below the header")
}
