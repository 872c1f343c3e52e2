package simulation

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A call is one call of a client, with what the world knows about it.
type call struct {
	order    string
	tenant   string // of a platform
	begun    time.Time
	blind    bool // its tenant could not be looked up
	gateway  sdk.Gateway
	creates  bool
	sessions map[string]bool // that its requests created or were given
	unclear  bool            // an attempt of it may have been done
	unsafe   bool            // so that it must not be sent again where there are no idempotency keys
	notUntil time.Time       // the gateway asked to wait
	mustWait string          // said in words, for the report
}

type callKey struct{}

func (w *world) newCall(ctx context.Context, order string, gateway sdk.Gateway, creates bool) (context.Context, *call) {
	w.calls++
	c := &call{order: order, begun: time.Now(), gateway: gateway, creates: creates, sessions: map[string]bool{}}
	return context.WithValue(ctx, callKey{}, c), c
}

// outbound is the network between a process of the shop and the gateways.
type outbound struct {
	w       *world
	process *process
}

func (n outbound) RoundTrip(r *http.Request) (*http.Response, error) {
	w, ctx, me := n.w, r.Context(), lifeOf(r.Context()).actor
	w.scheduler.gate(ctx, r.Method+" "+path(r)) // takes no time: an SDK's timer may have woken others too
	n.process.sends.note(r, time.Now())
	c, _ := ctx.Value(callKey{}).(*call)
	if c == nil {
		c = &call{sessions: map[string]bool{}}
	}
	w.checkAttempt(me, c)
	w.checkTenantsCall(me, c, r)
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	unsafe := func() { c.unclear, c.unsafe = true, true }
	switch {
	case w.fault(me, faultRefused):
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	case w.fault(me, faultResetBefore):
		unsafe()
		return nil, errReset
	case w.fault(me, faultSilentBefore):
		unsafe()
		return n.silence(ctx)
	case w.fault(me, faultPage):
		return n.page(r, c, w.pick(me, "status of the page", 503, 502, 500, 504, 403)), nil
	case w.fault(me, faultLimited):
		return n.limited(r, c, me), nil
	case w.fault(me, faultDelay):
		wait := time.Duration(1+w.chance.upTo(me, "seconds of delay", 45)) * time.Second
		arrives := time.Now().Add(wait)
		w.scheduler.park(ctx, "on the way", wait, func() bool { return ctx.Err() != nil })
		if ctx.Err() != nil { // it still arrives, and nobody waits for the response
			unsafe()
			w.scheduler.spawn(life{actor: w.scheduler.numbered("late request of " + me)}, time.Until(arrives), func(context.Context) { n.serve(r, body, c) })
			return nil, ctx.Err()
		}
	}
	recorded := n.serve(r, body, c)
	if w.fault(me, faultDuplicate) {
		wait := time.Duration(w.chance.upTo(me, "milliseconds until the duplicate", 60_000)) * time.Millisecond
		w.scheduler.spawn(life{actor: w.scheduler.numbered("duplicate request of " + me)}, wait, func(context.Context) { n.serve(r, body, c) })
	}
	w.scheduler.gate(ctx, "response "+strconv.Itoa(recorded.Code))
	if ctx.Err() != nil {
		unsafe()
		return nil, ctx.Err()
	}
	switch {
	case w.fault(me, faultResetAfter):
		unsafe()
		return nil, errReset
	case w.fault(me, faultSilentAfter):
		unsafe()
		return n.silence(ctx)
	case w.fault(me, faultPageAfter):
		return n.page(r, c, w.pick(me, "status of the page", 504, 500, 200, 502, 503)), nil
	case w.fault(me, faultTruncated):
		if saysNothingWasDone := recorded.Code >= 400 && recorded.Code < 500; !saysNothingWasDone {
			unsafe()
		}
		response := recorded.Result()
		whole := recorded.Body.Bytes()
		response.Body = io.NopCloser(io.MultiReader(bytes.NewReader(whole[:len(whole)/2]), truncated{}))
		response.ContentLength = int64(len(whole))
		return response, nil
	}
	response := recorded.Result()
	response.Request = r
	n.obey(c, response)
	return response, nil
}

// silence is a connection on which nothing comes any more.
func (n outbound) silence(ctx context.Context) (*http.Response, error) {
	n.w.scheduler.park(ctx, "silence", 10*time.Minute, func() bool { return ctx.Err() != nil })
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return nil, errReset
}

// page is a page of something in between, which may have passed the request on. What is sent again
// nevertheless where there are no idempotency keys, the gateway documents as transient.
func (n outbound) page(r *http.Request, c *call, status int) *http.Response {
	if status != http.StatusForbidden {
		transient := status == http.StatusBadGateway || status == http.StatusServiceUnavailable
		c.unclear, c.unsafe = true, c.unsafe || !transient
	}
	return response(r, status, "text/html", "<html><h1>"+strconv.Itoa(status)+"</h1></html>")
}

// limited asks to wait, in one of many ways.
func (n outbound) limited(r *http.Request, c *call, me string) *http.Response {
	a := response(r, http.StatusTooManyRequests, "application/json", `{"error":"Too many requests","code":"rate_limit_exceeded"}`)
	waits := []string{"7", "0", "59", "3600", "soon", "-5", time.Now().Add(20 * time.Second).UTC().Format(http.TimeFormat), ""}
	a.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	if wait := waits[n.w.chance.upTo(me, "wait of the 429", len(waits))]; wait != "" {
		a.Header.Set("Retry-After", wait)
	}
	n.obey(c, a)
	return a
}

// obey notes what a 429 asks for in seconds.
func (n outbound) obey(c *call, a *http.Response) {
	c.notUntil = time.Time{}
	asked := a.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(asked); err == nil && seconds > 0 && a.StatusCode == http.StatusTooManyRequests {
		c.notUntil, c.mustWait = time.Now().Add(time.Duration(seconds)*time.Second), asked+" s"
	}
}

// serve hands a request to the gateways.
func (n outbound) serve(r *http.Request, body []byte, c *call) *httptest.ResponseRecorder {
	w := n.w
	in := r.Clone(context.WithoutCancel(r.Context()))
	in.RemoteAddr = n.process.address + ":49152"
	w.serving = c
	recorded := serve(w.gateways, in, body)
	w.serving = nil
	recorded.Header().Set("Date", clock{w}.Now().UTC().Format(http.TimeFormat))
	return recorded
}

// serve calls a handler with a request that can be served again.
func serve(h http.Handler, r *http.Request, body []byte) *httptest.ResponseRecorder {
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.RequestURI, r.Host = r.URL.RequestURI(), r.URL.Host
	if r.RemoteAddr == "" {
		r.RemoteAddr = "127.0.0.1:49152"
	}
	recorded := httptest.NewRecorder()
	h.ServeHTTP(recorded, r)
	return recorded
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	defer r.Body.Close()
	return io.ReadAll(r.Body)
}

func response(r *http.Request, status int, mediaType, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Status: strconv.Itoa(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Content-Type": {mediaType}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}
}

// path is the request's without IDs.
func path(r *http.Request) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/cs_")
	if at := strings.Index(first, "/vp_cs_"); at >= 0 {
		first = first[:at]
	}
	return "/" + first
}

type truncated struct{}

func (truncated) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

var errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

var errRefused = errors.New("connection refused")
