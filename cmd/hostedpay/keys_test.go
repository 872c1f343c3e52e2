package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	testKey    = "vp_sk_test_S7wq2nP9wT4kx"
	liveSecret = "ss_live_S7wq2nP9wT4kxab"
	scopeKey   = "vsk_S7wq2nP9wT4kxabcd"
	sentinel   = "S7wq2nP9"
)

func TestKeysAreInspectedAndNotPrinted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line string
		want inspected
	}{
		"secret key":     {"VON_PAY_SECRET_KEY=" + testKey, inspected{Name: "VON_PAY_SECRET_KEY", Gateway: "Vora", Kind: "secret API key", Mode: "test"}},
		"session secret": {`export VON_PAY_SESSION_SECRET=` + liveSecret, inspected{Name: "VON_PAY_SESSION_SECRET", Gateway: "Vora", Kind: "session signing secret", Mode: "live"}},
		"VisionScope":    {"VISIONSCOPE_API_KEY=" + scopeKey, inspected{Name: "VISIONSCOPE_API_KEY", Gateway: "VisionScope", Kind: "API key"}},
		"quoted":         {`VON_PAY_SECRET_KEY="` + testKey + `"`, inspected{Name: "VON_PAY_SECRET_KEY", Gateway: "Vora", Kind: "secret API key", Mode: "test"}},
		"alone":          {testKey, inspected{Name: "line 1", Gateway: "Vora", Kind: "secret API key", Mode: "test"}},
		"free secret":    {"VISIONSCOPE_WEBHOOK_SECRET=a-" + sentinel + "-long-secret", inspected{Name: "VISIONSCOPE_WEBHOOK_SECRET"}},
	} {
		out, err := runVerb(t, c.line+"\n# a comment\nOTHER_KEY=x\n", "keys", "inspect", "--file", "-", "--json")
		require.NoError(t, err, name)
		var keys []inspected
		require.NoError(t, json.Unmarshal([]byte(out), &keys))
		require.Equal(t, []inspected{c.want}, keys, name)
		text, err := runVerb(t, c.line, "keys", "inspect", "--file", "-")
		require.NoError(t, err, name)
		require.Contains(t, text, c.want.Name)
		require.NotContains(t, out+text, sentinel, name)
	}
}

func TestKeysThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"VON_PAY_SECRET_KEY=":                       "empty secret",
		"VON_PAY_SECRET_KEY='" + testKey:            "white space, quotes",
		"VON_PAY_SECRET_KEY=Bearer " + testKey:      `"Bearer "`,
		"VON_PAY_SECRET_KEY=vp_sk_test_1":           "it must have at least",
		"VON_PAY_SECRET_KEY=[redacted]":             "the mask",
		"VON_PAY_SECRET_KEY=vp_sk_test_S7wq\u200b9": "invisible",
	} {
		out, err := runVerb(t, line, "keys", "inspect", "--file", "-")
		require.ErrorContains(t, err, "1 of 1 keys cannot be used", line)
		require.Contains(t, out, want, line)
		require.NotContains(t, out+err.Error(), sentinel, line)
	}
	_, err := runVerb(t, "A=b", "keys", "inspect", "--file", "-")
	require.ErrorContains(t, err, "there is no key")
}

func TestKeyFilesOfOthersAreRejected(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	file := filepath.Join(t.TempDir(), ".env")
	require.NoError(t, os.WriteFile(file, []byte("VON_PAY_SECRET_KEY="+testKey), 0o600))
	_, err := runVerb(t, "", "keys", "inspect", "--file", file)
	require.NoError(t, err)
	require.NoError(t, os.Chmod(file, 0o644))
	out, err := runVerb(t, "", "keys", "inspect", "--file", file)
	require.ErrorContains(t, err, "has mode 0644")
	require.NotContains(t, out+err.Error(), sentinel)
}

func TestKeysOfTheEnvironment(t *testing.T) {
	t.Setenv("VON_PAY_SECRET_KEY", testKey)
	out, err := runVerb(t, "", "keys", "inspect")
	require.NoError(t, err)
	require.Regexp(t, `VON_PAY_SECRET_KEY +Vora, secret API key, test mode`, out)
	require.NotContains(t, out, sentinel)
}
