package completeness_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest"
)

// A gateway is what a user can do at one gateway: the table that its contract is held against.
type gateway struct {
	// calls are the public calls that make each operation, by its ID. Their parameters are all
	// given.
	calls map[string][]call

	// verify is the public verifier of each x-webhook-scheme.
	verify map[string]verify

	// returns reads the query that a buyer comes back with.
	returns func(url.Values) (any, error)

	// decided are the values of each enum, such as "Session.status". That a new one arrives as a
	// string is not enough where values say what was paid.
	decided map[string][]string

	// leftOut are the fields that do not arrive on purpose, with the reason: "Session.mode".
	leftOut map[string]string
}

// A call makes a client that sends through transport, and calls it.
type call func(ctx context.Context, transport http.RoundTripper) (any, error)

// verify signs a body and gives it to the public verifier. The header is that of the delivery.
type verify func(ctx context.Context, body []byte) (webhooks.Event, http.Header, error)

func verifies(
	verifier func(webhooks.KeySource, ...webhooks.VerifierOption) *webhooks.Verifier,
	sign func(secret string, body []byte, opts ...webhookstest.Option) *http.Request, secret string,
) verify {
	return func(ctx context.Context, body []byte) (webhooks.Event, http.Header, error) {
		header := sign(secret, body).Header
		keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(secret)})
		if err != nil {
			return nil, header, err
		}
		event, err := verifier(keys).Verify(ctx, header, body)
		return event, header, err
	}
}

// A walk holds one gateway to its contract.
type walk struct {
	name string
	gateway
	contract *openapi3.T

	problems []string
	used     map[string]bool // of leftOut and decided
}

func newWalk(name string, g gateway, contract *openapi3.T) *walk {
	return &walk{name: name, gateway: g, contract: contract, used: map[string]bool{}}
}

func (w *walk) fail(format string, args ...any) {
	problem := w.name + ": " + fmt.Sprintf(format, args...)
	if !slices.Contains(w.problems, problem) {
		w.problems = append(w.problems, problem)
	}
}

// run returns what is missing, by name.
func (w *walk) run(ctx context.Context) []string {
	for _, op := range operations(w.contract) {
		if len(w.calls[op.OperationID]) == 0 {
			w.fail("operation %s has no public call: add it to the gateway's table", op.OperationID)
			continue
		}
		w.requests(ctx, op)
		w.headers(ctx, op)
		for status, response := range op.Responses.Map() {
			if media := response.Value.Content.Get(mediaType); media != nil {
				for _, c := range choices(media.Schema) {
					w.response(ctx, op, status, c)
				}
			}
		}
	}
	for _, op := range deliveries(w.contract) {
		scheme := fmt.Sprint(op.Extensions["x-webhook-scheme"])
		verify := w.verify[scheme]
		if verify == nil {
			w.fail("event %s: webhook scheme %s has no public verifier: add it to the gateway's table", op.OperationID, scheme)
			continue
		}
		for _, c := range choices(op.RequestBody.Value.Content.Get(mediaType).Schema) {
			w.event(ctx, op, verify, c)
		}
	}
	w.returned()
	for _, field := range slices.Sorted(maps.Keys(w.leftOut)) {
		if !w.used[field] {
			w.fail("%s is listed as left out, and arrives or is not in the contract", field)
		}
	}
	for _, field := range slices.Sorted(maps.Keys(w.decided)) {
		if !w.used[field] {
			w.fail("%s is listed as decided, and is no enum of the contract", field)
		}
	}
	slices.Sort(w.problems)
	return w.problems
}

// response finds every leaf of a response in what the public calls return.
func (w *walk) response(ctx context.Context, op operation, status string, c choice) {
	where := op.OperationID + " " + status
	body, _ := filled(c, nil)
	if _, asked, err := w.observe(ctx, op, status, nil, body); !asked {
		w.fail("%s: no public call makes this request: %v", where, err)
		return
	}
	w.leaves(where, c, func(body []byte) values {
		v, _, _ := w.observe(ctx, op, status, nil, body)
		return v
	})
}

// observe is what the public calls make of a response, whether any asked for it, and the last
// error.
func (w *walk) observe(ctx context.Context, op operation, status string, header http.Header, body []byte) (v values, asked bool, err error) {
	code, err := strconv.Atoi(status)
	if err != nil {
		return v, false, err
	}
	server := &responder{operation: op, status: code, header: header, body: body}
	v = newValues(body)
	for i, call := range w.calls[op.OperationID] {
		var result any
		result, err = call(ctx, server)
		v.add(fmt.Sprint("call ", i), result, err)
	}
	return v, server.asked, err
}

