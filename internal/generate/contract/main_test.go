package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var generated = []string{ // read only
	"sdk/catalog.gen.go", "internal/contract/contract.gen.go", "gen/vora/constraints.gen.go", "gen/visionscope/constraints.gen.go",
}

// setup moves the test to a copy of the repository that has its contracts and nothing generated, and gives the
// repository's own root.
func setup(t *testing.T) (root string) {
	t.Helper()
	root, err := filepath.Abs("../../..")
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	require.NoError(t, os.CopyFS("api", os.DirFS(filepath.Join(root, "api"))))
	for _, path := range generated {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	}
	return root
}

func TestGeneratedFilesAreFresh(t *testing.T) {
	root := setup(t)

	require.NoError(t, run())
	for _, path := range generated {
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(root, path))
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "%s is not what the contracts say: run go generate", path)
	}
}

func TestRunRefuses(t *testing.T) {
	const path = "api/openapi-vora.yaml"
	tests := map[string]struct {
		change  func(text string) string
		message string
	}{
		"not YAML":   {func(string) string { return "x-error-catalog: [" }, path + ": yaml"},
		"no catalog": {func(text string) string { return strings.Replace(text, "x-error-catalog:", "x-other:", 1) }, path + ": x-error-catalog: docs or codes are missing"},
		"a code twice": {func(text string) string {
			return strings.Replace(text, "- code: auth_invalid_key", "- code: auth_missing_bearer", 1)
		}, `code "auth_missing_bearer" stands twice`},
		"an entry half": {func(text string) string { return strings.Replace(text, "meaning: The card was declined.", "", 1) }, `code "provider_charge_failed": every entry needs`},
		"a name that is no Go": {func(text string) string {
			return strings.Replace(text, "- code: auth_invalid_key", "- code: auth/invalid", 1)
		}, "sdk/catalog.gen.go"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			setup(t)
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			changed := test.change(string(text))
			require.NotEqual(t, string(text), changed)
			require.NoError(t, os.WriteFile(path, []byte(changed), 0o600))
			require.ErrorContains(t, run(), test.message)
		})
	}
}

func TestRunWithoutContracts(t *testing.T) {
	setup(t)
	require.NoError(t, os.Remove("api/openapi-visionscope.yaml"))
	require.ErrorIs(t, run(), os.ErrNotExist)
}

func TestNames(t *testing.T) {
	t.Parallel()

	for name, want := range map[string]string{
		"auth_invalid_key": "AuthInvalidKey", "wait_and_retry": "WaitAndRetry", "session.failed": "SessionFailed", "lineItems": "LineItems", "v1": "V1",
	} {
		require.Equal(t, want, goName(name))
	}
	for property, want := range map[string]string{
		"buyerId": "BuyerID", "successUrl": "SuccessURL", "webhook_url": "WebhookURL", "session_id": "SessionID", "amount": "Amount", "idle": "Idle",
	} {
		require.Equal(t, want, fieldName(property))
	}
}
