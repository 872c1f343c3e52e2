package completeness_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/api"
)

const mediaType = "application/json"

// load reads a gateway's contract. Each test has its own, and may change it.
func load(t *testing.T, gateway string) *openapi3.T {
	t.Helper()
	source, err := api.Documents.ReadFile("openapi-" + gateway + ".yaml")
	require.NoError(t, err)
	contract, err := openapi3.NewLoader().LoadFromData(source)
	require.NoError(t, err)
	return contract
}

// An operation is a method of a path, of a webhook, or of a callback.
type operation struct {
	*openapi3.Operation
	method, path string
}

// operations are what clients call.
func operations(contract *openapi3.T) (list []operation) {
	for path, item := range contract.Paths.Map() {
		for method, op := range item.Operations() {
			list = append(list, operation{op, method, path})
		}
	}
	return sorted(list)
}

// deliveries are what the gateway sends.
func deliveries(contract *openapi3.T) (list []operation) {
	add := func(item *openapi3.PathItem) {
		for method, op := range item.Operations() {
			list = append(list, operation{Operation: op, method: method})
		}
	}
	for _, item := range contract.Webhooks {
		add(item)
	}
	for _, call := range operations(contract) {
		for _, callback := range call.Callbacks {
			for _, item := range callback.Value.Map() {
				add(item)
			}
		}
	}
	return sorted(list)
}

func sorted(list []operation) []operation {
	slices.SortFunc(list, func(a, b operation) int { return strings.Compare(a.OperationID, b.OperationID) })
	return list
}

// matches reports whether a request's path is the operation's.
func (o operation) matches(method, path string) bool {
	want, got := strings.Split(o.path, "/"), strings.Split(path, "/")
	return method == o.method && slices.EqualFunc(want, got, func(w, g string) bool { return w == g || strings.HasPrefix(w, "{") })
}

// A choice is one schema that a body may have.
type choice struct {
	name   string
	schema *openapi3.Schema
}

// choices are the schemas that a body may have: several for anyOf and oneOf.
func choices(ref *openapi3.SchemaRef) (list []choice) {
	alternatives := slices.Concat(ref.Value.AnyOf, ref.Value.OneOf)
	if len(alternatives) == 0 {
		return []choice{{ref.Ref[strings.LastIndexByte(ref.Ref, '/')+1:], ref.Value}}
	}
	for _, alternative := range alternatives {
		list = append(list, choices(alternative)...)
	}
	return list
}

func properties(schema *openapi3.Schema) []string { return slices.Sorted(maps.Keys(schema.Properties)) }
