package hostedpage

import (
	"net/url"
	"regexp"
)

// Origin is the scheme and host of an http or https address; false for any other address.
func Origin(address string) (origin string, ok bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", false
	}
	return u.Scheme + "://" + u.Host, true
}

// hostSource is what a policy can express as a host: neither an IPv6 address nor a name outside
// ASCII.
var hostSource = regexp.MustCompile(`^https?://[A-Za-z0-9.-]+(:[0-9]+)?$`)

// Source is the origin of an address as a source in a Content-Security-Policy, or its scheme where
// a policy cannot express the host.
func Source(address string) (source string, ok bool) {
	origin, ok := Origin(address)
	switch {
	case !ok:
		return "", false
	case !hostSource.MatchString(origin):
		u, _ := url.Parse(origin)
		return u.Scheme + ":", true
	}
	return origin, true
}
