package sandbox

import (
	"bytes"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// linger waits as long as a fault wants, and tells whether there is still something to do then: not when the caller has
// gone. Close ends the wait, and the connection with it.
func (s *Sandbox) linger(w http.ResponseWriter, r *http.Request, f *control.Fault) bool {
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

func happen(f *control.Fault, w http.ResponseWriter, r *http.Request, deny denial, next http.Handler) {
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
		respond(w, f)
	default:
		next.ServeHTTP(w, r)
	}
}

// respond sends the fault's status and body.
func respond(w http.ResponseWriter, f *control.Fault) {
	switch {
	case f.Body == "":
	case strings.HasPrefix(strings.TrimSpace(f.Body), "<"):
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
	default:
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(f.Status)
	_, _ = w.Write([]byte(f.Body)) // the caller may have gone
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

// truncate answers with the right length and half of the body. One that is empty, as a page's that sends the browser on,
// is announced to have a byte.
func truncate(w http.ResponseWriter, r *http.Request, next http.Handler) {
	answer := newBuffer()
	next.ServeHTTP(answer, r)
	maps.Copy(w.Header(), answer.header)
	body := bytes.TrimSpace(answer.body.Bytes())
	w.Header().Set("Content-Length", strconv.Itoa(max(len(body), 1)))
	w.WriteHeader(answer.status)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}
