package contract

import (
	"bytes"
	"io"
)

// A Payload is the body of a request: a reader over a text that can be looked at and read anew.
type Payload struct {
	bytes.Reader
	text []byte
}

// NewPayload makes a body of a text, which must not change afterwards.
func NewPayload(text []byte) *Payload {
	p := &Payload{text: text}
	p.Reset(text)
	return p
}

// Close does nothing: there is nothing to give back.
func (p *Payload) Close() error { return nil }

// Text is the whole body, however much of it has been read.
func (p *Payload) Text() []byte { return p.text }

// Again is the body from its beginning, for a request's GetBody.
func (p *Payload) Again() (io.ReadCloser, error) { return NewPayload(p.text), nil }
