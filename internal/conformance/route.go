package conformance

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Knows reports whether a request is a call that the contract has. Hosts and what stands before the
// path do not matter.
func (c *Contract) Knows(request *http.Request) bool {
	operation, _ := c.find(request)
	return operation != nil
}

// Owns reports whether a request looks like a call of an API that is served at one of the hosts or
// at the contract's own: its path begins like that of a call. The pages of a gateway may be served
// there too.
func (c *Contract) Owns(request *http.Request, hosts ...string) bool {
	for _, server := range c.servers {
		if u, err := url.Parse(server.URL); err == nil {
			hosts = append(hosts, u.Host)
		}
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(request.URL.EscapedPath(), "/"), "/")
	return slices.Contains(hosts, request.URL.Host) &&
		slices.ContainsFunc(c.calls, func(call operation) bool { return call.segments[0] == first })
}

// Authorize adds credentials that recorders leave out, made up, so that their absence is not
// reported.
func (c *Contract) Authorize(header http.Header) {
	for _, scheme := range c.schemes {
		switch s := scheme.Value; {
		case s.Type == "http" && header.Get("Authorization") == "":
			header.Set("Authorization", "Bearer recorded")
		case s.Type == "apiKey" && header.Get(s.Name) == "":
			header.Set(s.Name, "recorded")
		}
	}
}

// Call holds a request to a gateway to its operation; nil when the contract does not know it.
func (c *Contract) Call(request *http.Request, body Content) *Exchange {
	operation, params := c.find(request)
	if operation == nil {
		return nil
	}
	return c.exchange(NameOf(request), operation, params, request, body)
}

// Operation returns the method and path as the contract has them, without what is in the path's
// parameters; for a delivery, its name.
func (x *Exchange) Operation() string {
	if x.operation.isCall() {
		return x.operation.Method + " " + x.operation.Path
	}
	return x.Name
}

// NameOf returns what messages call a request: its method and path.
func NameOf(request *http.Request) string { return request.Method + " " + request.URL.Path }

// find is the call that a request makes, and its path parameters. Hosts and what stands before the
// path do not matter: gateways under test live on any port and below any prefix. When several paths
// fit, the longest is meant.
func (c *Contract) find(request *http.Request) (found *operation, params map[string]string) {
	segments := strings.Split(request.URL.EscapedPath(), "/")
	for i := range c.calls {
		call := &c.calls[i]
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
