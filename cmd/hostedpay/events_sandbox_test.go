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

func startSandbox(t *testing.T, opts ...sandbox.Option) startedSandbox {
	t.Helper()
	box, err := sandbox.New(opts...)
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
	require.Regexp(t, `(?m)^-            1  session\.succeeded   vora         `+unsent+`\n          not sent: no webhook URL on this machine`, list)
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

// A delivery that was not sent yet says when it is due, and has no time of its own; one that is
// sent again says that too.
func TestEventsThatAreDue(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 4, 21, 13, 18, 14, 0, time.UTC)
	clock := sandbox.NewManualClock(start)
	gateways := startSandbox(t, sandbox.WithClock(clock))
	failing := takes(t, http.StatusInternalServerError)
	require.NoError(t, gateways.SetWebhookURL(sandbox.Acme.ID, failing.URL))
	list := func(args ...string) string {
		t.Helper()
		text, err := runVerb(t, "", append([]string{"events", "list", "--sandbox", gateways.url}, args...)...)
		require.NoError(t, err)
		return text
	}
	gateways.PauseDeliveries()
	session := gateways.pay(buyer.CardApproved)
	held := start.Local().Format(time.TimeOnly)
	require.Regexp(t, `^-            1  session.succeeded   vora         `+session+`\n          not sent yet, was due at `+held+`: it is under way, or held by a\n          pause or a delivery fault\n$`, list())
	require.Contains(t, list("--json"), `"state":"pending","dueAt":"2026-04-21T13:18:14Z"}`)
	require.NotContains(t, list("--json"), `"at":`)

	gateways.ResumeDeliveries()
	clock.Advance(time.Second) // the first two attempts
	require.Len(t, failing.bodies, 2)
	require.Regexp(t, `^`+held+`     1  .*\n.*500.*\n.*500.*\n          to be sent again, due at `+start.Add(6*time.Second).Local().Format(time.TimeOnly)+`\n$`, list())
	clock.Advance(time.Hour)
	require.NotContains(t, list(), "due")
	require.NotContains(t, list("--json"), "dueAt")
}
