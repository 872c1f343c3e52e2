package sandbox

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	gen "github.com/hostedpay/hostedpay-go/gen/vora"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A voraProblem is an error answer of Vora. It is a response of every operation that can fail.
type voraProblem struct {
	status int
	body   any // gen.Error, or a dry run's own form
}

// problem is the answer for a code, with what the catalog says about it.
func problem(code sdk.Code, message string) voraProblem {
	entry, _ := code.Entry()
	docs := entry.Docs()
	return voraProblem{status: entry.Statuses[0], body: gen.Error{Error: message, Code: string(code), Fix: &entry.Hint, Docs: &docs}}
}

func refuse(code sdk.Code, message string) *voraProblem {
	p := problem(code, message)
	return &p
}

// violations is the answer for broken rules: the first one's code, and all of them in the message.
func violations(found []contract.Violation) voraProblem {
	return problem(sdk.Code(found[0].Code), strings.Join(texts(found), "; "))
}

// refuseViolations is the same before the operation, which may be a dry run.
func refuseViolations(r *http.Request, found []contract.Violation) *voraProblem {
	if dry, _ := strconv.ParseBool(r.URL.Query().Get("dry_run")); dry {
		p := dryRunRejected(found)
		return &p
	}
	p := violations(found)
	return &p
}

func texts(found []contract.Violation) []string {
	out := make([]string, len(found))
	for i, v := range found {
		out[i] = v.String()
	}
	return out
}

func (p voraProblem) write(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(p.status)
	return json.NewEncoder(w).Encode(p.body)
}

// VisitCreateSessionResponse makes a problem an answer of CreateSession.
func (p voraProblem) VisitCreateSessionResponse(w http.ResponseWriter) error { return p.write(w) }

// VisitGetSessionResponse makes a problem an answer of GetSession.
func (p voraProblem) VisitGetSessionResponse(w http.ResponseWriter) error { return p.write(w) }

// denyVora is a fault's code in Vora's way.
func (s *Sandbox) denyVora(w http.ResponseWriter, r *http.Request, code sdk.Code) {
	entry, _ := code.Entry()
	s.introduce(w.Header(), r)
	s.answer(w, problem(code, entry.Meaning))
}

// answer sends a problem outside of an operation.
func (s *Sandbox) answer(w http.ResponseWriter, p voraProblem) {
	if p.status == http.StatusTooManyRequests {
		s.askToWait(w.Header(), p)
	}
	if err := p.write(w); err != nil {
		s.log.Debug("the caller went away", "error", err)
	}
}

func dryRunAccepted(request gen.CreateSessionRequest) gen.CreateSession200JSONResponse {
	accepted := gen.DryRunAccepted{Valid: gen.DryRunAcceptedValidTrue, Warnings: []string{}}
	if request.SuccessURL == nil {
		accepted.Warnings = append(accepted.Warnings, "successUrl: without it the buyer stays on the hosted page")
	}
	var body gen.DryRunOrReplay
	_ = body.FromDryRunAccepted(accepted) // plain fields, which always encode
	return gen.CreateSession200JSONResponse{Body: body}
}

func dryRunRejected(found []contract.Violation) voraProblem {
	return voraProblem{
		status: http.StatusBadRequest,
		body:   gen.DryRunRejected{Valid: gen.DryRunRejectedValidFalse, Errors: texts(found)},
	}
}
