package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// The paths that the gateways are called at, as the router takes them: below one that ends with a slash, all are meant.
var ( // read only
	voraPaths        = []string{"/v1/", "/api/health", "/.well-known/vonpay.json"}
	visionScopePaths = []string{"/api/checkout/"}
	pagePaths        = []string{voraPages, visionScopePages}
	servedMethods    = []string{http.MethodGet, http.MethodHead, http.MethodPost}
)

func apiPaths() []string { return slices.Concat(voraPaths, visionScopePaths) }

// servedAt tells whether what is served at these paths includes something that begins like path.
func servedAt(path string, served []string) bool {
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, " ?") { // a query is no part of it
		return false
	}
	return slices.ContainsFunc(served, func(s string) bool {
		return strings.HasPrefix(s, path) || strings.HasSuffix(s, "/") && strings.HasPrefix(path, s)
	})
}
