package page

import (
	_ "embed" // for the assets

	"github.com/hostedpay/hostedpay-go/internal/hostedpage"
)

var (
	//go:embed assets/page.css
	sharedStyle string
	//go:embed assets/visionscope.css
	visionScopeStyle string
	//go:embed assets/vora.css
	voraStyle string

	//go:embed assets/page.js
	script string
)

// Every page carries the style of both gateways, which is a few hundred bytes,
// so that there is one style sheet and one hash of it.
var style = sharedStyle + visionScopeStyle + voraStyle

// Style and script are inlined as they are, so the policy can name them by
// their hash: anything else that finds its way into a page does not run.
var (
	styleSource  = hostedpage.Hash(style)
	scriptSource = hostedpage.Hash(script)
)
