package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Fault is something that goes wrong on purpose: one of Code, Status, Hang, ResetBefore, ResetAfter and Truncate. Latency
// and RetryAfter go with the others, and alone.
type Fault struct {
	Route string `json:"route,omitempty"` // what a call's method and path begin with, "POST /v1/sessions"; empty for every call of the APIs
	Times int    `json:"times,omitempty"` // how many calls; 0 for all until it is cleared
	Share int    `json:"share,omitempty"` // percent of the calls, by the sandbox's seed; 0 for all

	Code        sdk.Code `json:"code,omitempty"`        // of the catalog, answered as the gateway does; hosted pages have none
	Status      int      `json:"status,omitempty"`      // with Body
	Body        string   `json:"body,omitempty"`        // an HTML page when it begins with <
	RetryAfter  string   `json:"retryAfter,omitempty"`  // a header, taken as it is
	LatencyMS   int      `json:"latencyMs,omitempty"`   // before anything else
	Hang        bool     `json:"hang,omitempty"`        // never answer
	ResetBefore bool     `json:"resetBefore,omitempty"` // cut the connection before anything is done
	ResetAfter  bool     `json:"resetAfter,omitempty"`  // do it, then cut the connection
	Truncate    bool     `json:"truncate,omitempty"`    // do it, then break off in the middle of the answer
}

const mostLatencyMS = 24 * 60 * 60 * 1000

func (f Fault) check() error {
	switch {
	case f.Code != "" && !slices.Contains(sdk.Codes(), f.Code):
		return fmt.Errorf("sandbox: the catalog has no code %q: docs/sandbox.md lists them below \"Every code\", and sdk.Codes in Go", string(f.Code))
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("sandbox: %d is no status of an answer: those are 200 to 599", f.Status)
	case f.Body != "" && f.Status == 0:
		return errors.New("sandbox: a body needs a status to come with")
	case f.Share < 0 || f.Share > 100 || f.Times < 0 || f.LatencyMS < 0 || f.LatencyMS > mostLatencyMS:
		return errors.New("sandbox: share is from 0 to 100, times and latencyMs are not negative, and latencyMs is at most a day's 86400000")
	case len(f.effect()) == 0:
		return errors.New("sandbox: the fault does nothing: name a code, status, latencyMs, hang, resetBefore, resetAfter or truncate")
	case len(f.ending()) > 1:
		return fmt.Errorf("sandbox: only one of these can happen to a call: %s; latencyMs and retryAfter go with each", strings.Join(f.ending(), ", "))
	}
	return f.checkRoute()
}

// checkRoute refuses a route that no call can have, so that nobody waits for a fault that never happens.
func (f Fault) checkRoute() error {
	if f.Route == "" {
		return nil
	}
	method, path, _ := strings.Cut(f.Route, " ")
	switch {
	case !slices.Contains(servedMethods, method) || !servedAt(path, apiPaths()) && !servedAt(path, pagePaths):
		return fmt.Errorf("sandbox: no call has the route %q: it is what method and path begin with, as in \"POST /v1/sessions\"; the methods are %s, the paths begin with %s",
			f.Route, strings.Join(servedMethods, ", "), strings.Join(slices.Concat(apiPaths(), pagePaths), ", "))
	case f.Code != "" && servedAt(path, pagePaths):
		return fmt.Errorf("sandbox: the route %q includes hosted pages: %w", f.Route, errCodeOfPage)
	}
	return nil
}

var errCodeOfPage = errors.New("a hosted page answers no code, use a status with a body")
