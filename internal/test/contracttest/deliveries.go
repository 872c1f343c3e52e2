package contracttest

import (
	"net/http"

	"github.com/hostedpay/hostedpay-go/internal/conformance"
)

// Deliveries checks what a gateway delivers to a merchant's receiver, headers and body, and what
// the receiver responds. The body's event chooses the operation; a body without one is held against
// the operation that takes every event (Vora's v2 envelope; all of VisionScope's), unless its
// headers are those of an event (Vora's v1).
//
// Only POSTs are deliveries; other requests go through unchecked. To give a receiver what no
// gateway may send, call the handler with a request whose context is marked by [Invalid].
func (c *Contract) Deliveries(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if request.Method != http.MethodPost {
			next.ServeHTTP(w, request)
			return
		}
		body, again := conformance.Peek(request.Body)
		x, unknown := c.held.Delivery(request, body)
		switch {
		case onPurpose(request.Context()):
		case unknown != "":
			c.report(x, "request", []string{unknown})
		default:
			c.report(x, "request", x.RequestProblems())
		}
		if response, finished := serve(next, w, request, again); finished {
			c.report(x, response.side(), x.ResponseProblems(response.status, response.header, response.body))
		}
	})
}
