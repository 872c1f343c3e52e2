package main_test

import (
	"testing"

	"github.com/hostedpay/hostedpay-go/examples/internal/browser"
)

// All tests that need a browser, in one.
func TestInABrowser(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	for name, test := range map[string]func(*testing.T, browser.Browser){
		"VisionScope":                           testVisionScope,
		"Vora":                                  testVora,
		"hand-over":                             testHandOver,
		"frame, reloaded":                       testFrameReload,
		"frame, without allow-top-navigation":   testFrameWithoutTopNavigation,
		"ways out of the frame":                 testFrameExits,
		"test cards":                            testCards,
		"dashboard":                             testDashboard,
		"pages":                                 testPages,
		"webhooks and buyers come in any order": testArrivals,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, b)
		})
	}
}
