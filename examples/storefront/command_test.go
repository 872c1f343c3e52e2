package main_test

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// build builds the program.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "storefront")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	return program
}

// start runs the program and returns its first line.
func start(t *testing.T, path string, env ...string) (line string, stop func()) {
	t.Helper()
	program := exec.CommandContext(t.Context(), path)
	program.Dir, program.Env = t.TempDir(), env
	out, err := program.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, program.Start())
	line, err = bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	return line, func() {
		require.NoError(t, program.Process.Signal(os.Interrupt))
		_, _ = io.Copy(io.Discard, out)
		require.NoError(t, program.Wait(), "it ends in peace")
	}
}

func TestOneCommandStartsShopAndGateways(t *testing.T) {
	t.Parallel()
	line, stop := start(t, build(t), "HOME=/nowhere")
	defer stop()
	_, address, found := strings.Cut(strings.TrimSpace(line), "The shop is open: ")
	require.True(t, found, line)

	buyer := (&fixture{t: t, url: address}).visitor()
	for _, way := range []string{"visionscope-redirect", "vora-redirect"} {
		response, _ := buyer.post("/buy", buyer.form(way))
		require.Equal(t, http.StatusSeeOther, response.StatusCode, way)
		page, err := buyer.http.Get(response.Header.Get("Location"))
		require.NoError(t, err)
		_, body := buyer.read(page)
		require.Contains(t, body, "Acme Vitamins", way)
	}
}

// The configuration for the real gateways, as far as it can be tested without them.
func TestRealGateways(t *testing.T) {
	t.Parallel()
	line, stop := start(t, build(t), "LISTEN=127.0.0.1:0", "PUBLIC_URL=https://shop.example.com",
		"VON_PAY_SECRET_KEY=vp_sk_test_x7Kq2nP9wT4s", "VON_PAY_SESSION_SECRET=ss_test_x7Kq2nP9wT4s")
	defer stop()
	require.Contains(t, line, "https://shop.example.com")
	_, rest, _ := strings.Cut(line, "listening on ")
	address, _, _ := strings.Cut(rest, ")")

	buyer := (&fixture{t: t, url: "http://" + address}).visitor()
	response, page := buyer.get("/")
	require.Contains(t, page, "vora-redirect")
	require.NotContains(t, page, "visionscope", "it has no key for that")
	cookie := response.Cookies()[0]
	require.Equal(t, "__Host-visitor", cookie.Name)
	require.True(t, cookie.Secure)
	response, _ = buyer.get("/orders")
	require.Equal(t, http.StatusNotFound, response.StatusCode, "the order book is not for everybody")
}

func TestRealGatewaysNeedTheirVariables(t *testing.T) {
	t.Parallel()
	program := build(t)
	tests := map[string]struct {
		env  []string
		want string
	}{
		"no address":         {[]string{"VON_PAY_SECRET_KEY=vp_sk_test_x7Kq2nP9wT4s"}, "set PUBLIC_URL"},
		"no session secret":  {[]string{"PUBLIC_URL=https://shop.example.com", "VON_PAY_SECRET_KEY=vp_sk_test_x7Kq2nP9wT4s"}, "set VON_PAY_SESSION_SECRET"},
		"no VisionScope URL": {[]string{"PUBLIC_URL=https://shop.example.com", "VISIONSCOPE_API_KEY=vsk_live_x7Kq2nP9wT4s"}, "the base URL is missing"},
		"address without host": {[]string{
			"PUBLIC_URL=shop", "VISIONSCOPE_API_KEY=vsk_live_x7Kq2nP9wT4s", "VISIONSCOPE_API_URL=https://api-dev.visionscopeai.com",
		}, "not absolute"},
		"address without https": {[]string{
			"PUBLIC_URL=http://shop.example.com", "VISIONSCOPE_API_KEY=vsk_live_x7Kq2nP9wT4s", "VISIONSCOPE_API_URL=https://api-dev.visionscopeai.com",
		}, "has to begin with https://"},
		"address with a path": {[]string{
			"PUBLIC_URL=https://example.com/shop", "VISIONSCOPE_API_KEY=vsk_live_x7Kq2nP9wT4s", "VISIONSCOPE_API_URL=https://api-dev.visionscopeai.com",
		}, "root of a site"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := exec.CommandContext(t.Context(), program)
			c.Dir, c.Env = t.TempDir(), test.env
			out, err := c.CombinedOutput()
			require.Error(t, err)
			require.Contains(t, string(out), test.want)
			require.NotContains(t, string(out), "x7Kq2nP9wT4s")
		})
	}
}
