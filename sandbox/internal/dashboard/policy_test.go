package dashboard_test

import (
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/internal/dashboard"
)

func TestPolicyAllowsExactlyWhatIsInlined(t *testing.T) {
	t.Parallel()
	document := render(t, full())
	policy := map[string]string{}
	for directive := range strings.SplitSeq(dashboard.ContentSecurityPolicy, "; ") {
		name, value, _ := strings.Cut(directive, " ")
		policy[name] = value
	}
	require.Equal(t, map[string]string{
		"default-src": "'none'", "base-uri": "'none'", "form-action": "'self'", "frame-ancestors": "'none'",
		"connect-src": "'self'", "img-src": "data:",
		"style-src": hashOf(t, document, "style"), "script-src": hashOf(t, document, "script"),
	}, policy)
	for _, tag := range skeleton(document) {
		require.NotRegexp(t, `\s(style|on[a-z]+)\b`, tag, "no hash covers an attribute")
	}
}

// hashOf is the policy's source expression for the only inline element of that name.
func hashOf(t *testing.T, document, element string) string {
	t.Helper()
	found := regexp.MustCompile(`(?s)<`+element+`\b[^>]*>(.*?)</`+element+`>`).FindAllStringSubmatch(document, -1)
	require.Len(t, found, 1)
	require.NotContains(t, found[0][1], "\r", "a browser normalizes line ends before it hashes")
	sum := sha256.Sum256([]byte(found[0][1]))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func TestNothingIsLoaded(t *testing.T) {
	t.Parallel()
	document := inlined.ReplaceAllString(render(t, full()), "$1$2")
	require.NotRegexp(t, `<(img|link rel="stylesheet"|iframe|object|video|script src)`, document)
	require.Empty(t, values(document, "src"))
}
