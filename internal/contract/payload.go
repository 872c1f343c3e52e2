package contract

import (
	"bytes"
	"io"
)

// A Payload is the body of a request: a reader over bytes that can be looked at and read again.
type Payload struct {
	bytes.Reader
	content []byte
}

// NewPayload makes a body of content, which must not change afterwards.
func NewPayload(content []byte) *Payload {
	p := &Payload{content: content}
	p.Reset(content)
	return p
}

// Close does nothing: there is nothing to give back.
func (p *Payload) Close() error { return nil }

// Content is the whole body, however much of it has been read.
func (p *Payload) Content() []byte { return p.content }

// Reopen is the body from its beginning, for a request's GetBody.
func (p *Payload) Reopen() (io.ReadCloser, error) { return NewPayload(p.content), nil }
