package sandbox_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// otherHost is an address of this machine that is not a loopback address, as that of a container.
func otherHost(t *testing.T) string {
	t.Helper()
	addresses, err := net.InterfaceAddrs()
	require.NoError(t, err)
	for _, a := range addresses {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.IsGlobalUnicast() {
			return ip.IP.String()
		}
	}
	t.Skip("this machine has no address but loopback addresses: a sandbox and a shop on other hosts are not tested")
	return ""
}

// serveAt serves at a host, and returns the address.
func serveAt(t *testing.T, host string, handler http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	require.NoError(t, err)
	server := &httptest.Server{Listener: l, Config: &http.Server{Handler: handler}}
	server.Start()
	t.Cleanup(server.Close)
	return "http://" + l.Addr().String()
}

// A sandbox and a shop on two hosts find each other when both sides have been told so, and only
// then.
func TestSandboxAndShopInTwoContainers(t *testing.T) {
	t.Parallel()
	host := otherHost(t)
	var came atomic.Int64
	shop := serveAt(t, host, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { came.Add(1) }))
	hook := sandbox.WithWebhookURL(sandbox.Acme.ID, shop+"/webhooks/vora")
	_, err := sandbox.New(hook)
	require.ErrorContains(t, err, "--webhook-host")
	_, err = sandbox.New(hook, sandbox.WithWebhookHosts("shop.example.com"))
	require.ErrorContains(t, err, "--webhook-host", "another host was allowed")

	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	clock := sandbox.NewManualClock(start)
	gateways, err := sandbox.New(hook, sandbox.WithWebhookHosts(host), sandbox.WithClock(clock), sandbox.WithLogger(logger))
	require.NoError(t, err)
	t.Cleanup(gateways.Close)
	require.Equal(t, 1, strings.Count(log.String(), "level=WARN"), log.String())
	require.Contains(t, log.String(), host)
	base := serveAt(t, host, gateways)

	_, err = vora.New(sandbox.Acme.Vora.SecretKey, sdk.WithBaseURL(base))
	require.ErrorContains(t, err, "sdk.WithPlainHTTPHosts")
	_, err = visionscope.New(sandbox.Acme.VisionScope.APIKey, sdk.WithBaseURL(base))
	require.ErrorContains(t, err, "sdk.WithPlainHTTPHosts")
	_, err = control.New(base)
	require.ErrorContains(t, err, "WithHosts")

	log.Reset()
	opts := []sdk.ClientOption{sdk.WithBaseURL(base), sdk.WithPlainHTTPHosts("sandbox", host), sdk.WithLogger(logger)}
	atVora, err := vora.New(sandbox.Acme.Vora.SecretKey, opts...)
	require.NoError(t, err)
	atVisionScope, err := visionscope.New(sandbox.Acme.VisionScope.APIKey, opts...)
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(log.String(), "level=WARN"), "each client says so: %s", log.String())
	require.NotContains(t, log.String(), sandbox.Acme.Vora.SecretKey)

	session, err := atVora.CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD"), SuccessURL: shop + "/thanks"})
	require.NoError(t, err)
	checkout, err := atVisionScope.CreateCheckout(t.Context(), visionscope.CheckoutParams{
		Amount: money.Minor(1499, "USD"), WebhookURL: shop + "/webhooks/visionscope", WebhookSecret: visionscope.NewWebhookSecret(), ReturnURL: shop + "/return",
	})
	require.NoError(t, err)
	for _, address := range []sdk.Secret{session.CheckoutURL, checkout.CheckoutURL} {
		page, err := buyer.Open(t.Context(), nil, address)
		require.NoError(t, err)
		_, err = page.Pay(t.Context(), buyer.CardApproved)
		require.NoError(t, err)
	}
	clock.Advance(time.Minute)
	require.EqualValues(t, 2, came.Load())

	controls, err := control.New(base, control.WithHosts(host))
	require.NoError(t, err)
	require.NoError(t, controls.SetWebhookURL(t.Context(), sandbox.Acme.ID, shop+"/elsewhere"))
	require.ErrorContains(t, controls.SetWebhookURL(t.Context(), sandbox.Acme.ID, "http://shop.example.com/hook"), "--webhook-host")
}

