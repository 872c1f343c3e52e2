package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/server"
	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// start runs the command until the test is over, and reads the address and the first key from what
// it prints.
func start(t *testing.T, args ...string) (base, key string) {
	t.Helper()
	return startWith(t, io.Discard, args...)
}

// startWith does the same, with what the command writes to standard error until it has printed its
// address.
func startWith(t *testing.T, stderr io.Writer, args ...string) (base, key string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	c := command()
	c.SetArgs(append([]string{"sandbox", "--listen", "127.0.0.1:0"}, args...))
	c.SetOut(w)
	c.SetErr(stderr)
	done := make(chan error, 1)
	go func() {
		err := c.ExecuteContext(ctx)
		_ = w.CloseWithError(err)
		done <- err
	}()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-done)
	})
	for lines := bufio.NewScanner(r); base == "" || key == ""; {
		require.True(t, lines.Scan(), "the output ended before it named an address and a key: %v", lines.Err())
		fields := strings.Fields(lines.Text())
		if len(fields) > 1 && fields[0] == "Vora" && base == "" {
			base = fields[1]
		}
		if len(fields) == 4 && strings.HasPrefix(lines.Text(), "  Vora secret key") && key == "" {
			key = fields[3]
		}
	}
	go func() { _, _ = io.Copy(io.Discard, r) }()
	return base, key
}

// What the command prints is enough to use it.
func TestSandboxCommand(t *testing.T) {
	t.Parallel()
	base, key := start(t, "--webhook", "http://127.0.0.1:9/hooks")
	require.Equal(t, sandbox.Acme.Vora.SecretKey, key)
	client, err := vora.New(key, sdk.WithBaseURL(base))
	require.NoError(t, err)
	_, err = client.CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD")})
	require.NoError(t, err)
}

// Each flag does what it says.
func TestSandboxFlags(t *testing.T) {
	t.Parallel()
	var ids [2]string
	for run := range ids {
		base, key := start(t,
			"--seed", "7", "--rate-limits", "--return-v2", "--webhooks-v2", "--public-url", "http://pay.localhost:4010",
			"--latest-version", "2027-01-01", "--deprecated", "2026-10-01", "--sunset", "2027-04-01",
			"--fault", "route=POST /v1/sessions; times=1; status=503", "--fault", "route=GET /v1/sessions/; code=session_expired",
			"--webhook", "http://127.0.0.1:9/hooks", "--time-factor", "1000000",
		)
		var notices []sdk.Notice
		client, err := vora.New(key, sdk.WithBaseURL(base), sdk.WithNoticeHandler(func(_ context.Context, n sdk.Notice) { notices = append(notices, n) }))
		require.NoError(t, err)
		created, err := client.CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD"), SuccessURL: "https://shop.example.com/thanks"})
		require.NoError(t, err)
		ids[run] = created.ID
		require.Len(t, created.Response.Attempts, 2)
		require.Equal(t, 9, created.Response.RateLimit.Remaining, "of ten: the attempt that failed did not get as far")
		require.True(t, strings.HasPrefix(created.CheckoutURL.Reveal(), "http://pay.localhost:4010/c/"))
		require.NotEmpty(t, notices)
		require.Equal(t, "2027-01-01", notices[0].LatestVersion)
		require.Equal(t, 2027, notices[0].Sunset.Year())
		_, err = client.GetSession(t.Context(), created.ID)
		require.ErrorIs(t, err, sdk.CodeSessionExpired)

		// Nothing listens at the public URL.
		page, err := buyer.Open(t.Context(), nil, sdk.NewSecret(base+"/c/"+created.ID))
		require.NoError(t, err)
		back, err := page.Pay(t.Context(), buyer.CardApproved)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(back.Query().Get("sig"), "v2."), back)
		box, err := control.New(base)
		require.NoError(t, err)
		deliveries, err := box.WaitDeliveries(t.Context(), control.DeliveryFilter{SessionID: created.ID}, time.Minute)
		require.NoError(t, err)
		require.Len(t, deliveries, 1)
		require.Equal(t, "charge.succeeded", deliveries[0].Event)
		attempts := deliveries[0].Attempts
		require.Equal(t, control.DeliveryFailed, deliveries[0].State, "there is nobody at the address")
		require.Len(t, attempts, 4)
		require.Less(t, attempts[3].At.Sub(attempts[0].At), 31*time.Second, "1, 5 and 25 s, but for --time-factor")
	}
	require.Equal(t, ids[0], ids[1])
}

