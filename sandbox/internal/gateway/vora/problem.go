package vora

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A problem is an error response.
type problem struct {
	status int
	code   sdk.Code // empty for a dry run, which has a form of its own
	body   any
}

// problemOf is the response for a code, with what the catalog says about it.
func problemOf(code sdk.Code, message string) problem {
	entry, _ := code.Entry()
	docs := entry.Docs()
	return problem{
		status: entry.Statuses[0], code: code,
		body: gen.Error{Error: message, Code: string(code), Fix: &entry.Hint, Docs: &docs},
	}
}

func newProblem(code sdk.Code, message string) *problem {
	p := problemOf(code, message)
	return &p
}

// invalid is the response for broken rules: the first one's code, and all of them in the message.
func invalid(found []contract.Violation, dryRun bool) problem {
	messages := make([]string, len(found))
	for i, v := range found {
		messages[i] = v.String()
	}
	if dryRun {
		return problem{status: http.StatusBadRequest, body: gen.DryRunRejected{Valid: gen.DryRunRejectedValidFalse, Errors: messages}}
	}
	return problemOf(sdk.Code(found[0].Code), strings.Join(messages, "; "))
}

func isDryRun(r *http.Request) bool { return r.URL.Query().Get("dry_run") == "true" }

// checkSwitches rejects a query parameter that is neither true nor false: the generated server
// would take 1 and T too.
func checkSwitches(r *http.Request) *problem {
	query := r.URL.Query()
	for _, name := range []string{"dry_run", "deep"} {
		if values := query[name]; len(values) > 0 && !slices.Equal(values, []string{"true"}) && !slices.Equal(values, []string{"false"}) {
			return newProblem(sdk.CodeValidationError, name+": must be true or false")
		}
	}
	return nil
}

// Deny responds with the error of a code.
func (g *Gateway) Deny(w http.ResponseWriter, _ *http.Request, code sdk.Code) {
	entry, _ := code.Entry()
	g.introduce(w.Header())
	g.writeProblem(w, problemOf(code, entry.Meaning))
}

func (g *Gateway) writeProblem(w http.ResponseWriter, p problem) {
	if p.status == http.StatusTooManyRequests {
		g.completeLimit(w.Header(), p.code)
	}
	g.write(w, p.status, p.body)
}

func (g *Gateway) write(w http.ResponseWriter, status int, body any) {
	if err := writeJSON(w, status, body); err != nil {
		g.Log.Debug("the caller went away", "error", err)
	}
}

// completeLimit gives a 429 that a fault made the headers that one has when a limit was reached.
func (g *Gateway) completeLimit(h http.Header, code sdk.Code) {
	wait := h.Get("Retry-After")
	if wait != "" && h.Get("X-RateLimit-Remaining") == "0" {
		return
	}
	if wait == "" {
		wait = "1"
		h.Set("Retry-After", wait)
	}
	limit := contract.VoraCreatesPerAddress
	if code == sdk.CodeRateLimitExceededPerKey {
		limit = contract.VoraCreatesPerKey
	}
	seconds, _ := strconv.Atoi(wait) // a fault may have set anything
	setLimit(h, limit, 0, g.Executor.Now().Add(time.Duration(seconds)*time.Second))
}
