package page

import (
	"fmt"
	"html/template"
	"math"
)

// view is a checkout as the templates see it, with what they would otherwise have to compute.
type view struct{ Checkout }

// Style is the page's style sheet.
func (view) Style() template.CSS { return template.CSS(style) } //nolint:gosec // embedded, not input

// Script is the page's script.
func (view) Script() template.JS { return template.JS(script) } //nolint:gosec // embedded, not input

// SecondsLeft is how long the session still lives. It rounds up: a page that reloads at zero then
// finds the session expired, and not about to expire.
func (v view) SecondsLeft() int {
	return int(math.Ceil(max(0, v.ExpiresAt.Sub(v.Now).Seconds())))
}

// ExpiryTime is when the session ends, for a browser that cannot count down.
func (v view) ExpiryTime() string {
	end, now := v.ExpiresAt.UTC(), v.Now.UTC()
	if end.YearDay() == now.YearDay() && end.Year() == now.Year() {
		return end.Format("at 15:04 UTC")
	}
	return end.Format("on 2 January at 15:04 UTC")
}

// CardExpiry is an expiry date in the future of the sandbox's clock, for the test cards.
func (v view) CardExpiry() string {
	const yearsAhead = 3
	return fmt.Sprintf("12 / %02d", (v.Now.UTC().Year()+yearsAhead)%100)
}
