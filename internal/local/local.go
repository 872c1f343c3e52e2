// Package local keeps what is not encrypted on this machine, and on the hosts that a user allows by
// name: a sandbox and a shop in two containers. It says which they are, and connects to no other.
package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// Hosts are the names and addresses of other hosts that a user has allowed. This machine is always
// allowed. The zero value is this machine alone.
type Hosts []string

// NewHosts returns hosts in one spelling, or an error that names the one that is not a host.
func NewHosts(names ...string) (Hosts, error) {
	var hosts Hosts
	for _, name := range names {
		host := normal(strings.TrimSuffix(strings.TrimPrefix(name, "["), "]"))
		u, err := url.Parse("http://" + bracketed(host) + "/")
		if err != nil || host == "" || normal(u.Hostname()) != host || u.Port() != "" || u.User != nil {
			return nil, fmt.Errorf("%q is not a host: list names or addresses without scheme, port or wildcard, such as \"sandbox\"", name)
		}
		if strings.ContainsAny(host, "*/?#, ") {
			return nil, fmt.Errorf("%q is not one host: list each by its name", name)
		}
		hosts = append(hosts, host)
	}
	return hosts, nil
}

func normal(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }

func bracketed(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// Allows reports whether a host is this machine or one of the hosts.
func (h Hosts) Allows(host string) bool { return contract.IsLoopback(host) || h.lists(host) }

func (h Hosts) lists(host string) bool { return slices.Contains(h, normal(host)) }

// CheckWebhookURL says why no webhook can be delivered to a URL; nil when one can.
func (h Hosts) CheckWebhookURL(target string) error {
	u, problem := contract.ParseURL(target)
	switch {
	case target == "":
		return errors.New("no webhook URL is registered for the merchant")
	case problem != "":
		return errors.New("the webhook URL " + problem)
	case u.Scheme != "http" && u.Scheme != "https":
		return errors.New("the webhook URL is neither http nor https")
	case !h.Allows(u.Hostname()):
		return errors.New("the webhook URL is not on this machine, and the sandbox sends nowhere else: register one on 127.0.0.1 or localhost, or allow its host (--webhook-host, WithWebhookHosts)")
	}
	return nil
}

// NewTransport returns a transport that connects to this machine and to the hosts alone: not to a
// proxy of the environment, and not to where a name server says that a local name is.
func (h Hosts) NewTransport() *http.Transport {
	var anywhere net.Dialer
	here := &net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
		host, _, err := net.SplitHostPort(address)
		if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
			return errors.New("the address is not on this machine, and neither is its host allowed")
		}
		return nil
	}}
	return &http.Transport{
		MaxIdleConnsPerHost: 32,
		IdleConnTimeout:     90 * time.Second,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, port, err := net.SplitHostPort(address)
			switch {
			case err == nil && contract.IsLoopback(host) && net.ParseIP(host) == nil:
				address = net.JoinHostPort("localhost", port) // no name server needs to know the name
			case err == nil && h.lists(host):
				return anywhere.DialContext(ctx, network, address)
			}
			return here.DialContext(ctx, network, address)
		},
	}
}
