package browser

import (
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// Pay fills in the form of a hosted page with a test card and sends it.
func (b *Tab) Pay(p Place, card string) {
	b.t.Helper()
	b.Until("the number of the card", func() (bool, error) {
		b.Clicks(p, `button[data-number="`+card+`"]`)
		number, err := b.Text(p, `document.getElementById("card").value`)
		return number != "", err
	})
	b.Clicks(p, `button[value="pay"]`)
}

// Looks requires that a page fits the window of a small telephone and that of a desk. With
// HOSTEDPAY_SCREENSHOTS set to a folder, it leaves pictures there.
func (b *Tab) Looks(name string) {
	b.t.Helper()
	for size, width := range map[string]int64{"320": 320, "1280": 1280} {
		b.Do(chromedp.EmulateViewport(width, 800))
		over := b.Asks(Window, "document.documentElement.scrollWidth - innerWidth")
		require.Equal(b.t, "0", over, "the %s page is wider than a window of %d", name, width)
		if folder := os.Getenv("HOSTEDPAY_SCREENSHOTS"); folder != "" {
			picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
			require.NoError(b.t, err)
			require.NoError(b.t, os.WriteFile(filepath.Join(folder, name+" "+size+".png"), picture, 0o600)) //nolint:gosec // the folder is that of whoever runs the tests
		}
	}
	b.Do(chromedp.EmulateViewport(1280, 900))
}

// Fill writes a value into a field of the page.
func (b *Tab) Fill(selector, value string) {
	b.t.Helper()
	b.Clicks(Window, selector)
	b.Do(chromedp.SetValue(selector, value))
}
