package dashboard

import (
	"embed"
	"io/fs"

	"github.com/hostedpay/hostedpay-go/internal/hostedpage"
)

var (
	//go:embed assets/dashboard.css
	sharedStyle string
	//go:embed assets/gateways/*.css
	gatewayStyles embed.FS // the color of each gateway's badge, in a file named after the gateway
	//go:embed assets/dashboard.js
	script string
)

var style = sharedStyle + allOf(gatewayStyles, "assets/gateways/*.css")

func allOf(files embed.FS, pattern string) (all string) {
	names, err := fs.Glob(files, pattern)
	for _, name := range names {
		var text []byte
		if text, err = files.ReadFile(name); err != nil {
			break
		}
		all += string(text)
	}
	if err != nil {
		panic(err) // they are embedded
	}
	return all
}

// ContentSecurityPolicy is the value of the header to serve the dashboard with: the inlined style
// and script by their hash, and nothing else but the sandbox's own API. What a stranger sent cannot
// run, and cannot call home.
var ContentSecurityPolicy = "default-src 'none'; style-src " + hostedpage.Hash(style) + "; script-src " + hostedpage.Hash(script) +
	"; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