// headers finds every header of an operation's responses in what the public calls return, with one
// status or another.
func (w *walk) headers(ctx context.Context, op operation) {
	arrives := map[string]bool{}
	for status, response := range op.Responses.Map() {
		media := response.Value.Content.Get(mediaType)
		if media == nil {
			continue
		}
		body, _ := filled(choices(media.Schema)[0], nil)
		sent := http.Header{}
		for i, name := range slices.Sorted(maps.Keys(response.Value.Headers)) {
			value := fmt.Sprint(response.Value.Headers[name].Value.Example)
			if response.Value.Headers[name].Value.Schema.Value.Type.Is("integer") {
				value = strconv.Itoa(8_400_000 + i)
			}
			sent.Set(name, value)
		}
		without, _, _ := w.observe(ctx, op, status, nil, body)
		with, _, _ := w.observe(ctx, op, status, sent, body)
		for name := range response.Value.Headers {
			arrives[name] = arrives[name] || with.hasHeader(sent.Get(name), without)
		}
	}
	for name, arrived := range arrives {
		field := "header " + name
		switch _, leftOut := w.leftOut[field]; {
		case leftOut && !arrived:
			w.used[field] = true
		case !leftOut && !arrived:
			w.fail("%s: the header %s of responses does not arrive: carry it, or list it as left out with the reason", op.OperationID, name)
		}
	}
}

// decisions wants somebody to have decided about each value of an enum.
func (w *walk) decisions(field string, enum []any) {
	w.used[field] = true
	for _, value := range enum {
		if !slices.Contains(w.decided[field], fmt.Sprint(value)) {
			w.fail("%s may be %q, and nobody has decided what that means: give it a constant, say whether it is final or paid where that counts, and list it", field, value)
		}
	}
	for _, value := range w.decided[field] {
		if !slices.Contains(enum, any(value)) {
			w.fail("%s is never %q: remove it from the list of what is decided", field, value)
		}
	}
}

// event verifies a delivery, and finds every leaf in its typed event.
func (w *walk) event(ctx context.Context, op operation, verify verify, c choice) {
	body, _ := filled(c, nil)
	event, header, err := verify(ctx, body)
	if err != nil {
		w.fail("event %s: %s is not verified: %v", op.OperationID, c.name, err)
		return
	}
	if unknown, is := event.(*webhooks.UnknownEvent); is {
		why := "has no type of its own"
		if unknown.Problem != nil {
			why = "cannot be read: " + unknown.Problem.Error()
		}
		w.fail("event %s: %s arrives as *webhooks.UnknownEvent: %s %s", op.OperationID, c.name, unknown.Type, why)
		return
	}
	if gateway := event.Info().Scheme.Gateway(); string(gateway) != w.name {
		w.fail("event %s: scheme %q belongs to gateway %q: list it in schemes() of package webhooks", op.OperationID, event.Info().Scheme, gateway)
	}
	for _, p := range op.Parameters {
		if p.Value.In == "header" && header.Get(p.Value.Name) == "" {
			w.fail("event %s: webhookstest sends no header %s: send it, have the sandbox send it, and carry it where it says something to users", op.OperationID, p.Value.Name)
		}
	}
	w.leaves("event "+op.OperationID, c, func(body []byte) values {
		v := newValues(body)
		event, _, err := verify(ctx, body)
		v.add("event", event, err)
		return v
	})
}

// returned finds every parameter of the return URL in what the public function reads from it.
func (w *walk) returned() {
	extension, _ := w.contract.Extensions["x-return-url"].(map[string]any)
	parameters, _ := extension["parameters"].([]any)
	if len(parameters) == 0 {
		return
	}
	if w.returns == nil {
		w.fail("x-return-url: no public function reads the return query: add it to the gateway's table")
		return
	}
	query := url.Values{}
	for i, p := range parameters {
		name := fmt.Sprint(p)
		query.Set(name, map[string]string{"amount": "7300", "currency": "CHF"}[name])
		if query.Get(name) == "" {
			query.Set(name, fmt.Sprintf("leaf-%d", i))
		}
	}
	result, err := w.returns(query)
	if err != nil {
		w.fail("x-return-url: the query is not read: %v", err)
		return
	}
	v := newValues(nil)
	v.add("return", result, nil)
	for name := range query {
		field := "x-return-url." + name
		_, leftOut := w.leftOut[field]
		switch arrives := v.found[query.Get(name)]; {
		case leftOut && !arrives:
			w.used[field] = true
		case !leftOut && !arrives:
			w.fail("%s does not arrive: carry it, or list it as left out with the reason", field)
		}
	}
}

