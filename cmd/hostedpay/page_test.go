package main

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/inbox"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/platform"
	"github.com/hostedpay/hostedpay-go/sdk/platform/charges/sqlcharges"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks/sqlstore"
)

// How to write blocks of docs/cli.md:
//
// A block with the fence "console" is run. It is a session in a shell: a line that begins with "$ "
// is a command, the lines below it are what the command prints, on both streams. "$ echo $?" shows
// an exit code. The first line is "$ hostedpay …", or prepares one, as "$ printf … > file".
//
//   - Each section (##) has an empty home, which is the working directory too; its blocks run in
//     order and see the files of those before. Each block is a shell of its own, without a terminal,
//     with nothing on standard input, and has 20 seconds. Beside files of the section lie the
//     captures of writeCaptures, and where the section names them, events.db (an inbox) and crm.db
//     (charges).
//   - The environment has the keys of the sandbox's Acme and the gateways' addresses. In a block with
//     the fence "console bare" it has none of them.
//   - The sandbox is http://127.0.0.1:4010 on the page, and delivers Vora's events to the shop. http://127.0.0.1:8080 is a shop with the
//     endpoints /webhooks/vora, /webhooks/vora-v2 and /webhooks/visionscope, and nobody listens at
//     http://127.0.0.1:9.
//   - What differs between two runs counts as equal: see volatile. A line "…" stands for any lines.
//
// A block that no shell runs has the fence "text", and a test of its own: the configuration of an
// agent's program in page_verbs_test.go, and lines for several shells in complete_test.go. No other
// fence is there.
//
//	go test ./hostedpay -run TestPage -update
//
// writes what the commands print into the page; then read it.
var update = flag.Bool("update", false, "write what the commands print into docs/cli.md")

const cliPage = "../../docs/cli.md"

// The page of the command line shows what the command really prints.
func TestPageOfTheCommandLine(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("sh"); err != nil || runtime.GOOS == "windows" {
		t.Skip("the page's blocks are for a POSIX shell")
	}
	text, err := os.ReadFile(cliPage)
	require.NoError(t, err)
	stage := newPageStage(t)
	var written strings.Builder
	for i, section := range strings.SplitAfter(string(text), "\n## ") {
		home := stage.home(t, section)
		rest := section
		for {
			at := pageFence.FindStringSubmatchIndex(rest)
			if at == nil {
				break
			}
			fence, block := rest[at[2]:at[3]], rest[at[4]:at[5]]
			written.WriteString(rest[:at[4]])
			rest = rest[at[5]:]
			switch fence {
			case "text":
				tested := strings.Contains(block, "mcpServers") || strings.Contains(block, "hostedpay completion bash")
				require.True(t, tested, "no test runs this block: %s", block)
				written.WriteString(block)
			case "console", "console bare":
				require.True(t, strings.HasPrefix(block, "$ "), "a block with the fence %q begins with a command: %q", fence, block)
				require.Contains(t, block, "hostedpay", "a block runs the command")
				printed := stage.run(t, home, block, fence == "console")
				written.WriteString(printed)
				if !*update && !matchesPage(block, printed) {
					t.Errorf("section %d: docs/cli.md has\n%s\nand the command prints\n%s", i, block, printed)
				}
			default:
				t.Errorf("the fence %q is none of console, console bare and text: %q", fence, block)
			}
		}
		written.WriteString(rest)
	}
	if *update {
		require.NoError(t, os.WriteFile(cliPage, []byte(written.String()), 0o600))
	}
}

var pageFence = regexp.MustCompile("(?s)\n```([^\n]*)\n(.*?)```\n")

// A pageStage is what the blocks of the page run beside.
type pageStage struct{ gateways, shop string }

func newPageStage(t *testing.T) pageStage {
	t.Helper()
	box, err := sandbox.New()
	require.NoError(t, err)
	gateways := httptest.NewServer(box)
	t.Cleanup(func() { box.Close(); gateways.Close() })
	shop := httptest.NewServer(pageShop(t))
	t.Cleanup(shop.Close)
	require.NoError(t, box.SetWebhookURL(sandbox.Acme.ID, shop.URL+"/webhooks/vora"))
	return pageStage{gateways.URL, shop.URL}
}

// The secrets of the page's shop, beside the API key, which signs Vora's webhooks v1.
const (
	pageSubscriptionSecret = "whsec_page_0123456789abcdef"
	pageSessionSecret      = "0123456789abcdef0123456789abcdef"
)

func pageShop(t *testing.T) http.Handler {
	t.Helper()
	mux := http.NewServeMux()
	for path, signed := range map[string]struct {
		verifier func(webhooks.KeySource, ...webhooks.VerifierOption) *webhooks.Verifier
		secret   string
	}{
		"/webhooks/vora":        {webhooks.Vora, sandbox.Acme.Vora.SecretKey},
		"/webhooks/vora-v2":     {webhooks.VoraV2, pageSubscriptionSecret},
		"/webhooks/visionscope": {webhooks.VisionScope, pageSessionSecret},
	} {
		keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(signed.secret)})
		require.NoError(t, err)
		handler, err := webhooks.NewHandler(signed.verifier(keys), func(context.Context, webhooks.Event) error { return nil })
		require.NoError(t, err)
		mux.Handle("POST "+path, handler)
	}
	return mux
}

