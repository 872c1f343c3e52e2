package sandbox

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// underOwnName keeps the dashboard and the control API to callers who know the sandbox by a name
// that nobody else can have: an address, a name of this machine or of its own network, or that of
// the public URL. To a browser, a page of any other name that is made to lead here would be the
// sandbox itself (DNS rebinding).
func (s *Sandbox) underOwnName(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := (&url.URL{Host: r.Host}).Hostname()
		public, _ := url.Parse(s.publicURL) // was checked by New
		switch {
		case contract.IsLoopback(host), net.ParseIP(host) != nil, !strings.Contains(host, "."), strings.EqualFold(host, public.Hostname()):
			next.ServeHTTP(w, r)
		default:
			reply(w, http.StatusMisdirectedRequest, control.ErrorBody{Error: "the sandbox does not know itself as " + host + ": call it by its address, or set its public URL (--public-url, WithPublicURL)"})
		}
	})
}
