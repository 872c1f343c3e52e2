package embedded

import (
	"bytes"
	"html/template"
	"net/http"

	"github.com/hostedpay/hostedpay-go/internal/hostedpage"
)

// breakOutScript leaves the frame. Where the sandbox forbids that, some browsers throw and others
// do nothing.
const breakOutScript = `if (top !== self) {
  const stuck = () => document.getElementById("hostedpay-stuck")?.removeAttribute("hidden");
  setTimeout(stuck, 2000);
  try { top.location.replace(location.href); } catch { stuck(); }
}`

// BreakOut wraps the handler of the return page. After a checkout in a [Frame] the return page
// would load inside the frame; BreakOut responds to that request with a few lines that load it
// again in the whole window. Every other request goes to next. (VisionScope documentation, section
// 4, option C, "Return URL behavior".)
//
// It must stand in front of everything that reads cookies: inside the frame the navigation comes
// from the gateway's site, and browsers leave out cookies that are SameSite=Lax or Strict; in the
// whole window they are there.
//
// A frame whose sandbox attribute lacks allow-top-navigation cannot be left. The shopper then sees
// why, with a link that opens the return page in a new window.
//
// Only these lines can be framed: next may forbid framing altogether. Browsers say where they load
// a page with Sec-Fetch-Dest, on https and on localhost; for those before 2023 that do not, put
// [BreakOutScript] into the return page as well.
func BreakOut(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Sec-Fetch-Dest")
		if dest := r.Header.Get("Sec-Fetch-Dest"); dest != "iframe" && dest != "frame" {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Del("X-Frame-Options") // which a shop may set for all of its pages
		serve(w, bytes.NewBufferString(breakOutPage), "script-src "+BreakOutScriptSource())
	})
}

// The first link is for browsers without scripts.
const breakOutPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="robots" content="noindex">
<title>Back to the shop</title>
</head>
<body>
<p><a href="" target="_top">Continue</a></p>
<div id="hostedpay-stuck" role="alert" hidden>
<p>The shop cannot be shown here: this frame may not be left. <a href="" target="_blank" rel="noopener">Continue in a new window</a></p>
<p>For the shop: the iframe's sandbox attribute lacks <code>allow-top-navigation</code>.</p>
</div>
<script>` + breakOutScript + `</script>
</body>
</html>
`

// BreakOutScript loads a framed return page in the whole window, for browsers that [BreakOut]
// cannot recognize. Such a page must allow [BreakOutScriptSource] as a script, and framing by the
// shop: frame-ancestors 'self'.
func BreakOutScript() template.HTML { return "<script>" + breakOutScript + "</script>" }

// BreakOutScriptSource is the source that script-src of a Content-Security-Policy needs for
// [BreakOutScript].
func BreakOutScriptSource() string { return hostedpage.Hash(breakOutScript) }
