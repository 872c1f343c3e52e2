package wire

import (
	"net/http"
	"sync/atomic"
)

// A Pool sends requests over an http.Transport, and replaces it when one of its connections may be
// dead: a transport cannot be told to leave a single HTTP/2 connection alone.
type Pool struct {
	current atomic.Pointer[http.Transport]
	own     bool
}

// NewPool makes a Pool whose transport belongs to it: it is replaced for all that follow.
func NewPool(transport *http.Transport) *Pool {
	p := &Pool{own: true}
	p.current.Store(transport)
	return p
}

// Borrow makes it a Pool over somebody else's transport, which is never replaced: an attempt that
// needs a new connection gets a clone for itself.
func (p *Pool) Borrow(transport *http.Transport) { p.current.Store(transport) }

// RoundTrip sends a request.
func (p *Pool) RoundTrip(request *http.Request) (*http.Response, error) {
	transport := p.current.Load()
	if a := attemptOf(request.Context()); a != nil {
		transport = p.choose(a, transport)
	}
	return transport.RoundTrip(request)
}

func (p *Pool) choose(a *Attempt, transport *http.Transport) *http.Transport {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.Renew && !p.own {
		if a.renewed == nil {
			a.renewed = transport.Clone()
		}
		transport = a.renewed
	}
	a.used = transport
	return transport
}

// retire keeps new requests off the connections of a transport. Requests that are on their way over
// them go on.
func (p *Pool) retire(used *http.Transport) {
	if p.own && p.current.Load() == used {
		p.current.CompareAndSwap(used, used.Clone())
	}
	used.CloseIdleConnections()
}

// A Chain is middleware around a Pool.
type Chain struct {
	http.RoundTripper
	Pool *Pool
}
