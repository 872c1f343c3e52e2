package webhooks_test

import (
	"encoding/json"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
)

var (
	voraContract        = sync.OnceValues(func() (*openapi3.T, error) { return load("vora") })
	visionScopeContract = sync.OnceValues(func() (*openapi3.T, error) { return load("visionscope") })
)

func load(gateway string) (*openapi3.T, error) {
	return openapi3.NewLoader().LoadFromFile("../../api/openapi-" + gateway + ".yaml")
}

// voraExample is a body with the example of each field that Vora's contract describes for an event.
func voraExample(t *testing.T, schema string) []byte {
	t.Helper()
	contract, err := voraContract()
	require.NoError(t, err)
	body := map[string]any{}
	for name, property := range contract.Components.Schemas[schema].Value.Properties {
		switch value := property.Value; {
		case value.Const != nil:
			body[name] = value.Const
		case len(value.Examples) > 0:
			body[name] = value.Examples[0]
		}
	}
	return asJSON(t, body)
}

// visionScopeExample is one of the bodies that VisionScope's contract shows.
func visionScopeExample(t *testing.T, name string) []byte {
	t.Helper()
	contract, err := visionScopeContract()
	require.NoError(t, err)
	return asJSON(t, contract.Components.Examples[name].Value.Value)
}

func asJSON(t *testing.T, value any) []byte {
	t.Helper()
	body, err := json.Marshal(value)
	require.NoError(t, err)
	return body
}
