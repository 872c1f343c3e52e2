package sandbox

import (
	"context"
	"errors"
	"net"
	"net/http"
	"syscall"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// newLocalTransport is a transport that connects to this machine and nothing else: not to a proxy of the environment's, and not
// to where a name server says that a local name is.
func newLocalTransport() *http.Transport {
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
				address = net.JoinHostPort("localhost", port) // which no name server has to know
			}
			return dialer.DialContext(ctx, network, address)
		},
	}
}
