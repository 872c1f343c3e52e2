package main_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// The shop takes payments through a sandbox on another host, when both have been told the names.
func TestShopAndSandboxInTwoContainers(t *testing.T) {
	t.Parallel()
	host := ""
	addresses, err := net.InterfaceAddrs()
	require.NoError(t, err)
	for _, a := range addresses {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.IsGlobalUnicast() && host == "" {
			host = ip.IP.String()
		}
	}
	if host == "" {
		t.Skip("SKIPPED, AND THEREFORE NOT TESTED: this machine has no address but loopback addresses")
	}
	atShop, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	require.NoError(t, err)
	listen := atShop.Addr().String()
	require.NoError(t, atShop.Close())
	gateways, err := sandbox.New(sandbox.WithWebhookHosts(host), sandbox.WithTimeFactor(100), sandbox.WithWebhookURL(sandbox.Acme.ID, "http://"+listen+"/webhooks/vora"))
	require.NoError(t, err)
	t.Cleanup(gateways.Close)
	atSandbox, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	require.NoError(t, err)
	server := &httptest.Server{Listener: atSandbox, Config: &http.Server{Handler: gateways}}
	server.Start()
	t.Cleanup(server.Close)

	line, stop := start(t, build(t), []string{
		"--listen", listen, "--public-url", "http://localhost:8080", "--webhook-url", "http://" + listen, "--plain-http-host", host,
	}, "HOME=/nowhere", "VON_PAY_SECRET_KEY="+sandbox.Acme.Vora.SecretKey, "VON_PAY_SESSION_SECRET="+sandbox.Acme.Vora.SessionSecret,
		"VON_PAY_BASE_URL="+server.URL, "VISIONSCOPE_API_KEY="+sandbox.Acme.VisionScope.APIKey, "VISIONSCOPE_API_URL="+server.URL)
	defer stop()
	require.True(t, strings.HasPrefix(line(), "The shop is open"))
	for _, way := range []string{"visionscope-redirect", "vora-redirect"} {
		visitor := (&fixture{t: t, url: "http://" + listen}).visitor()
		response, _ := visitor.post("/buy", visitor.form(way))
		require.Equal(t, http.StatusSeeOther, response.StatusCode, way)
		page, err := buyer.Open(t.Context(), nil, sdk.NewSecret(response.Header.Get("Location")))
		require.NoError(t, err)
		_, err = page.Pay(t.Context(), buyer.CardApproved)
		require.NoError(t, err)
	}
	require.NoError(t, gateways.Wait(t.Context(), func() bool {
		accepted := 0
		for _, d := range gateways.Deliveries() {
			if d.State == control.DeliveryAccepted {
				accepted++
			}
		}
		return accepted == 2
	}))
}
