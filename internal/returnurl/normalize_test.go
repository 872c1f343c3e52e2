package returnurl_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/returnurl"
)

func TestNormalize(t *testing.T) {
	t.Parallel()

	tests := map[string]struct{ text, want string }{
		"nothing to do":             {"https://shop.example.com/thanks", "https://shop.example.com/thanks"},
		"scheme and host":           {"HTTPS://Shop.EXAMPLE.com/Thanks", "https://shop.example.com/Thanks"},
		"https port":                {"https://shop.example.com:443/thanks", "https://shop.example.com/thanks"},
		"http port":                 {"http://localhost:80/thanks", "http://localhost/thanks"},
		"another port stays":        {"https://shop.example.com:8443/", "https://shop.example.com:8443/"},
		"the other scheme's port":   {"https://shop.example.com:80/", "https://shop.example.com:80/"},
		"empty port":                {"https://shop.example.com:/", "https://shop.example.com/"},
		"IPv6":                      {"http://[::1]:8080/x", "http://[::1]:8080/x"},
		"IPv6 with default port":    {"http://[::1]:80/x", "http://[::1]/x"},
		"user":                      {"https://ada:pw@shop.example.com/thanks", "https://shop.example.com/thanks"},
		"fragment":                  {"https://shop.example.com/thanks#top", "https://shop.example.com/thanks"},
		"no path":                   {"https://shop.example.com", "https://shop.example.com/"},
		"root":                      {"https://shop.example.com/", "https://shop.example.com/"},
		"slashes only":              {"https://shop.example.com///", "https://shop.example.com/"},
		"trailing slash":            {"https://shop.example.com/thanks/", "https://shop.example.com/thanks"},
		"trailing slashes":          {"https://shop.example.com/thanks//", "https://shop.example.com/thanks"},
		"inner slashes stay":        {"https://shop.example.com/a//b", "https://shop.example.com/a//b"},
		"encoded slash stays":       {"https://shop.example.com/a%2Fb", "https://shop.example.com/a%2Fb"},
		"letters beyond ASCII":      {"https://shop.example.com/dänke?q=ä", "https://shop.example.com/d%C3%A4nke?q=%C3%A4"},
		"query order":               {"https://shop.example.com/?b=2&a=1&c=3", "https://shop.example.com/?a=1&b=2&c=3"},
		"equal names keep theirs":   {"https://shop.example.com/?b=2&a=9&b=1&a=3", "https://shop.example.com/?a=9&a=3&b=2&b=1"},
		"blank values stay":         {"https://shop.example.com/?b=&a=", "https://shop.example.com/?a=&b="},
		"a name alone is blank":     {"https://shop.example.com/?a", "https://shop.example.com/?a="},
		"empty pairs":               {"https://shop.example.com/?&a=1&&b=2&", "https://shop.example.com/?a=1&b=2"},
		"empty query":               {"https://shop.example.com/?", "https://shop.example.com/"},
		"a space has one spelling":  {"https://shop.example.com/?q=a%20b", "https://shop.example.com/?q=a+b"},
		"case of escapes":           {"https://shop.example.com/?q=%2f", "https://shop.example.com/?q=%2F"},
		"needless escapes":          {"https://shop.example.com/?q=%61", "https://shop.example.com/?q=a"},
		"an escaped ampersand":      {"https://shop.example.com/?q=1%262&a=3", "https://shop.example.com/?a=3&q=1%262"},
		"an equals sign in a value": {"https://shop.example.com/?q=a=b", "https://shop.example.com/?q=a%3Db"},
		"a malformed escape":        {"https://shop.example.com/?q=100%", "https://shop.example.com/?q=100%25"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			normal, err := returnurl.Normalize(test.text)
			require.NoError(t, err)
			require.Equal(t, test.want, normal)

			again, err := returnurl.Normalize(normal)
			require.NoError(t, err)
			require.Equal(t, normal, again, "normalizing twice changes nothing")
		})
	}
}

func TestNormalizeKeepsDifferentAddressesApart(t *testing.T) {
	t.Parallel()

	seen := map[string]string{}
	for _, text := range []string{
		"https://shop.example.com/", "http://shop.example.com/", "https://shop.example.com:8443/", "https://example.com/",
		"https://shop.example.com/a", "https://shop.example.com/A", "https://shop.example.com/a/b", "https://shop.example.com/a%2Fb",
		"https://shop.example.com/?a=1", "https://shop.example.com/?a=2", "https://shop.example.com/?a=1&a=2", "https://shop.example.com/?a=2&a=1",
		"https://shop.example.com/?a=1%26a=2", "https://shop.example.com/?a", "https://shop.example.com/?A",
	} {
		normal, err := returnurl.Normalize(text)
		require.NoError(t, err)
		require.Empty(t, seen[normal], text)
		seen[normal] = text
	}
}

func TestNormalizeKeepsTheOrderOfManyEqualNames(t *testing.T) {
	t.Parallel()

	var given, want []string
	for i := range 50 {
		given = append(given, "b="+strconv.Itoa(i), "a="+strconv.Itoa(i))
		want = append(want, "a="+strconv.Itoa(i))
	}
	for i := range 50 {
		want = append(want, "b="+strconv.Itoa(i))
	}
	normal, err := returnurl.Normalize("https://shop.example.com/?" + strings.Join(given, "&"))
	require.NoError(t, err)
	require.Equal(t, "https://shop.example.com/?"+strings.Join(want, "&"), normal)
}

func TestNormalizeRefuses(t *testing.T) {
	t.Parallel()

	for _, text := range []string{
		"", "/thanks", "shop.example.com/thanks", "//shop.example.com/thanks", "https:", "https://", "https:///thanks", "https://:443/",
		"https:shop.example.com", "https://shop example.com", "https://shop.example.com/%zz", "https://shop.example.com:port/", "https://[::1/", "\x00",
	} {
		_, err := returnurl.Normalize(text)
		require.EqualError(t, err, "not an absolute URL", "%q", text)
	}
}
