// Package misuse_test proves that what an operation would have to reject or ignore does not
// compile.
package misuse_test

import (
	"bufio"
	"bytes"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	// What snippets import, so that a cached result of this test ends when they change.
	_ "github.com/hostedpay/hostedpay-go/sdk/ratelimit"
	_ "github.com/hostedpay/hostedpay-go/sdk/visionscope"
	_ "github.com/hostedpay/hostedpay-go/sdk/vora"
)

const header = `package snippet

import (
	"context"
	"net/http"
	"time"

	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/ratelimit"
	"github.com/hostedpay/hostedpay-go/sdk/retry"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

var (
	_ = http.DefaultClient
	_ sdk.Mode
	_ = time.Second
	_ = money.Minor
	_ = ratelimit.New
	_ = retry.Default
)

func snippet(ctx context.Context, v *vora.Client, vs *visionscope.Client) {
	`

// The snippets that must compile show that the others fail for their own reason.
func TestOptionsCompileWhereTheyWork(t *testing.T) {
	t.Parallel()

	for name, snippet := range map[string]string{
		"client options of both gateways": `shared := []sdk.ClientOption{sdk.WithBaseURL("https://gateway.example.com"), sdk.WithLogger(nil), sdk.WithoutChecks(), sdk.WithLimiter(ratelimit.New())}
	_, _ = vora.New("", shared...); _, _ = visionscope.New("", shared...)`,
		"options of clients and calls":  `_, _ = vora.New("", sdk.WithMaxRetries(1)); _, _ = v.GetSession(ctx, "", sdk.WithMaxRetries(1), sdk.WithAttemptTimeout(time.Second))`,
		"calls that no buyer waits for": `_, _ = vora.New("", sdk.WithBackground()); _, _ = v.GetSession(ctx, "", sdk.WithBackground()); _, _ = v.CreateSession(ctx, vora.SessionParams{}, sdk.WithBackground())`,
		"a policy for a client":         `_, _ = vora.New("", retry.WithPolicy(retry.Default())); _, _ = visionscope.New("", retry.WithPolicy(retry.Default()))`,
		"a key for a create":            `_, _ = v.CreateSession(ctx, vora.SessionParams{}, sdk.WithIdempotencyKey(""), sdk.WithMaxRetries(1))`,
		"another API version for Vora":  `_ = v.WithAPIVersion("2026-06-01")`,
		"a create without a key's help": `_, _ = vs.CreateCheckout(ctx, visionscope.CheckoutParams{}, sdk.WithMaxRetries(1))`,
	} {
		require.NoError(t, check(t, snippet), name)
	}
}

