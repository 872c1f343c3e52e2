package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"syscall"
)

// nameFailure says what kept a request from getting a response, and what to do about it.
func nameFailure(err error) (what, next string) {
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var timeout net.Error
	switch {
	case errors.As(err, &dns):
		return "DNS: " + err.Error(), "correct the host name, or the name server of this machine"
	case errors.As(err, new(x509.HostnameError)):
		return "TLS: " + err.Error(), "correct the host name; another server may be at its address, such as a captive portal"
	case errors.As(err, new(x509.UnknownAuthorityError)):
		return "TLS: " + err.Error(), "install the certificates of the system, or of the proxy that opens TLS on the way (SSL_CERT_FILE)"
	case errors.As(err, &certificate), errors.As(err, new(x509.CertificateInvalidError)):
		return "TLS: " + err.Error(), "compare this machine's clock; if it is right, the server's certificate is not valid"
	case errors.As(err, &record):
		return "TLS: " + err.Error(), "the server does not speak TLS there: correct the port, or use http on this machine"
	case errors.As(err, &alert):
		return "TLS: " + err.Error(), "look for a proxy or an old TLS library between here and the server"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there: " + err.Error(), "start it (hostedpay sandbox), or correct the address"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no response in time: " + err.Error(), "look for a firewall that drops packets, and whether a proxy has to be used (HTTPS_PROXY)"
	}
	return err.Error(), "run hostedpay doctor again; if it stays, compare with a call from another network"
}
