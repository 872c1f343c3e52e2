package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
)

// runVerb runs the command with what it reads from standard input.
func runVerb(t *testing.T, stdin string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	c := command()
	c.SetArgs(args)
	c.SetIn(strings.NewReader(stdin))
	c.SetOut(&out)
	c.SetErr(&out)
	err := c.ExecuteContext(t.Context())
	return out.String(), err
}

func TestErrorsExplainsEveryCode(t *testing.T) {
	t.Parallel()
	list, err := runVerb(t, "", "errors")
	require.NoError(t, err)
	require.Equal(t, len(sdk.Codes()), strings.Count(list, "\n"))
	for _, code := range sdk.Codes() {
		entry, _ := code.Entry()
		require.Contains(t, list, string(code))
		one, err := runVerb(t, "", "errors", string(code))
		require.NoError(t, err)
		require.Contains(t, one, entry.Meaning)
		require.Contains(t, one, entry.Hint)
		require.Contains(t, one, entry.Docs())
	}
	text, err := runVerb(t, "", "errors", "--json")
	require.NoError(t, err)
	var entries []codeEntry
	require.NoError(t, json.Unmarshal([]byte(text), &entries))
	require.Len(t, entries, len(sdk.Codes()))
}

func TestErrorsNamesTheNearestCode(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"session_expird":           "session_expired",
		"idempotency_key_colision": "idempotency_key_collision",
	} {
		_, err := runVerb(t, "", "errors", typed)
		require.ErrorContains(t, err, "did you mean "+want)
	}
}
