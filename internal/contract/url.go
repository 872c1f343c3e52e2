package contract

import (
	"net/url"
	"strconv"
)

// ParseURL parses an address that something is sent to, or says why there can be no such address.
// The scheme is for the caller to judge.
func ParseURL(address string) (u *url.URL, problem string) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "":
		return nil, "must be an absolute URL"
	case !isPort(u.Port()):
		return nil, "must have a port from 1 to 65535, or none"
	}
	return u, ""
}

// isPort reports whether there can be such a port; none at all is one.
func isPort(port string) bool {
	if port == "" {
		return true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}