// home is the home of a section.
func (s pageStage) home(t *testing.T, section string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, writeCaptures(dir))
	if file := filepath.Join(dir, "events.db"); strings.Contains(section, " events.db") {
		db, err := inbox.SQLite(file)
		require.NoError(t, err)
		require.NoError(t, fill(t, db))
	}
	if file := filepath.Join(dir, "crm.db"); strings.Contains(section, " crm.db") {
		db, err := sql.Open("sqlite", "file:"+file+"?_txlock=immediate")
		require.NoError(t, err)
		store, err := sqlcharges.New(db, sqlstore.SQLite, pageCipher(t))
		require.NoError(t, err)
		charge(t, s.gateways, store)
		require.NoError(t, db.Close())
	}
	return dir
}

// pageCipher seals the addresses of pages, with a key that the command does not have.
func pageCipher(t *testing.T) platform.Cipher {
	t.Helper()
	cipher, err := platform.NewCipher(platform.CipherKey{ID: "1", Key: sdk.NewSecret(strings.Repeat("k", 32))})
	require.NoError(t, err)
	return cipher
}

// run runs the commands of a block and returns it with what they print.
func (s pageStage) run(t *testing.T, home, block string, keys bool) string {
	t.Helper()
	onPage := strings.NewReplacer("http://127.0.0.1:4010", s.gateways, "http://127.0.0.1:8080", s.shop)
	var script strings.Builder
	script.WriteString("rc=0\n")
	for line := range strings.Lines(block) {
		if shown, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "$ "); ok {
			fmt.Fprintf(&script, "printf '%%s\\n' %s\n(exit $rc)\n%s\nrc=$?\n", "'$ "+strings.ReplaceAll(shown, "'", `'\''`)+"'", onPage.Replace(shown))
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, "sh", "-c", script.String())
	c.WaitDelay = time.Second
	c.Dir = home
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + home}
	if keys {
		c.Env = append(c.Env,
			"VON_PAY_BASE_URL="+s.gateways, "VON_PAY_SECRET_KEY="+sandbox.Acme.Vora.SecretKey,
			"VON_PAY_SESSION_SECRET="+sandbox.Acme.Vora.SessionSecret, "VON_PAY_WEBHOOK_SECRET="+pageSubscriptionSecret,
			"VISIONSCOPE_API_URL="+s.gateways, "VISIONSCOPE_API_KEY="+sandbox.Acme.VisionScope.APIKey,
			"VISIONSCOPE_WEBHOOK_SECRET="+pageSessionSecret)
	}
	printed, err := c.CombinedOutput()
	require.NoError(t, ctx.Err(), "the block takes more than 20 seconds:\n%s", block)
	if err != nil {
		require.ErrorAs(t, err, new(*exec.ExitError), block)
	}
	toPage := strings.NewReplacer(s.gateways, "http://127.0.0.1:4010", s.shop, "http://127.0.0.1:8080",
		strings.TrimPrefix(s.gateways, "http://"), "127.0.0.1:4010", strings.TrimPrefix(s.shop, "http://"), "127.0.0.1:8080",
		home+string(filepath.Separator), "~/")
	return toPage.Replace(string(printed))
}

// volatile is what differs between two runs, and what both become before they are compared.
var volatile = []struct {
	is   *regexp.Regexp
	what string
}{
	{regexp.MustCompile(`\b(vp_cs_test|cs|re|tx|txn|evt|req|VS)(_test)?[_-][A-Za-z0-9_-]{6,}`), "$1-ID"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[0-9.]*(Z|[+-]\d\d:\d\d)?`), "TIME"},
	{regexp.MustCompile(`\b\d\d:\d\d:\d\d\b`), "CLOCK"},
	{regexp.MustCompile(`\b[0-9a-f]{64}\b`), "HMAC"},
	{regexp.MustCompile(`\b\d+(\.\d+)?(ns|µs|ms|s)\b`), "DURATION"},
	{regexp.MustCompile(`("(?:latency|duration)Ms":)[0-9.]+`), "${1}N"},
	{regexp.MustCompile(`go1\.[0-9a-z.]+`), "GO"},
	{regexp.MustCompile(`\(devel\)( [0-9a-f]{40})?|v\d+\.\d+\.\d+[-0-9a-z.+]*`), "VERSION"},
	{regexp.MustCompile(`(linux|darwin|windows)[ /](amd64|arm64)`), "PLATFORM"},
	{regexp.MustCompile(`(?m)[ \t]+$`), ""},
}

// matchesPage reports whether what was printed is what the page shows, but for what is volatile.
func matchesPage(page, printed string) bool {
	for _, v := range volatile {
		page, printed = v.is.ReplaceAllString(page, v.what), v.is.ReplaceAllString(printed, v.what)
	}
	pattern := regexp.QuoteMeta(page)
	pattern = regexp.MustCompile(`(?m)^…\n`).ReplaceAllString(pattern, "(?s:.*\n)?")
	return regexp.MustCompile("^" + pattern + "$").MatchString(printed)
}

// A page that is not what the command prints is noticed.
func TestPagesAreCompared(t *testing.T) {
	t.Parallel()
	const page = "$ hostedpay x\nok  12.5ms  cs_abcdef123\n…\nend\n"
	require.True(t, matchesPage(page, "$ hostedpay x\nok  3ms  cs_zzzzzz999\nmore\nlines\nend\n"))
	require.True(t, matchesPage(page, "$ hostedpay x\nok  3ms  cs_zzzzzz999\nend\n"))
	require.False(t, matchesPage(page, "$ hostedpay x\nok  3ms  cs_zzzzzz999\nmore\nEND\n"))
	require.False(t, matchesPage(page, "$ hostedpay x\nno  3ms  cs_zzzzzz999\nend\n"))
}
