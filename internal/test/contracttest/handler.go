package contracttest

import (
	"io"
	"net/http"
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
		operation, params := c.find(request)
		if operation == nil {
			next.ServeHTTP(w, request)
			return
		}
		body, again := peek(request.Body)
		x := newExchange(nameOf(request), operation, params, request, body)
		problems := x.requestProblems()
		response, finished := serve(next, w, request, again)
		if !finished {
			return
		}
		if response.status < http.StatusBadRequest && !onPurpose(request.Context()) {
			c.report(x, response.side()+" to a request that must be rejected", problems)
		}
		c.report(x, response.side(), x.responseProblems(response.status, response.header, response.body))
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

func nameOf(request *http.Request) string { return request.Method + " " + request.URL.Path }
