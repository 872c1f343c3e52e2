package webhooks_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A scheme is one file, named after it, and one line of the registry.
func TestEverySchemeIsRegistered(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("scheme_*.go")
	require.NoError(t, err)
	var fromFiles []webhooks.Scheme
	for _, file := range files {
		if name := strings.TrimSuffix(strings.TrimPrefix(file, "scheme_"), ".go"); name != "test" {
			fromFiles = append(fromFiles, webhooks.Scheme(strings.ReplaceAll(name, "_", "-")))
		}
	}
	require.ElementsMatch(t, fromFiles, webhooks.Schemes(), "schemes() in scheme.go lists what each scheme_NAME.go has, and a scheme is named after its file")
	for _, s := range webhooks.Schemes() {
		require.NotEmpty(t, s.Gateway(), s)
	}
	require.Empty(t, webhooks.Scheme("unknown").Gateway())
}

func TestEverySchemeIsTested(t *testing.T) {
	t.Parallel()
	var tested []webhooks.Scheme
	for _, s := range schemes() {
		tested = append(tested, s.name)
	}
	require.ElementsMatch(t, webhooks.Schemes(), tested, "setup_NAME_test.go registers each scheme for the tests of all")
}