// leaves finds every leaf of a body in what came of it, and every value of those that have several.
func (w *walk) leaves(where string, c choice, observe func(body []byte) values) {
	body, leaves := filled(c, nil)
	first := observe(body)
	for _, l := range leaves {
		if len(l.enum) > 0 {
			w.decisions(l.path, l.enum)
		}
		arrives := first.has(l)
		for option := 1; option < l.options; option++ {
			body, changed := filled(c, map[string]int{l.path: option})
			other := observe(body)
			if l.want == "" {
				arrives = other.differs(first)
				continue
			}
			changedLeaf := changed[slices.IndexFunc(changed, func(x leaf) bool { return x.path == l.path })]
			if arrives && !other.has(changedLeaf) {
				w.fail("%s: %s does not arrive when it is %q", where, l.path, changedLeaf.want)
			}
		}
		switch _, leftOut := w.leftOut[l.path]; {
		case leftOut && !arrives:
			w.used[l.path] = true
		case !leftOut && !arrives:
			w.fail("%s: %s does not arrive: carry it, or list it as left out with the reason", where, l.path)
		}
	}
}

// requests finds every parameter and every field of a request in what the public calls send.
func (w *walk) requests(ctx context.Context, op operation) {
	server := &responder{operation: op, status: http.StatusNotFound, body: []byte(`{"error":"not found","code":"session_not_found"}`)}
	for _, call := range w.calls[op.OperationID] {
		_, _ = call(ctx, server) // what it sends is all that matters
	}
	for _, p := range op.Parameters {
		if p.Value.In != "path" && !server.parameters[p.Value.In+" "+strings.ToLower(p.Value.Name)] {
			w.fail("%s: no public call sends the %s parameter %s", op.OperationID, p.Value.In, p.Value.Name)
		}
	}
	if op.RequestBody == nil {
		return
	}
	for _, c := range choices(op.RequestBody.Value.Content.Get(mediaType).Schema) {
		w.sent(op, c.name, c.schema, server.sent)
	}
}

func (w *walk) sent(op operation, path string, s *openapi3.Schema, value any) {
	if list, ok := value.([]any); ok && s.Items != nil && len(list) > 0 {
		w.sent(op, path+"[]", s.Items.Value, list[0])
		return
	}
	object, _ := value.(map[string]any)
	for _, name := range properties(s) {
		if enum := s.Properties[name].Value.Enum; len(enum) > 0 {
			w.decisions(path+"."+name, enum)
		}
		field, ok := object[name]
		if _, leftOut := w.leftOut[path+"."+name]; leftOut && !ok {
			w.used[path+"."+name] = true
			continue
		}
		if !ok {
			w.fail("%s: no public call sends %s.%s", op.OperationID, path, name)
			continue
		}
		w.sent(op, path+"."+name, s.Properties[name].Value, field)
	}
}

// A responder gives every request of one operation the same response, and remembers what was sent.
type responder struct {
	operation
	status int
	header http.Header
	body   []byte

	asked      bool
	parameters map[string]bool // "header idempotency-key"
	sent       any             // the last body
}

func (s *responder) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := s.status, string(s.body)
	header := http.Header{"Content-Type": {mediaType}}
	maps.Copy(header, s.header)
	if !s.matches(r.Method, r.URL.Path) {
		if status != http.StatusNotFound {
			status, body = http.StatusNotFound, `{"error":"there is no such path","code":"session_not_found"}`
		}
	} else {
		s.remember(r)
	}
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
}

func (s *responder) remember(r *http.Request) {
	s.asked = true
	if s.parameters == nil {
		s.parameters = map[string]bool{}
	}
	for name := range r.Header {
		s.parameters["header "+strings.ToLower(name)] = true
	}
	for name := range r.URL.Query() {
		s.parameters["query "+strings.ToLower(name)] = true
	}
	if r.Body != nil {
		_ = json.NewDecoder(r.Body).Decode(&s.sent) // what was not sent is missed by name
	}
}
