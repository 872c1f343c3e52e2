package leak_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A sandbox is closed while a shop has not answered its delivery, and while a session's end is still to come.
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
	require.Equal(t, http.StatusSeeOther, press(t, paid.CheckoutURL.Reveal(), "pay"))
	<-arrived // the delivery
	gateways.Close()
}

// press presses a button of a hosted page.
func press(t *testing.T, page, button string) (status int) {
	t.Helper()
	browser := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := browser.Post(page, "application/x-www-form-urlencoded", strings.NewReader(url.Values{"action": {button}}.Encode()))
	require.NoError(t, err)
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}
