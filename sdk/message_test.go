package sdk_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// What a gateway, or a proxy in front of it, says of a call may have the call's key in it, and
// characters that nobody sees.
func TestMessagesFromTheNetworkAreFitForALog(t *testing.T) {
	t.Parallel()
	const key, secret = "vp_sk_test_x7Kq2nP9wT4s", "x7Kq2nP9wT4s"
	entities, escapes := "", ""
	for _, c := range key {
		entities += fmt.Sprintf("&#%d;", c)
		escapes += fmt.Sprintf(`\u%04x`, c)
	}
	underscores := strings.ReplaceAll(key, "_", "%5F")
	for name, said := range map[string]string{
		"plain":          "no such key " + key,
		"escaped twice":  "no such key " + url.QueryEscape(underscores),
		"in a URL":       "https://example.com/?key=" + underscores,
		"small letters":  strings.ToLower("key%5f") + strings.ReplaceAll(key, "_", "%5f"),
		"JSON":           `{"key":"` + escapes + `"}`,
		"HTML":           "<b>" + entities + "</b>",
		"zero width":     strings.Join(strings.Split(key, ""), "\u200b"),
		"soft hyphens":   strings.ReplaceAll(key, "_", "_\u00ad"),
		"NUL":            strings.ReplaceAll(key, "_", "_\x00"),
		"right to left":  "\u202e" + key + "\u2066",
		"cut":            strings.Repeat("x ", 4090) + key,
		"many":           strings.Repeat(key+" ", 50000),
		"one long word":  strings.Repeat(key+"_", 50000),
		"tag characters": "\U000e0041" + key,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(map[string]string{"error": said, "code": "auth_invalid_key"})
			require.NoError(t, err)
			gateway := pretend(func(*http.Request) (int, http.Header, string) { return http.StatusUnauthorized, nil, string(body) })
			client, err := vora.New(key, sdk.WithHTTPClient(&http.Client{Transport: gateway}), sdk.WithMaxRetries(0))
			require.NoError(t, err)
			_, err = client.GetSession(t.Context(), "vp_cs_test_1")
			require.Error(t, err)
			message := err.Error()
			require.NotContains(t, message, secret)
			require.NotContains(t, message, "x7Kq2nP9")
			require.Less(t, len(message), 1000)
			require.NotContains(t, message, escapes)
			require.NotContains(t, message, entities)
			require.NotContains(t, message, "%5F")
			for _, r := range message {
				require.False(t, unicode.Is(unicode.Cf, r), "%U", r)
			}
		})
	}
}
