package floors_test

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

// A gateway's client is in every room that tries all clients: a forgotten one would be tried for
// neither secrets, nor failures, nor leaks.
func TestEveryClientIsInEveryRoom(t *testing.T) {
	t.Parallel()
	for _, room := range []string{"completeness", "leak", "misuse", "scenario", "sentinel"} {
		files, err := filepath.Glob(filepath.Join("..", room, "*.go"))
		require.NoError(t, err)
		require.NotEmpty(t, files, "internal/test/%s", room)
		imported := map[string]bool{}
		for _, file := range files {
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
			require.NoError(t, err)
			for _, spec := range parsed.Imports {
				imported[spec.Path.Value] = true
			}
		}
		for _, gateway := range contract.Gateways() {
			client := `"github.com/hostedpay/hostedpay-go/sdk/` + gateway.ID + `"`
			assert.True(t, imported[client], "internal/test/%s does not try the client of %s", room, client)
		}
	}
}
