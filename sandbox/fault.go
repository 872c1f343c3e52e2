package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A Fault is something that goes wrong on purpose. Exactly one of Code, Status, Reset, Truncate, Hang and Latency is
// usual; Latency and RetryAfter go with the others.
type Fault struct {
	Route string `json:"route,omitempty"` // what a call's method and path begin with, "POST /v1/sessions"; empty for all
	Times int    `json:"times,omitempty"` // how many calls; 0 for all until it is cleared
	Share int    `json:"share,omitempty"` // percent of the calls, by the sandbox's seed; 0 for all

	Code        sdk.Code `json:"code,omitempty"`        // of the catalog, answered as the gateway does
	Status      int      `json:"status,omitempty"`      // with Body
	Body        string   `json:"body,omitempty"`        // an HTML page when it begins with <
	RetryAfter  string   `json:"retryAfter,omitempty"`  // a header, taken as it is
	LatencyMS   int      `json:"latencyMs,omitempty"`   // before anything else
	Hang        bool     `json:"hang,omitempty"`        // never answer
	ResetBefore bool     `json:"resetBefore,omitempty"` // cut the connection before anything is done
	ResetAfter  bool     `json:"resetAfter,omitempty"`  // do it, then cut the connection
	Truncate    bool     `json:"truncate,omitempty"`    // do it, then break off in the middle of the answer
}

// FaultHeader asks for a fault on the call that it comes with: "code=internal_error", "status=503; retryAfter=2",
// "resetAfter=true".
const FaultHeader = "Sandbox-Fault"

// String is the fault in the form that [ParseFault] reads.
func (f Fault) String() string {
	all := append(parts{}.
		add("route", url.PathEscape(f.Route), f.Route != "").
		add("times", f.Times, f.Times != 0).
		add("share", f.Share, f.Share != 0), f.effect()...)
	return strings.Join(all, "; ")
}

// parts are the parts of a fault as a text.
type parts []string

func (p parts) add(name string, value any, set bool) parts {
	if !set {
		return p
	}
	return append(p, fmt.Sprintf("%s=%v", name, value))
}

// effect is what happens, whenever it does.
func (f Fault) effect() parts {
	return parts{}.
		add("code", f.Code, f.Code != "").
		add("status", f.Status, f.Status != 0).
		add("body", url.PathEscape(f.Body), f.Body != "").
		add("retryAfter", f.RetryAfter, f.RetryAfter != "").
		add("latencyMs", f.LatencyMS, f.LatencyMS != 0).
		add("hang", true, f.Hang).
		add("resetBefore", true, f.ResetBefore).
		add("resetAfter", true, f.ResetAfter).
		add("truncate", true, f.Truncate)
}

// ParseFault reads a fault from a text: its fields by their JSON names, as in "route=POST /v1/sessions; times=1; status=503".
// Routes and bodies may be percent-encoded, and a semicolon in them must be.
func ParseFault(text string) (f Fault, err error) {
	for _, part := range strings.Split(text, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		var problem error
		switch name {
		case "route":
			f.Route, problem = url.PathUnescape(value)
		case "times":
			f.Times, problem = strconv.Atoi(value)
		case "share":
			f.Share, problem = strconv.Atoi(value)
		case "code":
			f.Code = sdk.Code(value)
		case "status":
			f.Status, problem = strconv.Atoi(value)
		case "body":
			f.Body, problem = url.PathUnescape(value)
		case "retryAfter":
			f.RetryAfter = value
		case "latencyMs":
			f.LatencyMS, problem = strconv.Atoi(value)
		case "hang":
			f.Hang, problem = strconv.ParseBool(value)
		case "resetBefore":
			f.ResetBefore, problem = strconv.ParseBool(value)
		case "resetAfter":
			f.ResetAfter, problem = strconv.ParseBool(value)
		case "truncate":
			f.Truncate, problem = strconv.ParseBool(value)
		default:
			problem = errors.New("there is no such fault; there are code, status, body, retryAfter, latencyMs, hang, resetBefore, resetAfter and truncate, with route, times and share")
		}
		if problem != nil {
			return f, fmt.Errorf("sandbox: fault %q: %w", strings.TrimSpace(part), problem)
		}
	}
	return f, f.check()
}

func (f Fault) check() error {
	switch {
	case f.Code != "" && !slices.Contains(sdk.Codes(), f.Code):
		return fmt.Errorf("sandbox: the catalog has no code %q", string(f.Code))
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("sandbox: %d is no status of an answer", f.Status)
	case f.Body != "" && f.Status == 0:
		return errors.New("sandbox: a body needs a status to come with")
	case f.Share < 0 || f.Share > 100 || f.Times < 0 || f.LatencyMS < 0:
		return errors.New("sandbox: share is from 0 to 100, times and latencyMs are not negative")
	case len(f.effect()) == 0:
		return errors.New("sandbox: the fault does nothing: name a code, status, latencyMs, hang, resetBefore, resetAfter or truncate")
	}
	return nil
}

