package conformance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// Delivery holds what a gateway sent to a merchant's receiver. The body's event chooses the
// operation; a body without one is held against the operation that takes every event, unless its
// headers are those of an event. The problem is what is wrong with an event that the contract does
// not have; otherwise it is empty.
func (c *Contract) Delivery(request *http.Request, body Content) (x *Exchange, problem string) {
	operation, problem := c.choose(request.Header, body)
	name := operation.Operation.OperationID
	if problem != "" {
		name = "an unknown event"
	}
	return c.exchange("delivery of "+name, operation, nil, request, body), problem
}

// Delivers reports whether a request carries every header that a delivery of the gateway must have.
func (c *Contract) Delivers(request *http.Request) bool {
	return slices.ContainsFunc(c.deliveries, func(o operation) bool {
		headers := 0
		for _, p := range o.Operation.Parameters {
			if p.Value.In != openapi3.ParameterInHeader || !p.Value.Required {
				continue
			}
			if headers++; request.Header.Get(p.Value.Name) == "" {
				return false
			}
		}
		return headers > 0 && request.Method == o.Method
	})
}

// choose finds the operation of a delivery. With the one that takes every event comes what is
// wrong, when the event is none that it could be.
func (c *Contract) choose(header http.Header, body Content) (chosen *operation, problem string) {
	var envelope struct{ Event *string }
	if err := json.Unmarshal(body.Text, &envelope); err != nil || envelope.Event == nil {
		if body.Err == nil && !c.anyEvent.signs(header) && slices.ContainsFunc(c.deliveries, func(o operation) bool { return o.signs(header) }) {
			return c.anyEvent, "the body is not a JSON object with an event"
		}
		return c.anyEvent, ""
	}
	named := false
	for i := range c.deliveries {
		delivery := &c.deliveries[i]
		if delivery.event == *envelope.Event && c.anyEvent.signs(header) {
			return delivery.withHeadersOf(c.anyEvent), "" // the flat body comes under either header, see x-notes
		}
		if delivery.event == *envelope.Event {
			return delivery, ""
		}
		named = named || delivery.event != ""
	}
	if named {
		problem = fmt.Sprintf("there is no event %q", *envelope.Event)
	}
	return c.anyEvent, problem
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