// What is allowed is a host, for test keys, and nothing more.
func TestPlainHTTPIsForTestKeysAndListedHosts(t *testing.T) {
	t.Parallel()
	for key, problem := range map[string]string{
		"vp_sk_test_acme": "", "vp_pk_test_acme": "", "vp_sk_live_acme": "vp_sk_live_", "vp_pk_live_acme": "vp_pk_live_", "vp_key_acme": "vp_key_",
	} {
		_, err := vora.New(key, sdk.WithBaseURL("http://sandbox:4010"), sdk.WithPlainHTTPHosts("sandbox"), quiet())
		if problem == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, sdk.CodeValidationError, key)
		require.ErrorContains(t, err, problem)
		require.ErrorContains(t, err, "test keys only")
	}
	for base, ok := range map[string]bool{
		"http://sandbox:4010": true, "http://SANDBOX:4010": true, "http://sandbox.:4010": true, "http://[fd00::2]:4010": true,
		"http://sandbox.example.com": false, "http://my-sandbox": false, "http://[fd00::3]": false, "ftp://sandbox": false,
	} {
		_, err := vora.New("vp_sk_test_acme", sdk.WithBaseURL(base), sdk.WithPlainHTTPHosts("Sandbox", "fd00::2"), quiet())
		require.Equal(t, ok, err == nil, "%s: %v", base, err)
	}
	for _, host := range []string{"", "*", "*.example.com", "http://sandbox", "sandbox:4010", "sandbox/x", "user@sandbox", "a b", "a,b", "fd00::2]:80"} {
		_, err := vora.New("vp_sk_test_acme", sdk.WithPlainHTTPHosts(host), quiet())
		require.ErrorContains(t, err, "WithPlainHTTPHosts", host)
		_, err = sandbox.New(sandbox.WithWebhookHosts(host))
		require.ErrorContains(t, err, "WithWebhookHosts", host)
		_, err = control.New("http://127.0.0.1:4010", control.WithHosts(host))
		require.ErrorContains(t, err, "WithHosts", host)
	}
}

func quiet() sdk.ClientOption { return sdk.WithLogger(slog.New(slog.DiscardHandler)) }

// An API key that is sent over plain HTTP is read by no proxy of the environment, also where a name
// is this machine's and net/http does not know it. net/http reads the environment once, so that it
// takes a process of its own.
func TestNoProxySeesAnAPIKey(t *testing.T) {
	t.Parallel()
	if os.Getenv("HTTP_PROXY") == "" {
		var seen atomic.Int64
		proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { seen.Add(1) }))
		defer proxy.Close()
		c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNoProxySeesAnAPIKey$", "-test.count=1")
		c.Env = append(os.Environ(), "HTTP_PROXY="+proxy.URL)
		out, err := c.CombinedOutput()
		require.NoError(t, err, string(out))
		require.Zero(t, seen.Load())
		return
	}
	gateways, err := sandbox.New()
	require.NoError(t, err)
	defer gateways.Close()
	server := httptest.NewServer(gateways)
	defer server.Close()
	bases := []string{server.URL, strings.Replace(server.URL, "127.0.0.1", "pay.localhost", 1)}
	options := []sdk.ClientOption{quiet()}
	if addresses, _ := net.InterfaceAddrs(); len(addresses) > 2 {
		host := otherHost(t)
		bases, options = append(bases, serveAt(t, host, gateways)), append(options, sdk.WithPlainHTTPHosts(host))
	}
	for _, base := range bases {
		client, err := vora.New(sandbox.Acme.Vora.SecretKey, append(options, sdk.WithBaseURL(base))...)
		require.NoError(t, err)
		_, err = client.CreateSession(context.Background(), vora.SessionParams{Amount: money.Minor(1499, "USD")})
		require.NoError(t, err, base)
	}
}
