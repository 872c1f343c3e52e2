package page

import (
	"embed"
	"io/fs"
	"strings"

	"github.com/hostedpay/hostedpay-go/internal/hostedpage"
)

var (
	//go:embed assets/*.css
	styles embed.FS
	//go:embed assets/page.js
	script string
)

// Every page carries the styles of all gateways, which are a few hundred bytes each, so that there
// is one style sheet and one hash of it.
var style = sharedStyle() + gatewayStyles()

func sharedStyle() string {
	css, err := styles.ReadFile(sharedStyleFile)
	if err != nil {
		panic(err) // it is embedded
	}
	return string(css)
}

const sharedStyleFile = "assets/page.css"

// gatewayStyles are the style sheets named after gateways.
func gatewayStyles() string {
	var all strings.Builder
	files, err := fs.Glob(styles, "assets/*.css")
	for _, file := range files {
		if file == sharedStyleFile {
			continue
		}
		var css []byte
		if css, err = styles.ReadFile(file); err != nil {
			break
		}
		all.Write(css)
	}
	if err != nil {
		panic(err) // they are embedded
	}
	return all.String()
}

// Style and script are inlined as they are, so the policy can name them by their hash: anything
// else that finds its way into a page does not run.
var (
	styleSource  = hostedpage.Hash(style)
	scriptSource = hostedpage.Hash(script)
)