// Inject makes calls go wrong from now on. The oldest fault that fits a call is the one that happens.
func (s *Sandbox) Inject(f Fault) error {
	if err := f.check(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f)
	s.changed()
	return nil
}

// ClearFaults ends all faults.
func (s *Sandbox) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
	s.changed()
}

// Faults lists the faults that are in force.
func (s *Sandbox) Faults() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Fault{}, s.faults...)
}

// faultFor finds the fault that happens to a call, if any.
func (s *Sandbox) faultFor(r *http.Request) (*Fault, error) {
	if text := r.Header.Get(FaultHeader); text != "" {
		f, err := ParseFault(text)
		if err == nil && (f.Route != "" || f.Times != 0 || f.Share != 0) {
			err = errors.New("sandbox: " + FaultHeader + " is about its own call: leave out route, times and share")
		}
		return &f, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	route := r.Method + " " + r.URL.Path
	for i := range s.faults {
		f := s.faults[i]
		if !strings.HasPrefix(route, f.Route) || f.Share > 0 && s.random.IntN(100) >= f.Share {
			continue
		}
		if f.Times == 1 {
			s.faults = slices.Delete(s.faults, i, i+1)
		} else if f.Times > 1 {
			s.faults[i].Times--
		}
		return &f, nil
	}
	return nil, nil
}

// faulty lets go wrong what shall. deny answers a code in the gateway's own way.
func (s *Sandbox) faulty(deny func(http.ResponseWriter, *http.Request, sdk.Code), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, err := s.faultFor(r)
		switch {
		case err != nil:
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		case f == nil:
			next.ServeHTTP(w, r)
			return
		}
		if recorder, ok := w.(*recorder); ok {
			recorder.seen.Fault = strings.Join(f.effect(), "; ")
		}
		if s.linger(w, r, f) {
			f.happen(w, r, deny, next)
		}
	})
}

// linger waits as long as a fault wants, and tells whether there is still something to do then: not when the caller has
// gone. Close ends the wait, and the connection with it.
func (s *Sandbox) linger(w http.ResponseWriter, r *http.Request, f *Fault) bool {
	var over <-chan time.Time // never, for a call that hangs
	switch {
	case f.Hang:
	case f.LatencyMS > 0:
		over = time.After(time.Duration(f.LatencyMS) * time.Millisecond)
	default:
		return true
	}
	select {
	case <-over:
		return true
	case <-r.Context().Done():
	case <-s.ctx.Done():
		cut(w)
	}
	return false
}

func (f *Fault) happen(w http.ResponseWriter, r *http.Request, deny func(http.ResponseWriter, *http.Request, sdk.Code), next http.Handler) {
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	switch {
	case f.ResetBefore:
		cut(w)
	case f.ResetAfter:
		next.ServeHTTP(newBuffer(), r)
		cut(w)
	case f.Truncate:
		truncate(w, r, next)
	case f.Code != "":
		deny(w, r, f.Code)
	case f.Status != 0:
		kind := "application/json"
		if strings.HasPrefix(strings.TrimSpace(f.Body), "<") {
			kind = "text/html; charset=utf-8"
		}
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body)) // whoever injected the fault wants just this body; the caller may have gone
	default:
		next.ServeHTTP(w, r)
	}
}

// cut ends the connection without an answer.
func cut(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2 has no connection to take; this resets the stream
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a reset, and not an orderly end
	}
	_ = connection.Close()
}

// truncate answers with the right length and half of the body.
func truncate(w http.ResponseWriter, r *http.Request, next http.Handler) {
	answer := newBuffer()
	next.ServeHTTP(answer, r)
	maps.Copy(w.Header(), answer.header)
	body := bytes.TrimSpace(answer.body.Bytes())
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(answer.status)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// whole sends an answer when all of it is there. Pages are made with Sandbox.mu held: a browser that does not read its page
// must not let everybody else wait.
func whole(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer := newBuffer()
		next(answer, r)
		maps.Copy(w.Header(), answer.header)
		w.WriteHeader(answer.status)
		_, _ = w.Write(answer.body.Bytes()) // the browser may have gone
	}
}

// A buffer takes an answer that is not sent, not all of it, or not yet.
type buffer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newBuffer() *buffer { return &buffer{header: http.Header{}, status: http.StatusOK} }

func (b *buffer) Header() http.Header         { return b.header }
func (b *buffer) WriteHeader(status int)      { b.status = status }
func (b *buffer) Write(p []byte) (int, error) { return b.body.Write(p) }

// newRandom makes faults repeatable.
func newRandom(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, seed)) }
