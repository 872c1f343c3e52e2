package listen

import (
	"context"
	"net"
	"net/url"
	"strconv"
	"time"
)

// lookupTimeout is how long the name of a target may take.
const lookupTimeout = 2 * time.Second

// IsAt reports whether a target is at the address of a listener on this machine. Only the host of
// one with the same port is looked up.
func (t Target) IsAt(ctx context.Context, listener net.Addr) bool {
	at, ok := listener.(*net.TCPAddr)
	if !ok || portOf(t.url) != strconv.Itoa(at.Port) {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupIPAddr(ctx, t.url.Hostname())
	if err != nil {
		return false // each delivery will say so
	}
	for _, a := range addresses {
		if reaches(a.IP, at.IP) {
			return true
		}
	}
	return false
}

// portOf is the port of a URL, also where it is that of the scheme.
func portOf(at *url.URL) string {
	switch port := at.Port(); {
	case port != "":
		return port
	case at.Scheme == "https":
		return "443"
	}
	return "80"
}

// reaches reports whether a connection to an address gets to who listens at another. A connection
// to the unspecified address goes to this machine.
func reaches(to, listening net.IP) bool {
	switch {
	case to.Equal(listening):
		return true
	case to.IsUnspecified():
		return listening.IsLoopback() || listening.IsUnspecified()
	}
	return listening.IsUnspecified() && isOfThisMachine(to)
}

func isOfThisMachine(ip net.IP) bool {
	own, _ := net.InterfaceAddrs() // without them it is loopback alone
	for _, address := range own {
		if network, ok := address.(*net.IPNet); ok && network.IP.Equal(ip) {
			return true
		}
	}
	return ip.IsLoopback()
}
