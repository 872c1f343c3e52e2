package contracttest

import (
	"net/http"
	"net/url"
	"strings"
)

// find is the call that a request makes, and its path parameters. Hosts and what stands before the
// path do not matter: gateways under test live on any port and below any prefix. When several paths
// fit, the longest is meant.
func (d *document) find(request *http.Request) (found *operation, params map[string]string) {
	segments := strings.Split(request.URL.EscapedPath(), "/")
	for i := range d.calls {
		call := &d.calls[i]
		if call.Method != request.Method || found != nil && len(call.segments) <= len(found.segments) {
			continue
		}
		if p, ok := call.match(segments); ok {
			found, params = call, p
		}
	}
	return found, params
}

// match compares a call's path with the end of a request's.
func (o *operation) match(segments []string) (params map[string]string, ok bool) {
	prefix := len(segments) - len(o.segments)
	if prefix < 1 { // the text before the leading slash is a segment too
		return nil, false
	}
	params = map[string]string{}
	for i, wanted := range o.segments {
		given := segments[prefix+i]
		if !strings.HasPrefix(wanted, "{") {
			if given != wanted {
				return nil, false
			}
			continue
		}
		value, err := url.PathUnescape(given)
		if err != nil {
			return nil, false
		}
		params[strings.Trim(wanted, "{}")] = value
	}
	return params, true
}
