package page_test

import (
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/internal/page"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// directives splits a policy by directive name.
func directives(t *testing.T, policy string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for directive := range strings.SplitSeq(policy, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), " ")
		require.NotContains(t, found, name)
		found[name] = value
	}
	return found
}

func TestPolicyAllowsExactlyWhatIsInlined(t *testing.T) {
	t.Parallel()
	eachPage(t, func(t *testing.T, c page.Checkout) {
		document := render(t, c)
		policy := directives(t, page.ContentSecurityPolicy(c))

		require.Equal(t, hashOf(t, document, "style"), policy["style-src"])
		require.Equal(t, hashOf(t, document, "script"), policy["script-src"])
		require.Equal(t, "'none'", policy["default-src"])
		require.Equal(t, "'none'", policy["base-uri"])
		require.Equal(t, "https: data:", policy["img-src"])

		for _, tag := range skeleton(document) {
			require.NotRegexp(t, `\s(style|on[a-z]+)\b`, tag, "no hash covers an attribute")
		}
	})
}

// hashOf is the policy source of the only inline element of that name.
func hashOf(t *testing.T, document, element string) string {
	t.Helper()
	pattern := regexp.MustCompile(`(?s)<` + element + `\b[^>]*>(.*?)</` + element + `>`)
	found := pattern.FindAllStringSubmatch(document, -1)
	require.Len(t, found, 1)
	require.NotContains(t, found[0][1], "\r", "a browser normalizes line ends before it hashes")

	sum := sha256.Sum256([]byte(found[0][1]))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func TestPolicySaysWhoMayFrameThePage(t *testing.T) {
	t.Parallel()
	eachPage(t, func(t *testing.T, c page.Checkout) {
		want := "'none'"
		if c.Gateway == sdk.GatewayVisionScope && c.State != page.StateChallenge {
			want = "*"
		}
		require.Equal(t, want, directives(t, page.ContentSecurityPolicy(c))["frame-ancestors"])
	})
}

func TestPolicyNamesWhereTheFormLeads(t *testing.T) {
	t.Parallel()
	c := checkout(sdk.GatewayVora, page.StateOpen)
	tests := map[string]struct {
		targets []string
		want    string
	}{
		"nowhere else":   {nil, "'self'"},
		"origins":        {[]string{"https://a.test", "http://localhost:80"}, "'self' https://a.test http://localhost:80"},
		"whole URL":      {[]string{"https://user:secret@shop.test:8443/return?x=1;y#z"}, "'self' https://shop.test:8443"},
		"IPv6":           {[]string{"http://[::1]:8080/return"}, "'self' http:"},
		"unicode host":   {[]string{"https://bücher.test/"}, "'self' https:"},
		"not a web page": {[]string{"", "javascript:alert(1)", "data:,x", "/return", "https:", "*", "::"}, "'self'"},
		"injection":      {[]string{"https://a.test;script-src", "https://a.test, *", "https://a.test *"}, "'self' https:"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			policy := page.ContentSecurityPolicy(c, test.targets...)
			require.Equal(t, test.want, directives(t, policy)["form-action"])
		})
	}
}
