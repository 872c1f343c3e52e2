package hostedpage

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// Redirect sends the browser on to a hosted page, in the way that what sent the request can follow:
//
//   - A document gets a 303, so that a form's POST becomes a GET.
//   - A script cannot follow a redirect to another origin. htmx and Inertia get the header that has
//     them load the page, a script that shows HTML (Turbo) a 409 whose page goes on by itself, and
//     any other script JSON with the address.
//
// The response is not stored, because whoever has the address can see the purchase. What is not an
// http or https URL is a 502 and shown to nobody: http.Redirect would take it for a path of the
// shop.
func Redirect(w http.ResponseWriter, r *http.Request, page sdk.Secret) {
	address := page.Reveal()
	w.Header().Set("Cache-Control", "no-store")
	if _, ok := Origin(address); !ok {
		http.Error(w, "The payment page cannot be opened.", http.StatusBadGateway)
		return
	}
	switch h := r.Header; {
	case h.Get("HX-Request") != "":
		w.Header().Set("HX-Redirect", ascii(address))
	case h.Get("X-Inertia") != "":
		w.Header().Set("X-Inertia-Location", ascii(address))
		w.WriteHeader(http.StatusConflict)
	case !fromScript(h):
		http.Redirect(w, r, address, http.StatusSeeOther)
	case accepts(h, "text/html"):
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusConflict)
		_, _ = io.WriteString(w, onward(address)) // the buyer may have gone
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{
			"redirect": address, "hint": "a script cannot follow a redirect to another site: set location.href to this address",
		})
	}
}

// ascii writes what a header cannot carry as http.Redirect does.
func ascii(address string) string {
	var b strings.Builder
	for i := range len(address) {
		if address[i] < 0x80 {
			b.WriteByte(address[i])
		} else {
			fmt.Fprintf(&b, "%%%02x", address[i])
		}
	}
	return b.String()
}

// onward is a page for scripts that put a response into the page, and fall silent at any 2xx that
// is not a redirect. Its address has been checked, so that escaping is enough. Package html would
// do that too, and adds its table of 2,231 named characters, 64 KiB, to every consumer's binary.
func onward(address string) string {
	escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;").Replace(address)
	return strings.ReplaceAll(onwardPage, "ADDRESS", escaped)
}

const onwardPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url=ADDRESS">
<title>Secure checkout</title>
</head>
<body>
<p><a href="ADDRESS" data-turbo="false">Continue to the payment page</a></p>
</body>
</html>
`

// fromScript reports whether a script sent a request, and not a document that the browser loads.
// Browsers say so on https and on this machine; elsewhere scripts of libraries do, and those that
// ask for anything but HTML.
func fromScript(h http.Header) bool {
	if mode := h.Get("Sec-Fetch-Mode"); mode != "" {
		return mode != "navigate" && mode != "nested-navigate"
	}
	for _, name := range []string{"X-Requested-With", "X-Turbo-Request-Id", "Turbo-Frame", "X-Up-Version"} {
		if h.Get(name) != "" {
			return true
		}
	}
	return h.Get("Accept") != "" && !accepts(h, "text/html") && !accepts(h, "*/*") || accepts(h, "text/vnd.turbo-stream.html")
}

// accepts reports whether the Accept header lists a media type.
func accepts(h http.Header, mediaType string) bool {
	for _, list := range h.Values("Accept") {
		for listed := range strings.SplitSeq(list, ",") {
			name, _, _ := strings.Cut(listed, ";")
			if strings.EqualFold(strings.TrimSpace(name), mediaType) {
				return true
			}
		}
	}
	return false
}
