package contracttest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/api"
	"github.com/hostedpay/hostedpay-go/internal/conformance"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
)

// Every body in the contracts, sent and answered by the contracts' own rules. Where an operation
// has no example, one is put together from the examples of its schema's members.
func TestEveryBodyOfTheContractsPasses(t *testing.T) {
	t.Parallel()
	contracts, err := conformance.All()
	require.NoError(t, err)
	for _, gateway := range contract.Gateways() {
		spec, held := document(t, gateway.ID), func(t testing.TB) *contracttest.Contract { return contracttest.Of(t, gateway.ID) }
		for path, item := range spec.Paths.Map() {
			for method, operation := range item.Operations() {
				exchanges(t, operation, func(t *testing.T, request, response message) {
					t.Helper()
					request.method, request.url, request.header = method, "http://127.0.0.1"+address(t, path, operation), request.header.Clone()
					contracts[gateway.ID].Authorize(request.header)
					exchange(t, held(t), request.request(), response)
				})
				for _, callback := range operation.Callbacks {
					for _, item := range callback.Value.Map() {
						deliver(t, item.Post, held)
					}
				}
			}
		}
		for _, item := range spec.Webhooks {
			deliver(t, item.Post, held)
		}
	}
}

// address is a path with the examples of its parameters and of the query.
func address(t *testing.T, path string, operation *openapi3.Operation) string {
	t.Helper()
	query := url.Values{}
	for _, parameter := range operation.Parameters {
		switch p := parameter.Value; p.In {
		case openapi3.ParameterInPath:
			path = strings.ReplaceAll(path, "{"+p.Name+"}", text(t, p.Example))
		case openapi3.ParameterInQuery:
			query.Set(p.Name, text(t, p.Example))
		}
	}
	return path + "?" + query.Encode()
}

func deliver(t *testing.T, operation *openapi3.Operation, held func(testing.TB) *contracttest.Contract) {
	t.Helper()
	exchanges(t, operation, func(t *testing.T, request, response message) {
		t.Helper()
		request.method, request.url = http.MethodPost, "https://shop.example.com/webhooks"
		held(t).Deliveries(response).ServeHTTP(httptest.NewRecorder(), request.request())
	})
}

// exchanges runs every request of an operation with every response, as subtests.
func exchanges(t *testing.T, operation *openapi3.Operation, run func(t *testing.T, request, response message)) {
	t.Helper()
	requests := []message{{header: http.Header{}}}
	if operation.RequestBody != nil {
		requests = bodies(t, operation.RequestBody.Value.Content)
	}
	for _, parameter := range operation.Parameters {
		if p := parameter.Value; p.In == openapi3.ParameterInHeader {
			for _, request := range requests {
				request.header.Set(p.Name, text(t, p.Example))
			}
		}
	}
	require.NotZero(t, operation.Responses.Len())
	for status, response := range operation.Responses.Map() {
		code, err := strconv.Atoi(status)
		require.NoError(t, err)
		messages := bodies(t, response.Value.Content)
		require.NotEmpty(t, messages)
		for i, sent := range messages {
			for name, header := range response.Value.Headers {
				sent.header.Set(name, text(t, header.Value.Example))
			}
			for j, request := range requests {
				t.Run(fmt.Sprintf("%s/request %d/%s/response %d", operation.OperationID, j, status, i), func(t *testing.T) {
					t.Parallel()
					run(t, request, sent.withStatus(code))
				})
			}
		}
	}
}

func bodies(t *testing.T, content openapi3.Content) []message {
	t.Helper()
	var all []message
	for kind, media := range content {
		values := []any{media.Example}
		for _, example := range media.Examples {
			values = append(values, example.Value.Value)
		}
		values = slices.DeleteFunc(values, func(v any) bool { return v == nil })
		if len(values) == 0 {
			values = []any{sample(media.Schema.Value)}
		}
		for _, value := range values {
			all = append(all, message{header: http.Header{"Content-Type": {kind}}, body: text(t, value)})
		}
	}
	return all
}

// text is a value as a header, a page or a JSON body shows it.
func text(t *testing.T, value any) string {
	t.Helper()
	if plain, ok := value.(string); ok {
		return plain
	}
	encoded, err := json.Marshal(value)
	require.NoError(t, err)
	return string(encoded)
}

// sample is a value that a schema describes, with every member it can have.
func sample(s *openapi3.Schema) any {
	if examples := examplesOf(s); len(examples) > 0 {
		return examples[0]
	}
	switch {
	case s.Const != nil:
		return s.Const
	case len(s.Enum) > 0:
		return s.Enum[0]
	case len(s.AnyOf) > 0:
		return sample(s.AnyOf[0].Value)
	case s.Type.Is("boolean"):
		return true
	case s.Type.Is("string"):
		return "text"
	case s.Type.Is("array"):
		return []any{sample(s.Items.Value)}
	}
	object := map[string]any{}
	for name, member := range s.Properties {
		object[name] = sample(member.Value)
	}
	return object
}

// Examples and defaults of schemas, parameters and headers, each against its own schema.
func TestEveryExampleOfTheContractsMatchesItsSchema(t *testing.T) {
	t.Parallel()
	contracttest.Vora(t) // defines the formats
	for _, gateway := range contract.Gateways() {
		spec := document(t, gateway.ID)
		found := 0
		check := func(at string, schema *openapi3.Schema, values ...any) {
			for _, value := range values {
				if value != nil {
					found++
					require.NoError(t, schema.VisitJSON(plain(t, value), openapi3.EnableJSONSchema2020()), "%s: %s: %v", gateway.ID, at, value)
				}
			}
		}
		require.NoError(t, spec.WalkSchemas(func(pointer string, schema *openapi3.SchemaRef) error {
			check(pointer, schema.Value, append(examplesOf(schema.Value), schema.Value.Default)...)
			return nil
		}))
		for name, header := range spec.Components.Headers {
			check(name, header.Value.Schema.Value, header.Value.Example)
		}
		for name, parameter := range spec.Components.Parameters {
			check(name, parameter.Value.Schema.Value, parameter.Value.Example)
		}
		require.Greater(t, found, 15, "%s: the examples were not found", gateway.ID)
	}
}

func examplesOf(s *openapi3.Schema) []any {
	all := slices.Clone(s.Examples)
	if s.Example != nil {
		all = append(all, s.Example)
	}
	return all
}

// plain is a value as it would be read from JSON.
func plain(t *testing.T, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var read any
	require.NoError(t, decoder.Decode(&read))
	return read
}

func document(t *testing.T, gateway string) *openapi3.T {
	t.Helper()
	text, err := api.Documents.ReadFile("openapi-" + gateway + ".yaml")
	require.NoError(t, err)
	spec, err := openapi3.NewLoader().LoadFromData(text)
	require.NoError(t, err)
	require.NotEmpty(t, slices.Collect(maps.Keys(spec.Paths.Map())))
	return spec
}
