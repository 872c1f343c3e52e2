package scenario_test

import (
	"crypto/tls"
	"crypto/x509"
	"maps"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// A step is what happens to one attempt.
type step struct {
	event event

	status  int
	header  http.Header
	body    string
	broken  int  // bytes of the body that come before it is truncated or stalls
	missing int  // bytes that the Content-Length has beyond the body
	chunked bool // without a Content-Length

	err error // of a connection that is not made
}

type event int

const (
	responses      event = iota
	breaksOff            // the response's body ends before its Content-Length is reached
	stalls               // the response's body never ends
	notConnected         // nothing was sent
	closedUnread         // the connection is closed before the request was read
	closedUnsaid         // the connection is closed after the request was read
	hangs                // the request is read, and nothing comes
	saysNothing          // a RoundTripper that returns nothing at all
	hasNoBodyAtAll       // a RoundTripper that leaves the response's Body nil
)

func (s step) isResponse() bool {
	switch s.event {
	case responses, breaksOff, stalls, hasNoBodyAtAll:
		return true
	default:
		return false
	}
}

// response is a response of the gateway itself.
func response(status int, body string, header ...string) step {
	s := step{status: status, body: body, header: http.Header{"Content-Type": {"application/json"}}}
	return s.with(header...)
}

// with adds header fields, given as names and values in turn.
func (s step) with(header ...string) step {
	s.header = maps.Clone(s.header)
	for i := 0; i < len(header); i += 2 {
		s.header.Set(header[i], header[i+1])
	}
	return s
}

// error response is the gateway's response with an error code, with its usual status.
func rejection(code sdk.Code, header ...string) step {
	return rejectionAs(catalogued(code).Statuses[0], code, header...)
}

func rejectionAs(status int, code sdk.Code, header ...string) step {
	return response(status, toJSON(envelope(code)), header...)
}

// healing is a error response that has its own word on retrying.
func healing(code sdk.Code, retryable any) step {
	body := envelope(code)
	body["selfHeal"] = map[string]any{"retryable": retryable, "nextAction": "wait_and_retry", "llmHint": "Send it again."}
	return response(catalogued(code).Statuses[0], toJSON(body))
}

// page is a response of a proxy: it is not JSON, and has no request ID.
func page(status int) step {
	return step{status: status, body: "<html><body><h1>" + http.StatusText(status) + "</h1></body></html>", header: http.Header{
		"Content-Type": {"text/html"}, "X-Request-Id": {""},
	}}
}

// nothing is a proxy's response without a body.
func nothing(status int) step {
	return step{status: status, header: http.Header{"X-Request-Id": {""}}}
}

func created() step {
	return response(http.StatusCreated, voraExample("components", "examples", "CreatedSession", "value"))
}

func replayed() step {
	s := created()
	s.status = http.StatusOK
	return s
}

func succeeded() step {
	return response(http.StatusOK, voraExample("components", "examples", "SucceededSession", "value"))
}

func checkout() step {
	return response(http.StatusOK, visionScopeExample("paths", "/api/checkout/create", "post", "responses", "200",
		"content", "application/json", "examples", "created", "value"))
}

// flat is an error of VisionScope's.
func flat(status int, message string) step {
	return response(status, toJSON(map[string]any{"error": message}))
}

// cut lets a response end in the middle of its body.
func (s step) cut() step {
	s.event, s.broken = breaksOff, len(s.body)/2
	return s
}

// endless lets a response end after its body and before it said that it would: what is missing may
// be nothing that matters.
func (s step) endless() step {
	s.event, s.broken, s.missing = breaksOff, len(s.body), 2
	return s
}

// stalled lets a response stop in the middle of its body.
func (s step) stalled() step {
	s.event, s.broken = stalls, len(s.body)/2
	return s
}

// large is a response of more than 1 MiB that would be fine otherwise.
func large(s step) step {
	s.body += strings.Repeat(" ", 1<<20)
	return s
}

// undeclared is a response that does not say how long it is.
func (s step) undeclared() step {
	s.chunked = true
	return s
}

func dialFailure(operation string, reason error) step {
	return step{event: notConnected, err: &net.OpError{Op: operation, Net: "tcp", Err: reason}}
}

func connectionRefused() step { return dialFailure("dial", syscall.ECONNREFUSED) }

func unknownHost() step {
	return dialFailure("dial", &net.DNSError{Err: "no such host", Name: "checkout.vonpay.com", IsNotFound: true})
}

func untrusted() step {
	return step{event: notConnected, err: &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}}
}

func closed() step  { return step{event: closedUnsaid} }
func unread() step  { return step{event: closedUnread} }
func hanging() step { return step{event: hangs} }
func silent() step  { return step{event: saysNothing} }
func bodyless() step {
	return step{event: hasNoBodyAtAll, status: http.StatusCreated, header: http.Header{}}
}