func TestMisuseDoesNotCompile(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct{ snippet, problem string }{
		"an idempotency key for all of Vora's calls": {`_, _ = vora.New("", sdk.WithIdempotencyKey("k"))`, "missing method ApplyClient"},
		"an idempotency key for VisionScope's client": {
			`_, _ = visionscope.New("", sdk.WithIdempotencyKey("k"))`, "missing method ApplyClient"},
		"an idempotency key for GetSession":      {`_, _ = v.GetSession(ctx, "", sdk.WithIdempotencyKey("k"))`, "missing method ApplyCall"},
		"an idempotency key for WaitSession":     {`_, _ = v.WaitSession(ctx, "", sdk.WithIdempotencyKey("k"))`, "missing method ApplyCall"},
		"an idempotency key for ValidateSession": {`_, _ = v.ValidateSession(ctx, vora.SessionParams{}, sdk.WithIdempotencyKey("k"))`, "missing method ApplyCall"},
		"an idempotency key for ConfirmReturn":   {`_, _ = v.ConfirmReturn(ctx, nil, vora.ExpectedReturn{}, sdk.WithIdempotencyKey("k"))`, "missing method ApplyCall"},
		"an idempotency key for Discovery":       {`_, _ = v.Discovery(ctx, sdk.WithIdempotencyKey("k"))`, "missing method ApplyCall"},
		"an idempotency key for Health":          {`_, _ = v.Health(ctx, sdk.WithIdempotencyKey("k"))`, "too many arguments"},
		"an idempotency key for CreateCheckout": {
			`_, _ = vs.CreateCheckout(ctx, visionscope.CheckoutParams{}, sdk.WithIdempotencyKey("k"))`, "missing method ApplyCall"},
		"retries for Health, which makes none":      {`_, _ = v.Health(ctx, sdk.WithMaxRetries(1))`, "too many arguments"},
		"retries for DeepHealth, which makes none":  {`_, _ = v.DeepHealth(ctx, sdk.WithMaxRetries(1))`, "too many arguments"},
		"an API version for VisionScope":            {`_ = vs.WithAPIVersion("2026-06-01")`, "vs.WithAPIVersion undefined"},
		"an API version as an option":               {`_, _ = visionscope.New("", sdk.WithAPIVersion("2026-06-01"))`, "undefined: sdk.WithAPIVersion"},
		"a base URL for one call":                   {`_, _ = v.GetSession(ctx, "", sdk.WithBaseURL(""))`, "missing method ApplyCall"},
		"an HTTP client for one call":               {`_, _ = v.GetSession(ctx, "", sdk.WithHTTPClient(http.DefaultClient))`, "missing method ApplyCall"},
		"no checks for one call":                    {`_, _ = v.CreateSession(ctx, vora.SessionParams{}, sdk.WithoutChecks())`, "missing method ApplyCreate"},
		"no checks for a dry run, which makes none": {`_, _ = v.ValidateSession(ctx, vora.SessionParams{}, sdk.WithoutChecks())`, "missing method ApplyCall"},
		"a limiter for one call":                    {`_, _ = v.GetSession(ctx, "", sdk.WithLimiter(ratelimit.New()))`, "missing method ApplyCall"},
		"an observer for one call":                  {`_, _ = v.GetSession(ctx, "", sdk.WithObserver(nil))`, "missing method ApplyCall"},
		"middleware for one call":                   {`_, _ = v.GetSession(ctx, "", sdk.WithMiddleware())`, "missing method ApplyCall"},
		"a logger for one call":                     {`_, _ = v.GetSession(ctx, "", sdk.WithLogger(nil))`, "missing method ApplyCall"},
		"a policy for one call":                     {`_, _ = v.GetSession(ctx, "", retry.WithPolicy(retry.Default()))`, "missing method ApplyCall"},
		"the settings themselves":                   {`_ = sdk.Options{}`, "undefined: sdk.Options"},
		"a float as an amount":                      {`_ = vora.SessionParams{Amount: 14.99}`, "cannot use 14.99"},
		"a secret as a string":                      {`var s string = (&vora.CreatedSession{}).CheckoutURL; _ = s`, "cannot use"},
		"an unsigned claim as a payment":            {`_ = visionscope.UntrustedReturn{}.ClaimedStatus.Paid()`, "ClaimedStatus.Paid undefined"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ErrorContains(t, check(t, c.snippet), c.problem)
		})
	}
}

// check type-checks a snippet against the compiled packages.
func check(t *testing.T, snippet string) error {
	t.Helper()
	files, err := exports()
	require.NoError(t, err)
	fileSet := token.NewFileSet()
	file, err := parser.ParseFile(fileSet, "snippet.go", header+snippet+"\n}\n", 0)
	require.NoError(t, err)
	config := types.Config{Importer: importer.ForCompiler(fileSet, "gc", func(path string) (io.ReadCloser, error) { return os.Open(files[path]) })}
	_, err = config.Check("snippet", fileSet, []*ast.File{file}, nil)
	return err
}

// exports are the files with the export data of the packages that snippets import, by import path.
var exports = sync.OnceValues(func() (map[string]string, error) {
	command := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", "github.com/hostedpay/hostedpay-go/sdk/...")
	out, err := command.Output()
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		path, file, _ := strings.Cut(lines.Text(), " ")
		files[path] = file
	}
	return files, nil
})
