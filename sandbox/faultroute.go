package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// checkFault rejects a fault that can never happen.
func checkFault(f control.Fault) error {
	if err := f.Validate(); err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	return checkRoute(f)
}

// checkRoute rejects a route that no call can have, so that nobody waits for a fault that never happens.
func checkRoute(f control.Fault) error {
	if f.Route == "" {
		return nil
	}
	method, path, _ := strings.Cut(f.Route, " ")
	switch {
	case !slices.Contains(servedMethods, method) || !servedAt(path, apiPaths()) && !servedAt(path, pagePaths):
		return fmt.Errorf("sandbox: no call has the route %q: it is a prefix of method and path, as in \"POST /v1/sessions\"; the methods are %s, the paths begin with %s",
			f.Route, strings.Join(servedMethods, ", "), strings.Join(slices.Concat(apiPaths(), pagePaths), ", "))
	case f.Code != "" && servedAt(path, pagePaths):
		return fmt.Errorf("sandbox: the route %q includes hosted pages: %w", f.Route, errCodeOfPage)
	}
	return nil
}

var errCodeOfPage = errors.New("a hosted page sends no error codes, use a status with a body")
