package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/errno"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// nameFailure says what kept a gateway from responding as itself, and what to do about it.
func nameFailure(err error) (what, next string) {
	if what, next := nameCertificate(err); what != "" {
		return what, next.here
	}
	var e *sdk.Error
	if errors.As(err, &e) && e.Status != 0 && e.Code == "" {
		return err.Error(), nextAtStranger(e.Status)
	}
	return nameConnection(err)
}

// nameEndpointFailure says what keeps the gateways from delivering to the user's own endpoint.
func nameEndpointFailure(err error) (what, next string) {
	if what, next := nameCertificate(err); what != "" {
		return what, next.there
	}
	what, next = nameConnection(err)
	if errno.IsRefused(err) {
		next = "start the server of the endpoint, or correct the address"
	}
	return what, next
}

// nextAtStranger is what to do when something else than the gateway responds with a status.
func nextAtStranger(status int) string {
	switch {
	case status >= 300 && status < 400:
		return "set the address that it leads to if that is the gateway's; a network that redirects to its login page wants you to log in first"
	case status == http.StatusBadRequest:
		return "compare the address: a port that speaks TLS needs https"
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed:
		return "compare the address, its port and its path with the gateway's: another server is there"
	case status == http.StatusForbidden, status == http.StatusProxyAuthRequired:
		return "look for a firewall or proxy that blocks this machine, and ask who runs it to let the gateway's host through"
	case status >= 500:
		return "wait and try again; if it stays, compare the address, and look for a proxy in between (HTTPS_PROXY)"
	}
	return "look for what responds instead of the gateway: the login page of the network (captive portal), a proxy (HTTPS_PROXY), or a wrong address"
}

// The next step for a certificate that does not verify, at another's server and at one's own.
type certificateSteps struct{ here, there string }

// nameCertificate is about certificates; what is empty for other errors.
func nameCertificate(err error) (what string, next certificateSteps) {
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, new(x509.HostnameError)):
		return "TLS: the certificate is for another host: " + err.Error(), certificateSteps{
			"correct the host name; another server may be at its address, such as a captive portal",
			"get a certificate for the host in the URL, or deliver to the host that the certificate has: gateways verify it",
		}
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		what := "TLS: the certificate expired on " + invalid.Cert.NotAfter.UTC().Format(time.DateOnly)
		if time.Now().Before(invalid.Cert.NotBefore) {
			what = "TLS: the certificate is not valid before " + invalid.Cert.NotBefore.UTC().Format(time.DateOnly)
		}
		return what + ": " + err.Error(), certificateSteps{
			"compare this machine's clock; if it is right, the server's certificate is not valid",
			"renew the certificate, and reload the server: gateways deliver nothing until then. If it is new, compare this machine's clock",
		}
	case errors.As(err, &unknown):
		what, there := "TLS: the authority of the certificate is unknown", "serve the whole chain, with its intermediate certificates, of an authority that everybody trusts: gateways have no other"
		if c := unknown.Cert; c != nil && c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil {
			what, there = "TLS: the certificate is signed by itself", "get a certificate of an authority that everybody trusts, such as Let's Encrypt: gateways trust no other"
		}
		return what + ": " + err.Error(), certificateSteps{
			"install the certificates of the system, or of the proxy that opens TLS on the way (SSL_CERT_FILE)", there,
		}
	case errors.As(err, new(*tls.CertificateVerificationError)), errors.As(err, &invalid):
		return "TLS: the certificate does not verify: " + err.Error(), certificateSteps{
			"compare this machine's clock; if it is right, the server's certificate is not valid",
			"get a certificate for servers of an authority that everybody trusts: gateways verify it",
		}
	}
	return "", next
}

// nameConnection is about connections that brought no response.
func nameConnection(err error) (what, next string) {
	var timeout net.Error
	var reply tls.RecordHeaderError
	switch {
	case errors.As(err, new(*net.DNSError)):
		return "DNS: the host has no address: " + err.Error(), "correct the host name, or the name server of this machine"
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &reply) && string(reply.RecordHeader[:]) == "HTTP/":
		return "TLS: the port speaks plain HTTP: " + err.Error(), "correct the port, or put a server that speaks TLS before it; plain http is for this machine"
	case errors.As(err, &reply):
		return "TLS: the port does not speak TLS: " + err.Error(), "correct the port, or use http on this machine"
	case errors.As(err, new(tls.AlertError)), isRemoteAlert(err):
		return "TLS: no agreement with the server: " + err.Error(), "look for a proxy or an old TLS library between here and the server"
	case errno.IsRefused(err):
		return "nothing listens there: " + err.Error(), "start it (hostedpay sandbox), or correct the address"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no response in time: " + err.Error(), "look for a firewall that drops packets, and whether a proxy has to be used (HTTPS_PROXY)"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errno.IsReset(err):
		return "the connection was closed without a response: " + err.Error(), "read the log of the server, and of what is before it: it crashed, or does not speak what the address says (http, https)"
	}
	return err.Error(), "run hostedpay doctor again; if it stays, compare with a call from another network"
}

// isRemoteAlert recognizes the alert that a server sends.
func isRemoteAlert(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error"
}
