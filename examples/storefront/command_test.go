package main_test

import (
	"bufio"
	"io"
	"net"
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

// start runs the program. line returns what it prints, line by line.
func start(t *testing.T, path string, args []string, env ...string) (line func() string, stop func()) {
	t.Helper()
	program := exec.CommandContext(t.Context(), path, args...)
	program.Dir, program.Env = t.TempDir(), env
	out, err := program.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, program.Start())
	lines := bufio.NewReader(out)
	line = func() string {
		t.Helper()
		printed, err := lines.ReadString('\n')
		require.NoError(t, err)
		return strings.TrimSpace(printed)
	}
	return line, func() {
		require.NoError(t, program.Process.Signal(os.Interrupt))
		_, _ = io.Copy(io.Discard, lines)
		require.NoError(t, program.Wait(), "it ends in peace")
	}
}

func TestOneCommandStartsShopAndGateways(t *testing.T) {
	t.Parallel()
	line, stop := start(t, build(t), []string{"--listen", "127.0.0.1:0", "--sandbox", "127.0.0.1:0"}, "HOME=/nowhere")
	defer stop()
	address, found := strings.CutPrefix(line(), "The shop is open: ")
	require.True(t, found)
	dashboard, found := strings.CutPrefix(line(), "The gateways' dashboard: ")
	require.True(t, found)

	buyer := (&fixture{t: t, url: address}).visitor()
	for _, way := range []string{"visionscope-redirect", "vora-redirect"} {
		response, _ := buyer.post("/buy", buyer.form(way))
		require.Equal(t, http.StatusSeeOther, response.StatusCode, way)
		page, err := buyer.http.Get(response.Header.Get("Location"))
		require.NoError(t, err)
		_, body := buyer.read(page)
		require.Contains(t, body, "Acme Vitamins", way)
	}
	shown, err := buyer.http.Get(dashboard)
	require.NoError(t, err)
	_, body := buyer.read(shown)
	require.Contains(t, body, "POST</b> /v1/sessions")
}

func TestHelp(t *testing.T) {
	t.Parallel()
	program := build(t)
	for _, flag := range []string{"--help", "-h"} {
		c := exec.CommandContext(t.Context(), program, flag)
		c.Dir, c.Env = t.TempDir(), []string{"VON_PAY_SECRET_KEY=vp_sk_test_x7Kq2nP9wT4s", "LISTEN=127.0.0.1:9090"}
		out, err := c.Output()
		require.NoError(t, err, "help was asked for")
		for _, want := range []string{
			"-listen address", `default "127.0.0.1:9090"`, "-sandbox address", `default "127.0.0.1:4010"`, "-public-url URL", "-db file",
			"VON_PAY_SECRET_KEY", "VON_PAY_PREVIOUS_KEY", "VON_PAY_SESSION_SECRET", "VON_PAY_BASE_URL", "VISIONSCOPE_API_KEY", "VISIONSCOPE_API_URL",
		} {
			require.Contains(t, string(out), want)
		}
		require.NotContains(t, string(out), "x7Kq2nP9wT4s")
	}
}

func TestWrongArguments(t *testing.T) {
	t.Parallel()
	program := build(t)
	var config net.ListenConfig
	taken, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() }) // after the parallel tests
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"unknown flag":          {[]string{"--port", "1"}, "flag provided but not defined: -port"},
		"argument":              {[]string{"offline"}, `unknown argument "offline": run storefront --help`},
		"the shop's address":    {[]string{"--listen", taken.Addr().String()}, "choose another address with --listen, or port 0 for any free one"},
		"the gateways' address": {[]string{"--listen", "127.0.0.1:0", "--sandbox", taken.Addr().String()}, "choose another address with --sandbox"},
		"no address":            {[]string{"--listen", "shop"}, "choose another address with --listen"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := exec.CommandContext(t.Context(), program, test.args...).CombinedOutput()
			require.Error(t, err)
			require.Contains(t, string(out), test.want)
		})
	}
}

// The configuration for the real gateways, as far as it can be tested without them.
func TestRealGateways(t *testing.T) {
	t.Parallel()
	line, stop := start(t, build(t), []string{"--public-url", "https://shop.example.com"}, "LISTEN=127.0.0.1:0", "PUBLIC_URL=https://other.example.com",
		"VON_PAY_SECRET_KEY=vp_sk_test_x7Kq2nP9wT4s", "VON_PAY_SESSION_SECRET=ss_test_x7Kq2nP9wT4s")
	defer stop()
	opened := line()
	require.Contains(t, opened, "https://shop.example.com")
	_, rest, _ := strings.Cut(opened, "listening on ")
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
		"no address":         {[]string{"VON_PAY_SECRET_KEY=vp_sk_test_x7Kq2nP9wT4s"}, "set --public-url (or PUBLIC_URL)"},
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
