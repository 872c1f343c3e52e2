package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWebhooksAndCallbacksBecomeResponses(t *testing.T) {
	t.Parallel()
	for contract, path := range map[string]string{
		"vora":        "/refundCreated/RefundCreatedEvent:",
		"visionscope": "/paymentEvent/PaymentFailedEvent:", // one of the schemas of a callback
	} {
		out := printed(t, filepath.Join("..", "..", "..", "api", "openapi-"+contract+".yaml"))
		require.Contains(t, out, path)
		require.Contains(t, out, "responses:")
		require.NotContains(t, out, "requestBody:")
	}
}

func TestARenamedFieldIsInTheResponse(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "api", "openapi-visionscope.yaml"))
	require.NoError(t, err)
	renamed := filepath.Join(t.TempDir(), "renamed.yaml")
	require.NoError(t, os.WriteFile(renamed, []byte(strings.Replace(string(text), " reason: {", " why: {", 1)), 0o600))
	require.Contains(t, printed(t, renamed), "why:")
}

func TestAContractWithoutEventsIsAMistake(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty.yaml")
	require.NoError(t, os.WriteFile(empty, []byte("openapi: 3.1.0\n"), 0o600))
	require.ErrorContains(t, run(empty, &bytes.Buffer{}), "the gateway sends nothing")
}

func printed(t *testing.T, file string) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, run(file, &out))
	return out.String()
}
