package dashboard

import (
	_ "embed" // for the assets

	"github.com/hostedpay/hostedpay-go/internal/hostedpage"
)

var (
	//go:embed assets/dashboard.css
	style string
	//go:embed assets/dashboard.js
	script string
)

// ContentSecurityPolicy is the value of the header to serve the dashboard with: the inlined style
// and script by their hash, and nothing else but the sandbox's own API. What a stranger sent cannot
// run, and cannot call home.
var ContentSecurityPolicy = "default-src 'none'; style-src " + hostedpage.Hash(style) + "; script-src " + hostedpage.Hash(script) +
	"; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