// What the command prints names every gateway, and every key of every merchant.
func TestSandboxCommandNamesEveryGateway(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	introduce(&out, "http://127.0.0.1:4010", sandboxFlags{merchants: []control.Merchant{sandbox.Acme, sandbox.Cobalt}})
	for _, m := range []control.Merchant{sandbox.Acme, sandbox.Cobalt} {
		require.Contains(t, out.String(), m.Name)
		for _, c := range m.Credentials() {
			require.Contains(t, out.String(), c.Value)
			require.Contains(t, out.String(), "\n"+contract.NameOf(string(c.Gateway))+" ", "gateways() leaves out %s", c.Gateway)
		}
	}
}

// The page about the sandbox says what each flag does.
func TestSandboxFlagsAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/sandbox-reference.md")
	require.NoError(t, err)
	c, _, err := command().Find([]string{"sandbox"})
	require.NoError(t, err)
	flags := 0
	c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		flags++
		require.Regexp(t, `(?m)^\|.*`+"`--"+f.Name+"[ `]", string(page))
	})
	require.Greater(t, flags, 10)
}

func TestSandboxCommandRefuses(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"unknown fault":            {"--fault", "status=503; nonsense"},
		"no call has the route":    {"--fault", "route=/v1/sessions; status=503"},
		"does nothing":             {"--fault", "route=POST /v1/sessions"},
		"an absolute URL":          {"--public-url", "pay"},
		"not on this machine":      {"--webhook", "https://shop.example.com/hook"},
		"at least 1":               {"--time-factor", "0"},
		"a day such as 2026-10-01": {"--sunset", "soon"},
	} {
		c := command()
		c.SetArgs(append([]string{"sandbox", "--listen", "127.0.0.1:0"}, args...))
		c.SetOut(io.Discard)
		c.SetErr(io.Discard)
		require.ErrorContains(t, c.ExecuteContext(t.Context()), want)
	}
}

func TestSandboxCommandSaysWhyItCannotListen(t *testing.T) {
	t.Parallel()
	l, base, err := server.Listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	c := command()
	c.SetArgs([]string{"sandbox", "--listen", strings.TrimPrefix(base, "http://")})
	c.SetErr(io.Discard)
	require.ErrorContains(t, c.ExecuteContext(t.Context()), "choose another with --listen")
}

// Where others can reach the sandbox, one warning says so, and the addresses that are printed work.
func TestListeningForOthers(t *testing.T) {
	t.Parallel()
	for listen, warned := range map[string]bool{
		"0.0.0.0:0": true, ":0": true, "[::]:0": true, "127.0.0.1:0": false, "localhost:0": false, "127.0.0.2:0": false,
	} {
		t.Run(listen, func(t *testing.T) {
			t.Parallel()
			var warning bytes.Buffer
			base, _ := startWith(t, &warning, "--listen", listen)
			u, err := url.Parse(base)
			require.NoError(t, err)
			require.True(t, net.ParseIP(u.Hostname()).IsLoopback(), base)
			require.NotEqual(t, "0", u.Port())
			client, err := control.New(base)
			require.NoError(t, err)
			_, err = client.Sessions(t.Context())
			require.NoError(t, err)
			require.Equal(t, warned, strings.Contains(warning.String(), "Warning: the sandbox listens on"), warning.String())
			if warned {
				require.Equal(t, 1, strings.Count(warning.String(), "\n"), warning.String())
			}
		})
	}
}
