package hostedpay_test

import (
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// packages that snippets use, by the name before the dot.
var packages = map[string]string{
	"atomic": "sync/atomic", "base64": "encoding/base64", "context": "context", "errors": "errors", "fmt": "fmt", "http": "net/http", "json": "encoding/json", "httptest": "net/http/httptest", "os": "os",
	"slog": "log/slog", "sql": "database/sql", "template": "html/template", "testing": "testing", "time": "time",
	"inbox":        "github.com/hostedpay/hostedpay-go/inbox",
	"buyer":        "github.com/hostedpay/hostedpay-go/sandbox/buyer",
	"sandboxtest":  "github.com/hostedpay/hostedpay-go/sandbox/sandboxtest",
	"lambda":       "github.com/hostedpay/hostedpay-go/sdk/webhooks/lambda",
	"money":        "github.com/hostedpay/hostedpay-go/sdk/money",
	"charges":      "github.com/hostedpay/hostedpay-go/sdk/platform/charges",
	"sqlcharges":   "github.com/hostedpay/hostedpay-go/sdk/platform/charges/sqlcharges",
	"tenants":      "github.com/hostedpay/hostedpay-go/sdk/platform/tenants",
	"sqltenants":   "github.com/hostedpay/hostedpay-go/sdk/platform/tenants/sqltenants",
	"platform":     "github.com/hostedpay/hostedpay-go/sdk/platform",
	"orders":       "github.com/hostedpay/hostedpay-go/sdk/orders",
	"ratelimit":    "github.com/hostedpay/hostedpay-go/sdk/ratelimit",
	"redis":        "github.com/redis/go-redis/v9",
	"redisstore":   "github.com/hostedpay/hostedpay-go/redisstore",
	"sandbox":      "github.com/hostedpay/hostedpay-go/sandbox",
	"sdk":          "github.com/hostedpay/hostedpay-go/sdk",
	"embedded":     "github.com/hostedpay/hostedpay-go/sdk/visionscope/embedded",
	"control":      "github.com/hostedpay/hostedpay-go/sandbox/control",
	"visionscope":  "github.com/hostedpay/hostedpay-go/sdk/visionscope",
	"vora":         "github.com/hostedpay/hostedpay-go/sdk/vora",
	"webhooks":     "github.com/hostedpay/hostedpay-go/sdk/webhooks",
	"sqlstore":     "github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore",
	"webhookstest": "github.com/hostedpay/hostedpay-go/sdk/webhooks/webhookstest",
}

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// What a reader copies from a page must compile, and is formatted. Programs of a page are run
// instead.
func TestSnippetsCompile(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	dir := t.TempDir()
	vet := []string{"vet"}
	for _, page := range append(pages, "README.md") {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for i, block := range goBlock.FindAllStringSubmatch(string(text), -1) {
			formatted, err := format.Source([]byte(block[1]))
			require.NoError(t, err, "%s: %s", page, block[1])
			require.Equal(t, string(formatted), block[1], "%s: gofmt would change a snippet", page)
			file := filepath.Join(dir, fmt.Sprintf("%s-%d.go", strings.TrimSuffix(filepath.Base(page), ".md"), i))
			if strings.HasPrefix(block[1], "package main\n") {
				continue
			}
			require.NoError(t, os.WriteFile(file, []byte(program(len(vet), block[1])), 0o600))
			vet = append(vet, file)
		}
	}
	require.Greater(t, len(vet), 40, "the pages have more snippets than that")
	out, err := exec.CommandContext(t.Context(), "go", vet...).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// program wraps a snippet into a function that has what snippets take for granted.
func program(n int, snippet string) string {
	imported, snippet := cutImports(snippet)
	test := ""
	if strings.HasPrefix(snippet, "func Test") { // declared, and not called
		test, snippet = snippet, ""
	}
	body := fmt.Sprintf(`
func snippet%d(ctx context.Context, w http.ResponseWriter, r *http.Request, given *vora.Client) error {
	client := given
	_ = client
	{
%s
	%s
	}
	return nil
}
%s`, n, snippet, used(snippet), test)
	var imports strings.Builder
	for _, path := range imported {
		fmt.Fprintf(&imports, "\t%q\n", path)
	}
	for name, path := range packages {
		if !slices.Contains(imported, path) && regexp.MustCompile(`\b`+name+`\.`).MatchString(body) {
			fmt.Fprintf(&imports, "\t%q\n", path)
		}
	}
	return "package snippets\n\nimport (\n" + imports.String() + ")\n" + body
}

// cutImports separates the imports that a snippet begins with. Each has to be used.
func cutImports(snippet string) (paths []string, rest string) {
	block, rest, found := strings.Cut(snippet, "\n)\n")
	if !found || !strings.HasPrefix(snippet, "import (") {
		return nil, snippet
	}
	for _, quoted := range importPath.FindAllStringSubmatch(block, -1) {
		paths = append(paths, quoted[1])
	}
	return paths, rest
}

var importPath = regexp.MustCompile(`"([^"]+)"`)

// used keeps the compiler from asking for more than a snippet shows: what it ends with may be what
// it is about. Only what is not inside of something counts.
func used(snippet string) string {
	var out strings.Builder
	for _, name := range []string{"client", "handler", "option", "err"} {
		if regexp.MustCompile(`(?m)^[^\t\n]*\b` + name + `\b[^\n]*:=`).MatchString(snippet) {
			fmt.Fprintf(&out, "_ = %s\n", name)
		}
	}
	return out.String()
}
