package main_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// The sandbox's dashboard, from a purchase to what happened because of it.
func testDashboard(t *testing.T, b browser) {
	f := setup(t)
	for _, way := range []string{"vora-redirect", "visionscope-redirect"} {
		buyer := f.buy(b, way)
		buyer.pay(window, approved)
		buyer.sees(window, "your parcel is on its way")
	}
	const rows = `document.querySelectorAll("#live-sessions tbody tr").length + " " + document.querySelectorAll("#live-deliveries .list > li").length`
	shows := func(d *tab, want string) {
		t.Helper()
		d.until(want, func() (bool, error) {
			got, err := d.text(window, rows)
			return got == want, err
		})
	}
	d := b.open(t, f.pages+"/")
	shows(d, "2 2")
	d.looks("dashboard")

	d.clicks(window, `a[id^="trace-vp_cs_test_"]`)
	shows(d, "1 1")
	d.sees(window, "session.succeeded")
	d.looks("dashboard, one session")
	d.clicks(window, "#all")
	shows(d, "2 2")

	d.clicks(window, "#q")
	d.do(chromedp.KeyEvent("payment.success"))
	shows(d, "0 1")
	address := f.pages + "/?q=payment.success" // which can be kept
	d.until(address, func() (bool, error) { return d.at() == address, nil })

	// On a telephone the header is one line, stays, and has the sections in a menu.
	d.do(chromedp.EmulateViewport(320, 800))
	d.goTo(f.pages + "/")
	require.Equal(t, "true", d.asks(window, `document.querySelector("header").offsetHeight <= 60`))
	d.clicks(window, "button.sections")
	d.clicks(window, `nav a[href="#keys"]`)
	d.until("the menu to close", func() (bool, error) {
		closed, err := d.text(window, `document.querySelector("nav:popover-open") === null`)
		return closed == "true", err
	})
	require.Equal(t, "true", d.asks(window, `document.querySelector("header").getBoundingClientRect().top === 0`))
	require.Equal(t, "true", d.asks(window, `document.getElementById("keys").getBoundingClientRect().top >= document.querySelector("header").offsetHeight`), "not below the header")
}
