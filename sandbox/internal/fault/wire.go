package fault

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/clock"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/journal"
)

// delay waits as long as a fault says, and reports whether the call goes on: not when the caller
// has gone. Closing the sandbox ends the wait, and the connection with it.
func (i *Injector) delay(w http.ResponseWriter, r *http.Request, f *control.Fault) bool {
	wait := time.Duration(f.LatencyMS) * time.Millisecond
	if f.Hang {
		wait = clock.Forever
	}
	if wait == 0 {
		return true
	}
	err := i.executor.Sleep(r.Context(), clock.Task{Kind: clock.TaskLatency, Request: journal.RequestNumber(w)}, wait)
	if errors.Is(err, clock.ErrClosed) {
		cut(w)
	}
	return err == nil
}

func happen(f *control.Fault, w http.ResponseWriter, r *http.Request, deny Denial, next http.Handler) {
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	switch {
	case f.ResetBefore:
		cut(w)
	case f.ResetAfter:
		next.ServeHTTP(journal.NewBuffer(w), r)
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

// respond sends the fault's status with its body alone.
func respond(w http.ResponseWriter, f *control.Fault) {
	switch {
	case f.Body == "":
	case strings.HasPrefix(strings.TrimSpace(f.Body), "<"):
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
	default:
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(f.Status)
	_, _ = io.WriteString(w, f.Body) //nolint:gosec // the test that injected the fault wrote the body
}

// cut ends the connection without a response.
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

// truncate sends the right length and half of the body. An empty body, as that of a redirect, is
// announced to have one byte.
func truncate(w http.ResponseWriter, r *http.Request, next http.Handler) {
	response := journal.NewBuffer(w)
	next.ServeHTTP(response, r)
	maps.Copy(w.Header(), response.Header())
	body := bytes.TrimSpace(response.Body.Bytes())
	w.Header().Set("Content-Length", strconv.Itoa(max(len(body), 1)))
	w.WriteHeader(response.Status)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}
