// Package local keeps the sandbox on this machine: it says which addresses are, and connects to no
// other.
package local

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"syscall"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// CheckURL says why no webhook can be delivered to a URL; nil when one can.
func CheckURL(target string) error {
	u, err := url.Parse(target)
	switch {
	case target == "":
		return errors.New("no webhook URL is registered for the merchant")
	case err != nil || u.Host == "":
		return errors.New("the webhook URL is not absolute")
	case u.Scheme != "http" && u.Scheme != "https":
		return errors.New("the webhook URL is neither http nor https")
	case !contract.IsLoopback(u.Hostname()):
		return errors.New("the webhook URL is not on this machine, and the sandbox sends nowhere else: register one on 127.0.0.1 or localhost")
	}
	return nil
}

// NewTransport returns a transport that connects to this machine alone: not to a proxy of the
// environment, and not to where a name server says that a local name is.
func NewTransport() *http.Transport {
	dialer := &net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
		host, _, err := net.SplitHostPort(address)
		if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
			return errors.New("the address is not on this machine, and the sandbox sends nowhere else")
		}
		return nil
	}}
	return &http.Transport{
		MaxIdleConnsPerHost: 16,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if host, port, err := net.SplitHostPort(address); err == nil && contract.IsLoopback(host) && net.ParseIP(host) == nil {
				address = net.JoinHostPort("localhost", port) // no name server needs to know the name
			}
			return dialer.DialContext(ctx, network, address)
		},
	}
}
