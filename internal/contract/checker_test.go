package contract_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/contract"
)

func TestChecker(t *testing.T) {
	t.Parallel()

	letters := regexp.MustCompile("^[A-Z]{3}$")
	tests := map[string]struct {
		check func(*contract.Checker)
		want  string // path, problem and code; empty when nothing is wrong
	}{
		"present":           {func(c *contract.Checker) { c.Present("name", "x", "") }, ""},
		"absent":            {func(c *contract.Checker) { c.Present("name", "", "") }, "name: is required validation_missing_field"},
		"absent, own code":  {func(c *contract.Checker) { c.Present("name", "", "own_code") }, "name: is required own_code"},
		"least":             {func(c *contract.Checker) { c.Range("amount", 1, 1, 9, "") }, ""},
		"most":              {func(c *contract.Checker) { c.Range("amount", 9, 1, 9, "") }, ""},
		"below":             {func(c *contract.Checker) { c.Range("amount", 0, 1, 9, "own_code") }, "amount: must be from 1 to 9 own_code"},
		"above":             {func(c *contract.Checker) { c.Range("amount", 10, 1, 9, "") }, "amount: must be from 1 to 9 validation_error"},
		"as long as may be": {func(c *contract.Checker) { c.Length("name", "äöüß", 4, "") }, ""},
		"too long":          {func(c *contract.Checker) { c.Length("name", "äöüßx", 4, "") }, "name: must have at most 4 characters validation_error"},
		"as many as may be": {func(c *contract.Checker) { c.Count("items", 4, 4, "") }, ""},
		"too many":          {func(c *contract.Checker) { c.Count("items", 5, 4, "") }, "items: must have at most 4 elements validation_error"},
		"matches":           {func(c *contract.Checker) { c.Pattern("currency", "USD", letters, "") }, ""},
		"empty is no match": {func(c *contract.Checker) { c.Pattern("currency", "", letters, "") }, "currency: must match ^[A-Z]{3}$ validation_error"},
		"does not match":    {func(c *contract.Checker) { c.Pattern("currency", "USD\n", letters, "") }, "currency: must match ^[A-Z]{3}$ validation_error"},
		"listed":            {func(c *contract.Checker) { c.OneOf("mode", "b", "", "a", "b") }, ""},
		"not listed":        {func(c *contract.Checker) { c.OneOf("mode", "c", "", "a", "b") }, "mode: must be a or b validation_error"},
		"nothing of a list": {func(c *contract.Checker) { c.OneOf("mode", "", "", "a") }, "mode: must be a validation_error"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var c contract.Checker
			test.check(&c)
			require.Equal(t, test.want, describe(c))
		})
	}
}

func describe(c contract.Checker) string {
	var texts []string
	for _, v := range c.Violations {
		texts = append(texts, v.String()+" "+v.Code)
	}
	return strings.Join(texts, "; ")
}

func TestPositive(t *testing.T) {
	t.Parallel()

	for _, number := range []string{"1", "0.01", "10.00", "1e1", "1E-9", "0.000000000000000001", "99999999999999999999"} {
		var c contract.Checker
		c.Positive("amount", number, "")
		require.Empty(t, c.Violations, number)
	}
	for _, number := range []string{"0", "0.00", "-0", "-1", "-0.01", "0e5", "0E9", "0.0e12", ""} {
		var c contract.Checker
		c.Positive("amount", number, "")
		require.Equal(t, "amount: must be greater than 0 validation_error", describe(c), number)
	}
}

func TestHTTPS(t *testing.T) {
	t.Parallel()

	const absolute, secure = "url: must be an absolute URL validation_error", "url: must be an https URL validation_error"
	for url, want := range map[string]string{
		"":                                absolute,
		"https://shop.example.com/thanks": "",
		"HTTPS://shop.example.com":        "",
		"https://localhost/thanks":        "",
		"/thanks":                         absolute,
		"shop.example.com/thanks":         absolute,
		"https:///thanks":                 absolute,
		"https://:443/thanks":             absolute,
		"https:shop.example.com":          absolute,
		"javascript:alert(1)":             absolute,
		"https://shop.example.com/%zz":    absolute,
		"http://shop.example.com/thanks":  secure,
		"ftp://shop.example.com/thanks":   secure,
		"http://localhost:8080/thanks":    secure,
		"http://127.0.0.1/thanks":         secure,
	} {
		var c contract.Checker
		c.HTTPS("url", url, "")
		require.Equal(t, want, describe(c), url)
	}
}

func TestHTTPSOnThisMachine(t *testing.T) {
	t.Parallel()
	require.True(t, contract.IsLoopback("LOCALHOST"))
	require.True(t, contract.IsLoopback("Shop.LocalHost"))

	for url, allowed := range map[string]bool{
		"http://localhost/thanks":           true,
		"http://localhost:8080/thanks":      true,
		"http://acme.localhost:8080/thanks": true,
		"http://127.0.0.1:8080":             true,
		"http://127.9.9.9":                  true,
		"http://[::1]:8080":                 true,
		"https://shop.example.com":          true,
		"http://shop.example.com":           false,
		"http://localhost.example.com":      false,
		"http://127.0.0.1.example.com":      false,
		"http://notlocalhost":               false,
		"http://10.0.0.1":                   false,
		"http://0.0.0.0":                    false,
		"ftp://localhost":                   false,
	} {
		c := contract.Checker{PlainHTTP: contract.IsLoopback}
		c.HTTPS("url", url, "")
		require.Equal(t, allowed, len(c.Violations) == 0, url)
	}
}

func TestPathsOfNestedElements(t *testing.T) {
	t.Parallel()

	var c contract.Checker
	order := c.Enter("orders", 2)
	item := c.Enter("lineItems", 0)
	c.Present("name", "", "")
	c.Leave(item)
	c.Present("id", "", "")
	c.Leave(order)
	c.Present("currency", "", "")
	require.Equal(t, "orders[2].lineItems[0].name: is required validation_missing_field; orders[2].id: is required validation_missing_field; "+
		"currency: is required validation_missing_field", describe(c))
}

// What is known of a member is not reported in other words, and what is missing comes first.
func TestKnownViolations(t *testing.T) {
	t.Parallel()

	var c contract.Checker
	c.Know(nil)
	c.Range("expiresIn", 1, 300, 3600, "")
	c.Know([]contract.Violation{
		{Path: "amount", Problem: "is required", Code: "validation_missing_field"},
		{Path: "lineItems[1]", Problem: "must be an object, not number", Code: "validation_error"},
		{Path: "metadata.a", Problem: "must be a string, not null", Code: "validation_error"},
	})
	c.Range("amount", 0, 1, 9, "own_code")
	c.Length("metadata.a.b", "xx", 1, "")
	for i := range 3 {
		outer := c.Enter("lineItems", i)
		c.Range("quantity", 0, 1, 9, "")
		c.Leave(outer)
	}
	c.Present("currency", "", "")
	var paths []string
	for _, v := range c.MissingFirst() {
		paths = append(paths, v.Path)
	}
	require.Equal(t, []string{"amount", "currency", "expiresIn", "lineItems[1]", "metadata.a", "metadata.a.b", "lineItems[0].quantity", "lineItems[2].quantity"}, paths)
}
