package conformance

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/hostedpay/hostedpay-go/api"
)

// A Contract is that of one gateway, ready to check with. It does not change, and can be used
// concurrently.
type Contract struct {
	Gateway    string   // its name, for people
	codes      []string // of x-error-catalog; empty when the contract has none of its own
	servers    openapi3.Servers
	schemes    openapi3.SecuritySchemes
	calls      []operation // what the merchant sends
	deliveries []operation // what the gateway sends
	anyEvent   *operation  // the delivery that takes every event
}

// An operation is one method of a path, a webhook or a callback.
type operation struct {
	routers.Route
	segments []string // of a call's path; nil for a delivery
	event    string   // the `event` that a delivery must have; empty when its schema names no single one
}

// All returns the contract of every gateway, by its id. They are part of the program.
var All = sync.OnceValues(func() (map[string]*Contract, error) {
	openapi3.DefineStringFormatValidator("date-time", openapi3.NewCallbackValidator(dateTime))
	openapi3.DefineStringFormatValidator("uri", openapi3.NewCallbackValidator(absoluteURI))
	openapi3filter.RegisterBodyDecoder("text/html", openapi3filter.PlainBodyDecoder)

	entries, err := api.Documents.ReadDir(".")
	if err != nil {
		return nil, err
	}
	documents := map[string]*Contract{}
	for _, entry := range entries {
		name, isContract := strings.CutSuffix(strings.TrimPrefix(entry.Name(), "openapi-"), ".yaml")
		if !isContract {
			continue
		}
		if documents[name], err = read(entry.Name()); err != nil {
			return nil, err
		}
	}
	return documents, nil
})

func read(file string) (*Contract, error) {
	text, err := api.Documents.ReadFile(file)
	if err != nil {
		return nil, err
	}
	loader := openapi3.NewLoader()
	spec, err := loader.LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if err := spec.Validate(loader.Context); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if err := spec.WalkSchemas(closeObject); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}

	extensions, _ := spec.Extensions["x-gateway"].(map[string]any)
	name, _ := extensions["name"].(string)
	if name == "" {
		return nil, fmt.Errorf("%s: x-gateway has no name", file)
	}
	d := &Contract{Gateway: name, codes: codesOf(spec), servers: spec.Servers, schemes: spec.Components.SecuritySchemes}
	for path, item := range spec.Paths.Map() {
		for _, call := range operations(spec, path, item) {
			call.segments = strings.Split(path, "/")[1:]
			d.calls = append(d.calls, call)
			for _, callback := range call.Operation.Callbacks {
				for address, item := range callback.Value.Map() {
					d.deliveries = append(d.deliveries, operations(spec, address, item)...)
				}
			}
		}
	}
	for name, item := range spec.Webhooks {
		d.deliveries = append(d.deliveries, operations(spec, name, item)...)
	}
	slices.SortFunc(d.deliveries, func(a, b operation) int {
		return strings.Compare(a.Operation.OperationID, b.Operation.OperationID)
	})
	for i := range d.deliveries {
		if d.deliveries[i].event == "" {
			d.anyEvent = &d.deliveries[i]
		}
	}
	if d.anyEvent == nil {
		return nil, fmt.Errorf("%s: no webhook or callback takes every event", file)
	}
	return d, nil
}

func (o *operation) isCall() bool { return o.segments != nil }

func operations(spec *openapi3.T, path string, item *openapi3.PathItem) []operation {
	var all []operation
	for method, op := range item.Operations() {
		all = append(all, operation{
			Route: routers.Route{Spec: spec, Path: path, PathItem: item, Method: method, Operation: op},
			event: eventOf(op),
		})
	}
	return all
}

func eventOf(op *openapi3.Operation) string {
	if op.RequestBody == nil {
		return ""
	}
	media := op.RequestBody.Value.Content.Get("application/json")
	if media == nil {
		return ""
	}
	event := media.Schema.Value.Properties["event"]
	if event == nil {
		return ""
	}
	name, _ := event.Value.Const.(string)
	return name
}

// closeObject makes members that a schema does not describe a violation, unless it says itself what
// they may be. A client that reads must ignore them; a party under test that writes one has
// mistyped another.
func closeObject(_ string, schema *openapi3.SchemaRef) error {
	if s := schema.Value; len(s.Properties) > 0 && s.AdditionalProperties.Has == nil && s.AdditionalProperties.Schema == nil {
		closed := false
		s.AdditionalProperties.Has = &closed
	}
	return nil
}

// dateTime also knows the calendar, unlike the pattern that it replaces.
func dateTime(text string) error {
	if _, err := time.Parse(time.RFC3339Nano, text); err != nil {
		return errors.New("not an RFC 3339 time")
	}
	return nil
}

func absoluteURI(text string) error {
	u, err := url.Parse(text)
	if err != nil || !u.IsAbs() || strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return errors.New("not an absolute URI")
	}
	return nil
}
