package hostedpay_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/pages"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sdk"
)

var quickstarts = []string{"docs/quickstart-vora.md", "docs/quickstart-visionscope.md"}

// The shop of a quickstart is started as the page says, and somebody buys there.
func TestQuickstarts(t *testing.T) {
	t.Parallel()
	for _, page := range quickstarts {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			text := read(t, page)
			programs := pages.Programs(text)
			require.Len(t, programs, 1)
			held, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			home := "http://" + held.Addr().String()
			gateways := startGateways(t, home+"/webhooks/vora")
			onPage := strings.NewReplacer("http://127.0.0.1:8080", home, "127.0.0.1:8080", strings.TrimPrefix(home, "http://"),
				"http://127.0.0.1:4010", gateways)

			lines := startShop(t, held, onPage.Replace(programs[0].Code), exported(onPage.Replace(text)))
			require.Equal(t, "The shop is at "+home, next(t, lines))
			thanks := buyIn(t, home)
			for _, want := range strings.Split(shownBelow(t, text, "the\nshop prints", "the shop prints"), "\n") {
				begin, _, _ := strings.Cut(want, "…")
				require.Contains(t, next(t, lines), begin)
			}
			require.Contains(t, thanks, "Thank you")
		})
	}
}

// exported are the variables that the page's commands export.
func exported(page string) []string {
	var found []string
	for _, line := range regexp.MustCompile(`(?m)^export (.*)$`).FindAllStringSubmatch(page, -1) {
		found = append(found, strings.Fields(line[1])...)
	}
	return found
}

// shownBelow is the block that a page shows below one of the phrases.
func shownBelow(t *testing.T, page string, phrases ...string) string {
	t.Helper()
	for _, phrase := range phrases {
		if _, rest, found := strings.Cut(page, phrase+"\n\n```text\n"); found {
			block, _, _ := strings.Cut(rest, "\n```")
			return block
		}
	}
	require.Fail(t, "the page shows nothing below", "%q", phrases)
	return ""
}

func startGateways(t *testing.T, webhook string) string {
	t.Helper()
	box, err := sandbox.New(sandbox.WithWebhookURL(sandbox.Acme.ID, webhook))
	require.NoError(t, err)
	server := httptest.NewServer(box)
	t.Cleanup(func() { box.Close(); server.Close() })
	return server.URL
}

// startShop builds and starts the program until the test is over, and hands on what it prints. Its
// address is held until then, so that nobody else takes it.
func startShop(t *testing.T, address io.Closer, code string, env []string) <-chan string {
	t.Helper()
	dir := t.TempDir()
	file, program := filepath.Join(dir, "main.go"), filepath.Join(dir, "shop")
	require.NoError(t, os.WriteFile(file, []byte(code), 0o600))
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, file).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.NoError(t, address.Close())
	shop := exec.CommandContext(t.Context(), program)
	shop.Env = append(os.Environ(), env...)
	shop.Stderr = t.Output()
	printed, err := shop.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, shop.Start())
	lines := make(chan string, 10)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(lines)
		for scanner := bufio.NewScanner(printed); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}()
	t.Cleanup(func() {
		_ = shop.Process.Kill()
		<-done
		_ = shop.Wait()
	})
	return lines
}

func next(t *testing.T, lines <-chan string) string {
	t.Helper()
	select {
	case line := <-lines:
		return line
	case <-time.After(patience):
		require.Fail(t, "the shop prints nothing more")
		return ""
	}
}

// buyIn presses the shop's button, pays on the gateway's page, and returns what the shop shows
// then.
func buyIn(t *testing.T, home string) string {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	browser := &http.Client{Transport: transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var form []string
	require.Eventually(t, func() bool { // the shop has printed its address, and listens a moment later
		page, err := visit(t, browser, http.MethodGet, home+"/", nil)
		if err == nil {
			form = regexp.MustCompile(`name="order" value="([^"]+)"`).FindStringSubmatch(page.body)
		}
		return len(form) == 2
	}, patience, patience/1000)
	bought, err := visit(t, browser, http.MethodPost, home+"/buy", url.Values{"order": {form[1]}})
	require.NoError(t, err)
	require.Equal(t, http.StatusSeeOther, bought.status, bought.body)
	checkout, err := buyer.Open(t.Context(), browser, sdk.NewSecret(bought.location))
	require.NoError(t, err)
	back, err := checkout.Pay(t.Context(), buyer.CardApproved)
	require.NoError(t, err)
	thanks, err := visit(t, browser, http.MethodGet, back.String(), nil)
	require.NoError(t, err)
	return thanks.body
}

type visited struct {
	status         int
	location, body string
}

func visit(t *testing.T, browser *http.Client, method, address string, form url.Values) (visited, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("Sec-Fetch-Mode", "navigate")
	res, err := browser.Do(req)
	if err != nil {
		return visited{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return visited{res.StatusCode, res.Header.Get("Location"), string(body)}, err
}

// patience ends a test that would wait for ever.
const patience = 60 * time.Second
