package simulation

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"time"
)

// inbound is the network between the gateways and the shop. Its caller is a delivery of the
// sandbox.
type inbound struct{ w *world }

// A hook is one delivery that reached a process of the shop.
type hook struct {
	key      string // the event's dedupe key, when the shop claimed it
	response *httptest.ResponseRecorder
	forged   bool
	intact   bool          // nobody has changed it on the way
	sent     time.Time     // by the gateway
	skew     time.Duration // of the clock that signed it
	rotating string        // a tenant whose key was being rotated when it arrived
}

type hookKey struct{}

// An overheard delivery is one that an attacker has seen on its way.
type overheard struct {
	request *http.Request
	body    []byte
}

func (n inbound) RoundTrip(r *http.Request) (*http.Response, error) {
	w := n.w
	me := w.scheduler.actor // the delivery's own, which has just begun
	ctx := withLife(r.Context(), life{actor: me})
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	signed := hook{intact: true, sent: time.Now(), skew: w.skew} // just now, by the gateway's clock
	w.scheduler.gate(ctx, "sends")
	w.overheard = append(w.overheard, overheard{r, body})
	switch {
	case w.fault(me, faultLost):
		return nil, errReset
	case w.fault(me, faultProxied):
		return response(r, w.pick(me, "status of the page", 503, 502, 403, 429, 301), "text/html", "<html></html>"), nil
	case w.fault(me, faultCut):
		body, signed.intact = body[:len(body)/2], false
	}
	h, copied := signed, signed
	wait := time.Duration(0)
	if w.fault(me, faultLate) {
		wait = []time.Duration{3 * time.Second, 8 * time.Second, 40 * time.Second, 7 * time.Minute}[w.chance.upTo(me, "how late", 4)]
	}
	if w.inbox != nil && w.fault(me, faultHeld) {
		wait = time.Until(time.Now().Truncate(2 * time.Minute).Add(2 * time.Minute))
	}
	p := n.arrive(r, body, me, wait, &h)
	if w.fault(me, faultCopied) {
		n.arrive(r, body, me+" copy", wait+time.Duration(w.chance.upTo(me, "milliseconds until the copy", 8000))*time.Millisecond, &copied)
	}
	if p == nil && wait == 0 {
		return nil, errRefused
	}
	w.scheduler.park(ctx, "waits for the shop", time.Minute, func() bool { return h.response != nil || ctx.Err() != nil || p.isDead() && wait == 0 })
	switch {
	case h.response == nil:
		return nil, errReset
	case w.fault(me, faultUnheard):
		return nil, errReset
	case w.fault(me, faultGatewayReads):
		return response(r, http.StatusGatewayTimeout, "text/html", "<html></html>"), nil
	}
	return h.response.Result(), nil
}

// arrive hands a delivery to a process of the shop, now or later. It returns the process that takes
// it now.
func (n inbound) arrive(r *http.Request, body []byte, name string, wait time.Duration, h *hook) *process {
	w := n.w
	if wait > 0 {
		w.flying++
		w.scheduler.spawn(life{actor: w.scheduler.numbered(name + " on the way")}, wait, func(context.Context) {
			w.flying--
			n.arrive(r, body, name, 0, h)
		})
		return nil
	}
	p := w.shop.up(name)
	if p == nil {
		return nil
	}
	w.scheduler.spawn(life{actor: w.scheduler.numbered(p.name + " takes " + name), process: p}, 0, func(ctx context.Context) {
		n.take(ctx, p, r, body, h)
	})
	return p
}

// take is the request in the shop.
func (n inbound) take(ctx context.Context, p *process, r *http.Request, body []byte, h *hook) {
	w, whole := n.w, r.ContentLength
	ctx = context.WithValue(ctx, hookKey{}, h)
	h.rotating, w.hooks[lifeOf(ctx).actor] = w.rotating, h
	in := r.Clone(w.drawn(ctx))
	in.Body, in.ContentLength = io.NopCloser(bodyOf(body, whole)), whole
	in.RequestURI, in.Host, in.RemoteAddr = r.URL.RequestURI(), r.URL.Host, "127.0.0.1:49152"
	recorded, arrived := httptest.NewRecorder(), time.Now()
	p.handler.ServeHTTP(recorded, in)
	w.scheduler.gate(ctx, "responds "+strconv.Itoa(recorded.Code))
	if took := time.Since(arrived); took > responseWithin {
		w.violate(RespondsInTime, "%s took %s", lifeOf(ctx).actor, took)
	}
	w.checkReply(ctx, h, recorded.Code)
	h.response = recorded
}

// bodyOf is a body that ends too early when it is shorter than it says.
func bodyOf(body []byte, whole int64) io.Reader {
	if int64(len(body)) < whole {
		return io.MultiReader(newReader(body), truncated{})
	}
	return newReader(body)
}
