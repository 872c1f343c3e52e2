package main

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// Buyers reach the pages at another address than this machine: the page is pressed here all the
// same.
func TestSimulateBehindAPublicURL(t *testing.T) {
	t.Parallel()
	box, err := sandbox.New(sandbox.WithPublicURL("https://pay.invalid"))
	require.NoError(t, err)
	gateways := httptest.NewServer(box)
	t.Cleanup(func() { box.Close(); gateways.Close() })
	client, err := vora.New(sandbox.Acme.Vora.SecretKey, sdk.WithBaseURL(gateways.URL))
	require.NoError(t, err)
	created, err := client.CreateSession(t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD")})
	require.NoError(t, err)
	require.Contains(t, created.CheckoutURL.Reveal(), "https://pay.invalid/")
	out, err := runVerb(t, "", "simulate", created.ID, "--base-url", gateways.URL)
	require.NoError(t, err)
	require.Equal(t, created.ID+"  succeeded  14.99 USD\n", out)
}
