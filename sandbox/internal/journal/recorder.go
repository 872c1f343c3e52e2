package journal

import (
	"net/http"

	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// recorder notes a response on its way.
type recorder struct {
	http.ResponseWriter
	entry *control.Request
}

// RequestNumber is the number of the request that w responds to; 0 when the journal does not note
// it.
func RequestNumber(w http.ResponseWriter) int64 {
	if e := entryOf(w); e != nil {
		return e.Number
	}
	return 0
}

// NoteFault notes that a fault was injected into the request that w responds to.
func NoteFault(w http.ResponseWriter, fault string) {
	if e := entryOf(w); e != nil {
		e.Fault = shorten(fault)
	}
}

func entryOf(w http.ResponseWriter) *control.Request {
	switch w := w.(type) {
	case *recorder:
		return w.entry
	case *Buffer:
		return entryOf(w.of)
	}
	return nil
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(status int) {
	r.entry.Status = status
	r.ResponseWriter.WriteHeader(status)
}

// Write notes the beginning of the body.
func (r *recorder) Write(p []byte) (int, error) {
	if r.entry.Status == 0 {
		r.entry.Status = http.StatusOK
	}
	r.entry.Response += string(p[:min(len(p), max(maxNotedBody-len(r.entry.Response), 0))])
	return r.ResponseWriter.Write(p)
}

// Unwrap lets [http.ResponseController] reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
