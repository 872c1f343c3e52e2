package page

import (
	"html/template"
	"net/url"
	"strings"
)

// webURL returns raw if a link may lead there, otherwise nothing.
func webURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || !isWeb(u) {
		return ""
	}
	return raw
}

// imageURL returns raw if the page's policy lets a picture come from there,
// otherwise nothing: no picture looks better than a broken one.
func imageURL(raw string) template.URL {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	remote := u.Scheme == "https" && u.Host != ""
	inline := u.Scheme == "data" && strings.HasPrefix(u.Opaque, "image/")
	if !remote && !inline {
		return ""
	}
	// Typed as safe because html/template would refuse every data URL. As the
	// source of an image it cannot run anything.
	return template.URL(raw) //nolint:gosec // only http, https and data:image get here
}

func isWeb(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
