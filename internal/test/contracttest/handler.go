package contracttest

import (
	"io"
	"net/http"

	"github.com/hostedpay/hostedpay-go/internal/conformance"
)

// Handler checks what a gateway sends, and what it accepts. A request that the contract does not
// allow may be rejected, with a documented response; accepting it, with any status below 400, is a
// violation unless the request's context is marked by [Invalid].
//
// Requests for anything but the contract's operations, such as hosted pages, go through unchecked.
// So do responses that are never finished, because the handler panicked or took the connection
// over.
func (c *Contract) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if !c.held.Knows(request) {
			next.ServeHTTP(w, request)
			return
		}
		body, again := conformance.Peek(request.Body)
		x := c.held.Call(request, body)
		problems := x.RequestProblems()
		response, finished := serve(next, w, request, again)
		if !finished {
			return
		}
		if response.status < http.StatusBadRequest && !onPurpose(request.Context()) {
			c.report(x, response.side()+" to a request that must be rejected", problems)
		}
		c.report(x, response.side(), x.ResponseProblems(response.status, response.header, response.body))
	})
}

// serve lets a handler respond to a request whose body has been read, and returns what it sent.
func serve(next http.Handler, w http.ResponseWriter, request *http.Request, body io.ReadCloser) (o outgoing, finished bool) {
	seen := &recorder{ResponseWriter: w}
	served := request.WithContext(request.Context())
	served.Body = body
	next.ServeHTTP(seen, served)
	return seen.response()
}
