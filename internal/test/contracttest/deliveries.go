package contracttest

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// Deliveries checks what a gateway delivers to a merchant's receiver, headers and body, and what
// the receiver responds. The body's event chooses the operation; a body without one is held against
// the operation that takes every event (Vora's v2 envelope; all of VisionScope's).
//
// Only POSTs are deliveries; other requests go through unchecked. To give a receiver what no
// gateway may send, call the handler with a request whose context is marked by [Invalid].
func (c *Contract) Deliveries(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if request.Method != http.MethodPost {
			next.ServeHTTP(w, request)
			return
		}
		body, again := peek(request.Body)
		operation, unknown := c.choose(request.Header, body)
		x := newExchange("delivery of "+operation.Operation.OperationID, operation, nil, request, body)
		switch {
		case onPurpose(request.Context()):
		case unknown != "":
			c.report(x, "request", []string{unknown})
		default:
			c.report(x, "request", x.requestProblems())
		}
		if response, finished := serve(next, w, request, again); finished {
			c.report(x, response.side(), x.responseProblems(response.status, response.header, response.body))
		}
	})
}

// choose finds the operation of a delivery. With the one that takes every event comes what is
// wrong, when the event is none that it could be.
func (d *document) choose(header http.Header, body content) (chosen *operation, problem string) {
	var envelope struct{ Event *string }
	if err := json.Unmarshal(body.text, &envelope); err != nil || envelope.Event == nil {
		return d.anyEvent, ""
	}
	named := false
	for i := range d.deliveries {
		delivery := &d.deliveries[i]
		if delivery.event == *envelope.Event && d.anyEvent != nil && d.anyEvent.signs(header) {
			return delivery.withHeadersOf(d.anyEvent), "" // the flat body comes under either header, see x-notes
		}
		if delivery.event == *envelope.Event {
			return delivery, ""
		}
		named = named || delivery.event != ""
	}
	if named {
		problem = fmt.Sprintf("there is no event %q", *envelope.Event)
	}
	return d.anyEvent, problem
}

// signs reports whether the headers have the form of the operation's, all of which are required.
func (o *operation) signs(header http.Header) bool {
	for _, parameter := range o.Operation.Parameters {
		if parameter.Value.Schema.Value.VisitJSON(header.Get(parameter.Value.Name)) != nil {
			return false
		}
	}
	return len(o.Operation.Parameters) > 0
}

// withHeadersOf is the operation with the parameters of another.
func (o *operation) withHeadersOf(other *operation) *operation {
	changed, described := *o, *o.Operation
	described.Parameters = other.Operation.Parameters
	changed.Operation = &described
	return &changed
}
