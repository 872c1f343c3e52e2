package doctor

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/endpoint"
	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/scheme"
)

// A reception is how an endpoint received a delivery.
type reception struct {
	endpoint.Response
	err error // without a response
}

// deliver sends a delivery of the test event.
func (d *examination) deliver(ctx context.Context, to scheme.Destination, body []byte) reception {
	response, err := endpoint.Exchange(ctx, to.Request(body), d.Within)
	return reception{response, err}
}

func (r reception) accepted() bool { return r.Status/100 == 2 }

// rejected reports whether the response is what an endpoint says about a signature that does not
// verify. It may be a page that a framework makes of each error, and not one to log in with.
func (r reception) rejected() bool {
	switch r.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity:
		return !r.isPage() || !bytes.Contains(bytes.ToLower(r.Body), []byte("<form"))
	}
	return false
}

// isPage reports whether the body is an HTML page. The content type alone says nothing: PHP sends
// text/html by default.
func (r reception) isPage() bool {
	beginning := bytes.ToLower(r.Body[:min(len(r.Body), 1024)])
	return bytes.Contains(beginning, []byte("<html")) || bytes.Contains(beginning, []byte("<!doctype html"))
}

// An obstacle is what keeps deliveries from being looked at at all, whoever signed them.
type obstacle struct{ what, why, next string }

// obstacle returns what is in the way of a delivery; ok is false when the endpoint judged it.
func (r reception) obstacle(to string) (o obstacle, ok bool) {
	o.why = "the gateway cannot deliver: payments are not noticed"
	switch {
	case r.err != nil:
		o.what, o.next = nameEndpointFailure(r.err)
	case r.Status >= 300 && r.Status < 400:
		o.what, o.next = r.redirect(to)
	case r.Status == http.StatusBadRequest && strings.HasPrefix(to, "http:") && bytes.Contains(r.Body, []byte("HTTPS")):
		o.what, o.next = fmt.Sprintf("the port speaks TLS, and got plain HTTP (HTTP %d)", r.Status), "use https in the URL"
	default:
		o.what, o.next = r.rejection()
	}
	return o, o.what != ""
}

// rejection is about a status that says nothing about a signature; what is empty for others.
func (r reception) rejection() (what, next string) {
	at := fmt.Sprintf("(HTTP %d)", r.Status)
	switch {
	case r.Status == http.StatusNotFound, r.Status == http.StatusGone:
		return "no endpoint is at this path " + at, "compare the path with the route of your handler, and a prefix that a proxy adds or removes"
	case r.Status == http.StatusMethodNotAllowed:
		return "the path is there, and takes no POST " + at, "route POST to your handler"
	case r.Status == http.StatusRequestEntityTooLarge:
		return "a body of a few hundred bytes is too large for it " + at, "raise the limit of the server or proxy to 1 MiB"
	case r.Status == http.StatusUnsupportedMediaType:
		return "the endpoint takes no application/json " + at, "let the route take any content type, and read the raw body"
	case r.Status == http.StatusTooManyRequests:
		return "a rate limit rejects deliveries " + at, "exempt the endpoint from the rate limit: gateways deliver in bursts, from few addresses"
	case r.Status == http.StatusBadGateway, r.Status == http.StatusServiceUnavailable, r.Status == http.StatusGatewayTimeout:
		return "a proxy before the endpoint got no response from it " + at, "start the endpoint, or correct where the proxy sends to; its log says which"
	case r.Status >= 500:
		return "the endpoint failed " + at, "read the log of the endpoint"
	case r.Status >= 400 && r.isPage():
		return "a page rejects deliveries before the endpoint sees them " + at, "exempt the path from logins, CSRF protection and firewalls: its signature protects it"
	}
	return "", ""
}

// redirect says where deliveries would have to go.
func (r reception) redirect(to string) (what, next string) {
	const rule = ": gateways follow no redirect"
	what = fmt.Sprintf("HTTP %d sends deliveries elsewhere", r.Status)
	from, _ := url.Parse(to) // it was called
	location, err := from.Parse(r.Header.Get("Location"))
	switch {
	case err != nil || r.Header.Get("Location") == "":
		return what, "register the URL that the endpoint really has" + rule
	case location.Scheme != from.Scheme && location.Hostname() == from.Hostname():
		return what + ", to " + location.Scheme, "register the URL with " + location.Scheme + rule
	case location.Host == from.Host && strings.Trim(location.Path, "/") == strings.Trim(from.Path, "/"):
		return what + ", to the path with another slash at its end", "register the path as the server has it, with or without the slash" + rule
	case location.Host == from.Host:
		return what + ", to another path of this host", "register the URL that it leads to, unless that is a login page: exempt the endpoint from logins then" + rule
	}
	return what + ", to " + location.Scheme + "://" + location.Host + "/…", "register the URL that it leads to" + rule
}
