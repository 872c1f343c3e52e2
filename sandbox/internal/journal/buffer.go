package journal

import (
	"bytes"
	"net/http"
)

// A Buffer takes a response that is not sent, or not as it is.
type Buffer struct {
	Status int
	Body   bytes.Buffer

	header http.Header
	of     http.ResponseWriter
}

// NewBuffer returns a buffer for a response that would go to w.
func NewBuffer(w http.ResponseWriter) *Buffer {
	return &Buffer{Status: http.StatusOK, header: http.Header{}, of: w}
}

// Header is the response's header.
func (b *Buffer) Header() http.Header { return b.header }

// WriteHeader takes the status.
func (b *Buffer) WriteHeader(status int) { b.Status = status }

func (b *Buffer) Write(p []byte) (int, error) { return b.Body.Write(p) }
