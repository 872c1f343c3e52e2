package leak_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A sandbox is closed while a shop has not responded to a delivery, and before a session has
// expired.
func TestASandboxThatIsClosed(t *testing.T) {
	verify(t)
	arrived := make(chan struct{}, 10)
	shop := httptest.NewServer(hang(func() { arrived <- struct{}{} }))
	t.Cleanup(shop.Close)
	gateways, err := sandbox.New(sandbox.WithWebhookURL(sandbox.Acme.ID, shop.URL))
	require.NoError(t, err)
	server := httptest.NewServer(gateways)
	t.Cleanup(server.Close)
	t.Cleanup(gateways.Close)

	client, err := vora.New(sandbox.Acme.Vora.SecretKey, sdk.WithBaseURL(server.URL))
	require.NoError(t, err)
	params := params()
	params.SuccessURL = shop.URL + "/thanks"
	_, err = client.CreateSession(t.Context(), params)
	require.NoError(t, err)
	paid, err := client.CreateSession(t.Context(), params)
	require.NoError(t, err)
	page, err := buyer.Open(t.Context(), &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, paid.CheckoutURL)
	require.NoError(t, err)
	_, err = page.Pay(t.Context(), buyer.CardApproved)
	require.NoError(t, err)
	<-arrived // the delivery
	gateways.Close()
}

// A listener to the sandbox's changes leaves nothing behind, whether it stops listening or the
// sandbox stops.
func TestChangesOfASandbox(t *testing.T) {
	verify(t)
	gateways, err := sandbox.New()
	require.NoError(t, err)
	server := httptest.NewServer(gateways)
	t.Cleanup(server.Close)
	t.Cleanup(gateways.Close)
	client, err := control.New(server.URL)
	require.NoError(t, err)
	for _, err := range client.Changes(t.Context()) {
		require.NoError(t, err)
		break
	}
	for _, err := range client.Changes(t.Context()) {
		if err != nil {
			require.ErrorContains(t, err, "has stopped")
			break
		}
		gateways.Close()
	}
}
