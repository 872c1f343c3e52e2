package sandbox_test

import (
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
	"github.com/hostedpay/hostedpay-go/sandbox/control"
)

// A shop at a name of this machine is reached without a name server, and without the proxy that the
// environment names, which would see events and signatures. net/http reads the environment once, so
// that it takes a process of its own.
func TestNoProxySeesAnEvent(t *testing.T) {
	t.Parallel()
	if os.Getenv("HTTP_PROXY") == "" {
		var seen atomic.Int64
		proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { seen.Add(1) }))
		defer proxy.Close()
		c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNoProxySeesAnEvent$", "-test.count=1")
		c.Env = append(os.Environ(), "HTTP_PROXY="+proxy.URL)
		out, err := c.CombinedOutput()
		require.NoError(t, err, string(out))
		require.Zero(t, seen.Load())
		return
	}
	var came atomic.Int64
	shop := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { came.Add(1) }))
	defer shop.Close()
	clock := sandbox.NewManualClock(start)
	address := strings.Replace(shop.URL, "127.0.0.1", "shop.localhost", 1)
	gateways, err := sandbox.New(sandbox.WithClock(clock), sandbox.WithWebhookURL(sandbox.Acme.ID, address))
	require.NoError(t, err)
	defer gateways.Close()
	c := crowd{t: t, s: gateways}
	c.buy(1)
	clock.Advance(time.Second)
	require.Equal(t, control.DeliveryAccepted, gateways.Deliveries()[0].State, gateways.Deliveries()[0].Attempts)
	require.EqualValues(t, 1, came.Load())
}

// A redirect is not followed: the event would be delivered to a URL that nobody registered.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)
	shop := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	t.Cleanup(shop.Close)
	for name, opts := range map[string][]sandbox.Option{"own client": nil, "given client": {sandbox.WithHTTPClient(&http.Client{})}} {
		w := setup(t, append(opts, sandbox.WithWebhookURL(sandbox.Acme.ID, shop.URL))...)
		w.pay()
		w.clock.Advance(time.Hour)
		d := w.only()
		require.Equal(t, control.DeliveryFailed, d.State, name)
		require.Equal(t, http.StatusTemporaryRedirect, d.Attempts[0].Status)
	}
	require.Zero(t, elsewhere.Load())
}
