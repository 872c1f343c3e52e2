package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A startedSandbox is one whose clock runs by itself.
type startedSandbox struct {
	*sandbox.Sandbox
	t      *testing.T
	server *httptest.Server
	url    string
}

func startSandbox(t *testing.T) startedSandbox {
	t.Helper()
	box, err := sandbox.New()
	require.NoError(t, err)
	server := httptest.NewServer(box)
	t.Cleanup(func() { box.Close(); server.Close() })
	return startedSandbox{box, t, server, server.URL}
}

// pay makes a session at Vora, and is its buyer.
func (s startedSandbox) pay(card string) string {
	s.t.Helper()
	client, err := vora.New(sandbox.Acme.Vora.SecretKey, sdk.WithBaseURL(s.url))
	require.NoError(s.t, err)
	created, err := client.CreateSession(s.t.Context(), vora.SessionParams{Amount: money.Minor(1499, "USD"), SuccessURL: "http://127.0.0.1:9/"})
	require.NoError(s.t, err)
	page, err := buyer.Open(s.t.Context(), nil, created.CheckoutURL)
	require.NoError(s.t, err)
	_, err = page.Pay(s.t.Context(), card)
	require.NoError(s.t, err)
	return created.ID
}

// wait waits until the events of a session were delivered.
func (s startedSandbox) wait(session string) {
	s.t.Helper()
	box, err := control.New(s.url)
	require.NoError(s.t, err)
	all, err := box.WaitDeliveries(s.t.Context(), control.DeliveryFilter{SessionID: session}, time.Minute)
	require.NoError(s.t, err)
	require.Equal(s.t, control.DeliveryAccepted, all[0].State)
}

// The verbs on deliveries read those of a running sandbox: accepted, failed and unsent ones.
func TestEventsOfASandbox(t *testing.T) {
	t.Parallel()
	gateways := startSandbox(t)
	unsent := gateways.pay(buyer.CardApproved) // there is no webhook URL yet
	shop := takes(t, http.StatusOK)
	require.NoError(t, gateways.SetWebhookURL(sandbox.Acme.ID, shop.URL+"/hook?token=sesame"))
	accepted := gateways.pay(buyer.CardApproved)
	gateways.wait(accepted)
	require.NoError(t, gateways.InjectDeliveryFaults(control.DeliveryFaultWrongSecret))
	faulty := gateways.pay(buyer.CardDeclined)
	gateways.wait(faulty)

	list, err := runVerb(t, "", "events", "list", "--sandbox", gateways.url)
	require.NoError(t, err)
	require.Regexp(t, `(?m)^[0-9:]{8}     1  session\.succeeded   vora         `+unsent+`\n          not sent: no webhook URL on this machine`, list)
	require.Regexp(t, `(?m)^[0-9:]{8}     2  session\.succeeded   vora         `+accepted+`\n          → \S+/hook\?…  200  [0-9.]+ms$`, list)
	require.Regexp(t, `200  [0-9.]+ms\n            injected fault: wrongSecret`, list)
	require.NotContains(t, list, "sesame")

	chosen, err := runVerb(t, "", "events", "list", "--sandbox", gateways.url, "--type", "session.f*", "--json")
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(chosen, "\n"))
	require.Regexp(t, `"type":"event","id":3,.*"scheme":"vora-v1","event":"session.failed","sessionId":"`+faulty+`".*"status":200,.*"fault":"wrongSecret"}],"state":"accepted"}`, chosen)
	missed, err := runVerb(t, "", "events", "list", "--sandbox", gateways.url, "--failed", "--json")
	require.NoError(t, err)
	require.Contains(t, missed, unsent)
	require.NotContains(t, missed, accepted)

	shown, err := runVerb(t, "", "events", "show", "dlv_2", "--sandbox", gateways.url)
	require.NoError(t, err)
	require.Contains(t, shown, "X-Vonpay-Signature: ")
	require.Contains(t, shown, `"sessionId":"`+accepted+`"`)

	before := len(shop.bodies)
	again, err := runVerb(t, "", "events", "resend", "1", "--sandbox", gateways.url, "--json")
	require.NoError(t, err)
	require.Contains(t, again, `{"event":"session.succeeded","scheme":"vora-v1","duplicate":false,"status":200`)
	require.Len(t, shop.bodies, before+1)
	require.Contains(t, shop.bodies[before], unsent)
}

// What is wrong is said: no such delivery, no sandbox, two places.
func TestEventsOfASandboxThatAreNotThere(t *testing.T) {
	t.Parallel()
	gateways := startSandbox(t)
	failing := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(failing.Close)
	require.NoError(t, gateways.SetWebhookURL(sandbox.Acme.ID, failing.URL))
	gateways.pay(buyer.CardApproved)
	for words, says := range map[string]string{
		"events resend 1 --sandbox " + gateways.url:                          "the delivery was not accepted: hostedpay events show",
		"events resend 9 --sandbox " + gateways.url:                          `unknown delivery "dlv_9"`,
		"events show 9 --sandbox " + gateways.url:                            "the sandbox has no delivery 9",
		"events show x --sandbox " + gateways.url:                            `"x" is none`,
		"events list --sandbox http://127.0.0.1:9":                           "no sandbox responds at http://127.0.0.1:9, start one with `hostedpay sandbox`",
		"events list --sandbox " + failing.URL:                               "sandbox",
		"events list --sandbox http://127.0.0.1:9 --journal x":               "--journal and --sandbox name two places",
		"events resend 1 --sandbox http://127.0.0.1:9 --sign":                "--to and --sign are for the journal of listen",
		"events resend 1 --sandbox http://127.0.0.1:9 --to http://127.0.0.1": "--to and --sign are for the journal of listen",
	} {
		_, err := runVerb(t, "", strings.Fields(words)...)
		require.ErrorContains(t, err, says, words)
	}
}
