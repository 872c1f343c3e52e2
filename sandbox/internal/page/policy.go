package page

import (
	"strings"

	"github.com/hostedpay/hostedpay-go/internal/hostedpage"
)

// ContentSecurityPolicy returns the value of the Content-Security-Policy header to serve the page
// of c with.
//
// A browser applies form-action to the redirects that follow a form, too. So formAction names where
// the sandbox sends the buyer afterwards: the http or https URLs of the merchant, of which only the
// origin counts. Other values are ignored.
func ContentSecurityPolicy(c Checkout, formAction ...string) string {
	targets := "'self'"
	for _, target := range formAction {
		if source, ok := hostedpage.Source(target); ok {
			targets += " " + source
		}
	}
	return strings.Join([]string{
		"default-src 'none'",
		"style-src " + styleSource,
		"script-src " + scriptSource,
		"img-src https: data:",
		"form-action " + targets,
		"base-uri 'none'",
		"frame-ancestors " + frameAncestors(c),
	}, "; ")
}

// frameAncestors says who may frame the page. An embeddable page is made to stand in a shop's page,
// but not while the buyer authenticates: a page on top of the frame could steer that click. It
// leaves the frame first.
func frameAncestors(c Checkout) string {
	if c.Embeddable && c.State != StateChallenge {
		return "*"
	}
	return "'none'"
}
