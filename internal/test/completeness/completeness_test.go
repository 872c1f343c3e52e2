package completeness_test

import (
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/api"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// gateways are the tables, each from the file that is named after its gateway.
var gateways = map[sdk.Gateway]gateway{} // read only, after the package is initialized

func register(id sdk.Gateway, g gateway) gateway {
	gateways[id] = g
	return g
}

func TestEverythingOfTheContractsArrives(t *testing.T) {
	t.Parallel()

	documents, err := api.Documents.ReadDir(".")
	require.NoError(t, err)
	for _, document := range documents {
		name := strings.TrimSuffix(strings.TrimPrefix(document.Name(), "openapi-"), path.Ext(document.Name()))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, ok := gateways[sdk.Gateway(name)]
			require.True(t, ok, "%s has no table: register one in %s_test.go", document.Name(), name)
			for _, problem := range newWalk(name, g, load(t, name)).run(t.Context()) {
				assert.Fail(t, problem)
			}
		})
	}
}
