package scenario_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
)

// An HTTP/2 server that says it did nothing about a request has not been sent it, as far as money
// goes: the call is repeated, and its outcome is never unknown. (RFC 9113, sections 6.8 and 8.7.)
func TestNotProcessedOverHTTP2(t *testing.T) {
	t.Parallel()
	for _, refusal := range []struct {
		name string
		make func(stream uint32) []byte
	}{
		{"REFUSED_STREAM", func(stream uint32) []byte { return frame(frameReset, 0, stream, number32(refusedStream)) }},
		{"GOAWAY before the stream", func(uint32) []byte { return frame(frameGoAway, 0, 0, append(number32(0), number32(noError)...)) }},
	} {
		for _, c := range []struct {
			call   operation
			ok     step
			result string
		}{
			{createSession(), created(), sessionID},
			{createCheckout(), checkout(), checkoutID},
			{getSession(), succeeded(), "succeeded 14.99 USD"},
		} {
			t.Run(c.call.name+": "+refusal.name, func(t *testing.T) {
				t.Parallel()
				run := func(refusals int64) (run, int64) {
					var asked atomic.Int64
					address, trusting := serveHTTP2(t, func(stream uint32) []byte {
						if asked.Add(1) <= refusals {
							return refusal.make(stream)
						}
						return respondHTTP2(stream, c.ok)
					})
					s := scenario{call: c.call}
					ctx, cancel := s.context(t)
					defer cancel(nil)
					r := s.run(ctx, trusting, sdk.WithBaseURL("https://"+address), sdk.WithMaxRetries(2), atOnce())
					return r, asked.Load()
				}
				r, asked := run(1)
				require.NoError(t, r.err)
				require.Equal(t, c.result, r.outcome.said)
				require.EqualValues(t, 2, asked)
				require.Len(t, r.outcome.response.Attempts, 2, "each request is counted")

				if c.call.body == "" {
					return // net/http repeats it by itself, with pauses of its own, until the attempt's time is over
				}
				r, asked = run(1 << 20)
				var unknown *sdk.OutcomeUnknownError
				require.NotErrorAs(t, r.err, &unknown)
				var e *sdk.Error
				require.ErrorAs(t, r.err, &e)
				require.Contains(t, e.Message, "nothing was sent")
				require.Len(t, e.Attempts, int(asked))
				require.EqualValues(t, 3, asked, "it is safe to repeat, and is repeated")
			})
		}
	}
}

// atOnce repeats without pauses.
func atOnce() sdk.ClientOption {
	policy := retry.Default()
	policy.BaseDelay, policy.MaxDelay = time.Microsecond, time.Microsecond
	return retry.WithPolicy(policy)
}

// Any other end of a stream leaves it open what became of the request.
func TestAStreamThatEndsOtherwiseIsUnknown(t *testing.T) {
	t.Parallel()
	const internalError = 2
	address, trusting := serveHTTP2(t, func(stream uint32) []byte { return frame(frameReset, 0, stream, number32(internalError)) })
	s := scenario{call: createCheckout()}
	ctx, cancel := s.context(t)
	defer cancel(nil)
	r := s.run(ctx, trusting, sdk.WithBaseURL("https://"+address))
	var unknown *sdk.OutcomeUnknownError
	require.ErrorAs(t, r.err, &unknown)
	require.Len(t, unknown.Err.Attempts, 1)
}

// The frames of HTTP/2 that these tests need. (RFC 9113, section 6.)
const (
	frameData     = 0
	frameHeaders  = 1
	frameReset    = 3
	frameSettings = 4
	frameGoAway   = 7

	endStream  = 1
	endHeaders = 4

	noError       = 0
	refusedStream = 7
)

func number32(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

func frame(kind, flags byte, stream uint32, payload []byte) []byte {
	length := number32(uint32(len(payload)))[1:]
	return slices.Concat(length, []byte{kind, flags}, number32(stream), payload)
}

// respondHTTP2 is a response whose header is a status alone. (RFC 7541: a literal field that is
// not indexed, whose name is the 8th of the static table.)
func respondHTTP2(stream uint32, s step) []byte {
	status := fmt.Sprintf("\x08\x03%d", s.status)
	return append(frame(frameHeaders, endHeaders, stream, []byte(status)), frame(frameData, endStream, stream, []byte(s.body))...)
}

// serveHTTP2 is a server that reads each request to its end and sends the frames that respond
// makes. The client trusts it.
func serveHTTP2(t *testing.T, respond func(stream uint32) []byte) (address string, trusting *http.Client) {
	t.Helper()
	certified := httptest.NewUnstartedServer(http.NotFoundHandler())
	certified.EnableHTTP2 = true
	certified.StartTLS()
	certified.Close()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: certified.TLS.Certificates, NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12})
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go speakHTTP2(conn, respond)
		}
	}()
	roots := x509.NewCertPool()
	roots.AddCert(certified.Certificate())
	transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	return listener.Addr().String(), &http.Client{Transport: transport}
}

func speakHTTP2(conn net.Conn, respond func(stream uint32) []byte) {
	defer func() { _ = conn.Close() }()
	const preface = 24
	if _, err := io.CopyN(io.Discard, conn, preface); err != nil {
		return
	}
	if _, err := conn.Write(frame(frameSettings, 0, 0, nil)); err != nil {
		return
	}
	header := make([]byte, 9)
	for {
		if _, err := io.ReadFull(conn, header); err != nil {
			return
		}
		length := int64(binary.BigEndian.Uint32(header) >> 8)
		if _, err := io.CopyN(io.Discard, conn, length); err != nil {
			return
		}
		kind, flags := header[3], header[4]
		if ends := flags&endStream != 0; ends && (kind == frameHeaders || kind == frameData) {
			if _, err := conn.Write(respond(binary.BigEndian.Uint32(header[5:]))); err != nil {
				return
			}
		}
	}
}
