package retry

import (
	"crypto/tls"
	"errors"
	"net"
)

// NeverSent reports whether an error proves that no byte of the request reached the server. It is
// false for anything unclear. Every decision on whether an attempt may have been carried out is
// made with it.
func NeverSent(err error) bool {
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
