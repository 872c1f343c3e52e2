package main_test

import (
	"bufio"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// build builds the program.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "platform")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	return program
}

// start runs the program and returns where the platform is.
func start(t *testing.T, program string, args []string, env ...string) (address string, stop func()) {
	t.Helper()
	c := exec.CommandContext(t.Context(), program, append([]string{"--listen", "127.0.0.1:0", "--sandbox", "127.0.0.1:0"}, args...)...)
	c.Env = env
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	address, found := strings.CutPrefix(strings.TrimSpace(line), "The platform is open: ")
	require.True(t, found, line)
	return address, func() {
		require.NoError(t, c.Process.Signal(os.Interrupt))
		_, _ = io.Copy(io.Discard, lines)
		require.NoError(t, c.Wait(), "it ends in peace")
	}
}

// One command starts the platform and both gateways. Its data stays when it has a database.
func TestOneCommandStartsPlatformAndGateways(t *testing.T) {
	t.Parallel()
	program := build(t)
	for name, args := range map[string][]string{"in memory": nil, "in a file": {"--db", filepath.Join(t.TempDir(), "platform.db")}} {
		env := []string{"HOME=/nowhere", "PLATFORM_KEY=" + strings.Repeat("A", 43) + "="}
		address, stop := start(t, program, args, env...)
		c := (&fixture{t: t, url: address}).clerk()
		form := c.form(acme, "1001", "vora")
		response, _ := c.post("/tenants/acme/charges", form)
		require.Equal(t, http.StatusSeeOther, response.StatusCode, name)
		page, err := buyer.Open(t.Context(), c.http, sdk.NewSecret(response.Header.Get("Location")))
		require.NoError(t, err)
		_, err = page.Pay(t.Context(), buyer.CardApproved)
		require.NoError(t, err)
		_, shown := c.get("/confirm/acme/" + form.Get("order"))
		require.Contains(t, shown, "Thank you!")
		response, _ = c.post("/tenants/acme/credentials", url.Values{"kind": {"vora_api_key"}})
		require.Equal(t, http.StatusSeeOther, response.StatusCode)
		stop()
		if args == nil {
			continue
		}
		address, stop = start(t, program, args, env...)
		c = (&fixture{t: t, url: address}).clerk()
		_, shown = c.get("/tenants/acme/charges/" + form.Get("order"))
		require.Contains(t, shown, "approved")
		response, shown = c.post("/tenants/acme/charges", c.form(acme, "1001", "vora"))
		require.Equal(t, http.StatusSeeOther, response.StatusCode, "with the keys of the new sandbox: %s", shown)
		stop()
	}
}

func TestHelpAndMistakes(t *testing.T) {
	t.Parallel()
	program := build(t)
	out, err := exec.CommandContext(t.Context(), program, "--help").Output()
	require.NoError(t, err, "help was asked for")
	for _, want := range []string{"Usage: platform", "-listen", "DATABASE_URL", "PLATFORM_KEY"} {
		require.Contains(t, string(out), want)
	}
	for name, test := range map[string]struct {
		args []string
		env  []string
		want string
	}{
		"an unknown flag":      {[]string{"--port", "1"}, nil, "run platform --help"},
		"an argument":          {[]string{"start"}, nil, `unknown argument "start"`},
		"a file without a key": {[]string{"--db", "x.db"}, nil, "openssl rand -base64 32"},
		"a short key":          {nil, []string{"PLATFORM_KEY=eDdLcTJuUDl3VDRz"}, "set PLATFORM_KEY to 32 random bytes"},
		"an address in use":    {[]string{"--listen", "192.0.2.1:1"}, nil, "choose another address with --listen"},
	} {
		c := exec.CommandContext(t.Context(), program, test.args...)
		c.Dir, c.Env = t.TempDir(), append([]string{"HOME=/nowhere"}, test.env...)
		out, err := c.CombinedOutput()
		require.Error(t, err, name)
		require.Contains(t, string(out), test.want, name)
		require.NotContains(t, string(out), "eDdLcTJuUDl3VDRz", name)
	}
}
