package completeness_test

import (
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/api"
)

// gateways is the one place that lists the tables.
var gateways = map[string]gateway{ // read only
	"visionscope": visionScopeGateway,
	"vora":        voraGateway,
}

func TestEverythingOfTheContractsArrives(t *testing.T) {
	t.Parallel()

	documents, err := api.Documents.ReadDir(".")
	require.NoError(t, err)
	for _, document := range documents {
		name := strings.TrimSuffix(strings.TrimPrefix(document.Name(), "openapi-"), path.Ext(document.Name()))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, ok := gateways[name]
			require.True(t, ok, "%s has no table: add one to gateways", document.Name())
			for _, problem := range newWalk(name, g, load(t, name)).run(t.Context()) {
				assert.Fail(t, problem)
			}
		})
	}
}
