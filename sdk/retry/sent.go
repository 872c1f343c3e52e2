package retry

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"
)

// NeverSent reports whether an error means that no byte of the request reached the server. Errors
// of attempts know what happened on the network: a connection, a TLS handshake, a proxy or a place
// in a queue that was not had in time is NeverSent, whatever the error's type, and so is an HTTP/2
// stream that the server refused. Of other errors only those that prove it are; anything unclear is
// false. Every decision on whether an attempt may have been carried out is made with it.
func NeverSent(err error) bool {
	var known deliveryError
	if errors.As(err, &known) {
		return !known.sent
	}
	var operation *net.OpError
	var lookup *net.DNSError
	var untrusted *tls.CertificateVerificationError
	var notTLS tls.RecordHeaderError
	return errors.As(err, &operation) && connecting(operation.Op) ||
		errors.As(err, &lookup) || errors.As(err, &untrusted) || errors.As(err, &notTLS)
}

// connecting reports whether an operation of package net comes before the first byte of a request:
// to the server, or to a proxy in between.
func connecting(operation string) bool {
	return operation == "dial" || operation == "proxyconnect" || operation == "socks connect"
}

// A deliveryError is an error of an attempt of which it is known whether the request was sent.
type deliveryError struct {
	error
	sent bool
}

// Unwrap is the transport's error.
func (e deliveryError) Unwrap() error { return e.error }

// notProcessed reports whether an HTTP/2 server said that it did nothing about a request that it
// was sent. (RFC 9113, sections 6.8 and 8.7.)
func notProcessed(err error) bool {
	const refusedStream = 7
	var stream streamError
	if errors.As(err, &stream) {
		return stream.Code == refusedStream
	}
	// A body that was read already keeps net/http from sending a request again, and then its error
	// is a string.
	reason, ok := strings.CutPrefix(err.Error(), "http2: Transport: cannot retry err [")
	return ok && (strings.Contains(reason, "; REFUSED_STREAM") || strings.HasPrefix(reason, "http2: Transport received Server's graceful shutdown GOAWAY]"))
}

// A streamError is what net/http converts its own to.
type streamError struct {
	StreamID uint32
	Code     uint32
	Cause    error
}

func (streamError) Error() string { return "" }

// mayHaveBeenDone reports whether an error response leaves it open if the gateway carried out the
// request: it comes from something in between that may have passed the request on. That includes a
// 503, which some proxies and load balancers send when the gateway is too slow or its connection
// ends, and a 408, which some servers send when their own work takes too long.
func mayHaveBeenDone(status int, said ResponseInfo) bool {
	switch status {
	case http.StatusSwitchingProtocols:
		return true
	case http.StatusRequestTimeout:
		return !said.Spoken
	case http.StatusNotImplemented:
		return false
	}
	return status >= http.StatusInternalServerError && (!said.Spoken || status == http.StatusGatewayTimeout && said.Code == "")
}
