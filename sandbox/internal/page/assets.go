package page

import (
	"crypto/sha256"
	_ "embed" // for the assets
	"encoding/base64"
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
	styleSource  = hashSource(style)
	scriptSource = hashSource(script)
)

// hashSource names an inline element by its content, in the terms of a
// Content-Security-Policy.
func hashSource(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
