package sandbox

import (
	"bytes"
	"maps"
	"net/http"
)

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

// whole sends an answer when all of it is there. Pages are made with Sandbox.mu held: a browser that does not read its page
// must not let everybody else wait.
func whole(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := newBuffer()
		next(answer, r)
		maps.Copy(w.Header(), answer.header)
		w.WriteHeader(answer.status)
		_, _ = w.Write(answer.body.Bytes()) // the browser may have gone
	})
}
