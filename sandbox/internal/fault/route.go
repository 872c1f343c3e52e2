package fault

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// Routes are the paths that faults can happen at, as the router takes them: one that ends with a
// slash includes all paths below it.
type Routes struct {
	APIs  []string
	Pages []string // hosted pages, which have no error codes
}

var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost} // read only

var errPageCode = errors.New("a hosted page sends no error codes, use a status with a body")

// check rejects a route that no call can have, so that nobody waits for a fault that never happens.
func (r Routes) check(f control.Fault) error {
	if f.Route == "" {
		return nil
	}
	method, path, _ := strings.Cut(f.Route, " ")
	switch {
	case !slices.Contains(methods, method) || !served(path, r.APIs) && !served(path, r.Pages):
		return fmt.Errorf("no call has the route %q: it is a prefix of method and path, as in \"POST /v1/sessions\"; the methods are %s, the paths begin with %s",
			f.Route, strings.Join(methods, ", "), strings.Join(slices.Concat(r.APIs, r.Pages), ", "))
	case f.Code != "" && served(path, r.Pages):
		return fmt.Errorf("the route %q includes hosted pages: %w", f.Route, errPageCode)
	}
	return nil
}

// served reports whether a path with this prefix is among the served ones.
func served(prefix string, paths []string) bool {
	if !strings.HasPrefix(prefix, "/") || strings.ContainsAny(prefix, " ?") { // routes have no query
		return false
	}
	return slices.ContainsFunc(paths, func(path string) bool {
		return strings.HasPrefix(path, prefix) || strings.HasSuffix(path, "/") && strings.HasPrefix(prefix, path)
	})
}
