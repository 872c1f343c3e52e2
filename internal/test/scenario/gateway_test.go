package scenario_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A gateway plays a script, a step for each attempt, and keeps what it was sent. In memory it is an
// http.RoundTripper.
type gateway struct {
	t      *testing.T
	script []step

	mu   sync.Mutex
	seen []*sighting
}

// A sighting is an attempt as the gateway saw it.
type sighting struct {
	method   string
	url      string
	header   http.Header
	length   int64
	body     []byte
	arrived  bool // with its body
	blind    bool // the connection was closed before anything could be seen
	began    time.Time
	ended    time.Time
	released bool // the response's body was closed
}

// next notes an attempt and finds its step; ok is false when the script is over.
func (g *gateway) next(request *http.Request) (s step, seen *sighting, n int, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	n = len(g.seen) + 1
	seen = &sighting{
		method: request.Method, url: request.URL.String(), header: request.Header.Clone(), length: request.ContentLength, began: time.Now(),
	}
	g.seen = append(g.seen, seen)
	if n > len(g.script) {
		g.t.Errorf("attempt %d was not expected: %s %s", n, request.Method, request.URL)
		return step{}, seen, n, false
	}
	return g.script[n-1], seen, n, true
}

func (g *gateway) RoundTrip(request *http.Request) (*http.Response, error) {
	s, seen, n, ok := g.next(request)
	defer func() { seen.ended = time.Now() }()
	if !ok {
		return nil, errors.New("the script is over")
	}
	if request.Body != nil {
		defer request.Body.Close()
	}
	if s.event == notConnected {
		return nil, s.err
	}
	if s.event == closedUnread {
		return nil, io.EOF
	}
	if err := seen.read(request.Body); err != nil {
		return nil, err
	}
	switch s.event {
	case closedUnsaid:
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	case hangs:
		<-request.Context().Done()
		return nil, context.Cause(request.Context())
	case saysNothing:
		return nil, nil
	case hasNoBodyAtAll:
		seen.released = true
		return &http.Response{StatusCode: s.status, Header: s.headerOf(n), Request: request}, nil
	default: // a response
	}
	length := int64(len(s.body) + s.missing)
	if s.chunked {
		length = -1
	}
	return &http.Response{
		StatusCode: s.status, ProtoMajor: 1, ProtoMinor: 1, Request: request, Header: s.headerOf(n), ContentLength: length,
		Body: &responseBody{step: s, rest: strings.NewReader(s.body[:s.length()]), seen: seen, over: request.Context()},
	}, nil
}

func (seen *sighting) read(body io.Reader) (err error) {
	if body != nil {
		seen.body, err = io.ReadAll(body)
	}
	seen.arrived = err == nil
	return err
}

// requestID is what the gateway calls the n-th attempt.
func requestID(n int) string { return fmt.Sprintf("req_%d", n) }

func (s step) headerOf(n int) http.Header {
	header := maps.Clone(s.header)
	if _, proxy := header["X-Request-Id"]; !proxy {
		header.Set("X-Request-Id", requestID(n))
	}
	return header
}

// length is how much of the body comes.
func (s step) length() int {
	if s.event == responses {
		return len(s.body)
	}
	return s.broken
}

// A responseBody ends as its step says.
type responseBody struct {
	step step
	rest io.Reader
	seen *sighting
	over context.Context
}

func (b *responseBody) Read(p []byte) (int, error) {
	n, err := b.rest.Read(p)
	switch {
	case err == nil:
		return n, nil
	case b.step.event == breaksOff:
		return 0, io.ErrUnexpectedEOF
	case b.step.event == stalls:
		<-b.over.Done()
		return 0, context.Cause(b.over)
	}
	return n, err
}

func (b *responseBody) Close() error {
	b.seen.ended, b.seen.released = time.Now(), true
	return nil
}
