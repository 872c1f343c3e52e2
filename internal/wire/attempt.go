// Package wire knows what happened on the network during one attempt of a call: whether a byte of
// the request was written, how often, and on which pool of connections. What a caller is told about
// an attempt that failed, and whether it may be repeated, depends on it.
package wire

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"
)

// An Attempt is the record of one attempt. It is a context too, so that a [Pool] finds it, and it
// must not be copied.
type Attempt struct {
	context.Context //nolint:containedctx // it is one

	// Pooled means that the attempt is meant for a Pool. Middleware may send it elsewhere, or
	// without its context: what the Pool has not seen may have been sent.
	Pooled bool

	// Renew asks the Pool for a connection that was not there before this attempt.
	Renew bool

	trace httptrace.ClientTrace

	mu      sync.Mutex
	asked   bool            // for a connection
	pending bool            // an HTTP/2 connection is there, and the request waits for a stream
	sends   []time.Time     // when each writing of the request began
	first   [1]time.Time    // what sends begins in
	used    *http.Transport // by the Pool
	reused  bool            // the last connection had served others before
	shared  bool            // the last connection serves others too
	renewed *http.Transport // made by the Pool for this call
}

type contextKey struct{}

// Begin is the context of the attempt's request.
func (a *Attempt) Begin(ctx context.Context) context.Context {
	a.Context = ctx
	a.sends = a.first[:0]
	a.trace = httptrace.ClientTrace{GotConn: a.gotConn, WroteHeaders: a.wroteHeaders}
	if !a.Pooled {
		a.trace.GetConn = a.getConn
	}
	return httptrace.WithClientTrace(a, &a.trace)
}

// Value finds the record itself.
func (a *Attempt) Value(key any) any {
	if key == (contextKey{}) {
		return a
	}
	return a.Context.Value(key)
}

func attemptOf(ctx context.Context) *Attempt {
	a, _ := ctx.Value(contextKey{}).(*Attempt)
	return a
}

func (a *Attempt) getConn(string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = true
}

// gotConn counts the request as sent: over HTTP/1.1, another goroutine writes it from now on. Over
// HTTP/2, it may still wait for a stream.
func (a *Attempt) gotConn(info httptrace.GotConnInfo) {
	conn, isTLS := info.Conn.(*tls.Conn)
	isHTTP2 := isTLS && conn.ConnectionState().NegotiatedProtocol == "h2"
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked, a.pending, a.reused, a.shared = true, isHTTP2, info.Reused, isHTTP2
	if !isHTTP2 {
		a.sends = append(a.sends, time.Now())
	}
}

func (a *Attempt) wroteHeaders() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.pending {
		a.pending = false
		a.sends = append(a.sends, time.Now())
	}
}

// A Delivery says whether bytes of a request were handed to a connection.
type Delivery int

// The deliveries.
const (
	Unknown Delivery = iota // the transport does not say
	NotSent
	Sent
)

// Delivery is what became of the request.
func (a *Attempt) Delivery() Delivery {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case len(a.sends) > 0:
		return Sent
	case a.asked, a.used != nil:
		return NotSent
	}
	return Unknown
}

// Sends are the times at which writing the request began: more than one when the transport sent it
// again by itself.
func (a *Attempt) Sends() []time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.sends
}

// TimedOut is called when an attempt that was sent got no byte of a response in time. No later
// attempt uses the connection that it was sent on, as far as its transport can be told so.
func (a *Attempt) TimedOut(pool *Pool) {
	a.mu.Lock()
	used, suspect := a.used, len(a.sends) > 0 && (a.shared || a.reused)
	a.mu.Unlock()
	if pool != nil && used != nil && suspect {
		pool.retire(used)
	}
}

// End frees what a Pool made for the call.
func (a *Attempt) End() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.renewed != nil {
		a.renewed.CloseIdleConnections()
	}
}
