package main

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/cmd/hostedpay/internal/exit"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
)

// urlOfAcme is where Acme's events go.
func (s startedSandbox) urlOfAcme() string { return s.Merchants()[0].Vora.WebhookURL }

// When listen ends, however it does, events go where they went before.
func TestListenRestoresWebhookURLs(t *testing.T) {
	t.Parallel()
	failing := takes(t, http.StatusInternalServerError)
	for name, end := range map[string]struct {
		args []string
		by   func(startedSandbox, *running)
		exit int
	}{
		"interrupted":    {nil, func(_ startedSandbox, r *running) { r.stop() }, exit.OK},
		"--count":        {[]string{"--count", "1"}, func(s startedSandbox, _ *running) { s.pay(buyer.CardApproved) }, exit.OK},
		"--max-failures": {[]string{"--max-failures", "1"}, func(s startedSandbox, _ *running) { s.pay(buyer.CardApproved) }, exit.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box := startSandbox(t)
			require.NoError(t, box.SetWebhookURL(sandbox.Acme.ID, "http://127.0.0.1:9/shop?token=sesame"))
			r := runListen(t, append(end.args, "--sandbox", box.url, "--forward-to", failing.URL)...)
			require.Equal(t, true, r.next("reconnect")["up"])
			require.Equal(t, r.url+"/webhooks/vora", box.urlOfAcme())
			end.by(box, r)
			require.Equal(t, end.exit, <-r.ended)
			require.Equal(t, "http://127.0.0.1:9/shop?token=sesame", box.urlOfAcme())
			require.Equal(t, map[string]any{"type": "webhook", "merchantId": sandbox.Acme.ID, "url": "http://127.0.0.1:9/shop?…"}, r.next("webhook"))
			require.Equal(t, map[string]any{"type": "webhook", "merchantId": sandbox.Brightline.ID, "url": ""}, r.next("webhook"))
		})
	}
}

// Of two that listen, the last one gets the events; the other says so, and gets them again after
// that. In any order of their ends, events go where they went before both.
func TestTwoListenAtASandbox(t *testing.T) {
	t.Parallel()
	shop := takes(t, http.StatusOK)
	for name, firstEndsFirst := range map[string]bool{"the first ends first": true, "the last ends first": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box := startSandbox(t)
			require.NoError(t, box.SetWebhookURL(sandbox.Acme.ID, "http://127.0.0.1:9/shop"))
			first := runListen(t, "--sandbox", box.url, "--forward-to", shop.URL)
			require.Equal(t, true, first.next("reconnect")["up"])
			last := runListen(t, "--sandbox", box.url, "--forward-to", shop.URL)
			require.Equal(t, true, last.next("reconnect")["up"])
			require.Equal(t, last.url+"/webhooks/vora", first.next("webhook")["url"])
			if firstEndsFirst {
				first.stop()
				require.Equal(t, exit.OK, <-first.ended)
				require.Equal(t, last.url+"/webhooks/vora", box.urlOfAcme())
				last.stop()
				require.Equal(t, exit.OK, <-last.ended)
			} else {
				last.stop()
				require.Equal(t, exit.OK, <-last.ended)
				for range sandboxMerchants - 1 { // the rest of what was taken away
					first.next("webhook")
				}
				require.Equal(t, first.url+"/webhooks/vora", first.next("webhook")["url"])
				first.stop()
				require.Equal(t, exit.OK, <-first.ended)
			}
			require.Equal(t, "http://127.0.0.1:9/shop", box.urlOfAcme())
		})
	}
}

// sandboxMerchants is how many merchants a sandbox has.
const sandboxMerchants = 3

// A listen that was killed has restored nothing. Its events go to another one that still listens,
// and then to the shop.
func TestAListenWasKilled(t *testing.T) {
	t.Parallel()
	box := startSandbox(t)
	shop, killed := takes(t, http.StatusOK), takes(t, http.StatusOK)
	require.NoError(t, box.SetWebhookURL(sandbox.Acme.ID, shop.URL+"/hook"))
	killed.Close()
	require.NoError(t, box.DivertWebhooks(sandbox.Acme.ID, killed.URL+"/1"))
	r := runListen(t, "--sandbox", box.url, "--forward-to", shop.URL)
	require.Equal(t, true, r.next("reconnect")["up"])
	require.NoError(t, box.DivertWebhooks(sandbox.Acme.ID, killed.URL+"/2"))
	require.Equal(t, killed.URL+"/2", r.next("webhook")["url"])
	first := box.pay(buyer.CardApproved)
	require.Equal(t, first, r.next("event")["sessionId"])
	require.Equal(t, r.url+"/webhooks/vora", r.next("webhook")["url"])
	r.stop()
	require.Equal(t, exit.OK, <-r.ended)
	box.wait(box.pay(buyer.CardApproved))
	require.Equal(t, shop.URL+"/hook", box.urlOfAcme())
	list, err := runVerb(t, "", "events", "list", "--sandbox", box.url)
	require.NoError(t, err)
	require.Contains(t, list, "→ "+r.url+"/webhooks/vora  200")
	require.Contains(t, list, "→ "+shop.URL+"/hook  200")
	require.NotContains(t, list, killed.URL)
}

// A URL that somebody registers while one listens is shown, and stays.
func TestSomebodyChangesTheURLMeanwhile(t *testing.T) {
	t.Parallel()
	box := startSandbox(t)
	shop := takes(t, http.StatusOK)
	r := runListen(t, "--sandbox", box.url, "--forward-to", shop.URL)
	require.Equal(t, true, r.next("reconnect")["up"])
	require.NoError(t, box.SetWebhookURL(sandbox.Acme.ID, "http://127.0.0.1:9/new"))
	require.Equal(t, "http://127.0.0.1:9/new", r.next("webhook")["url"])
	r.stop()
	require.Equal(t, exit.OK, <-r.ended)
	require.Equal(t, "http://127.0.0.1:9/new", box.urlOfAcme())
	require.Equal(t, map[string]any{"type": "webhook", "merchantId": sandbox.Acme.ID, "url": "http://127.0.0.1:9/new"}, r.next("webhook"))
}

// So does one that is registered while the sandbox cannot be reached.
func TestSomebodyChangesTheURLUnnoticed(t *testing.T) {
	t.Parallel()
	box := startSandbox(t)
	var away atomic.Bool
	way := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if away.Load() {
			panic(http.ErrAbortHandler)
		}
		box.ServeHTTP(w, r)
	}))
	t.Cleanup(way.Close)
	shop := takes(t, http.StatusOK)
	r := runListen(t, "--sandbox", way.URL, "--forward-to", shop.URL)
	require.Equal(t, true, r.next("reconnect")["up"])
	away.Store(true)
	way.CloseClientConnections()
	require.Equal(t, false, r.next("reconnect")["up"])
	require.NoError(t, box.SetWebhookURL(sandbox.Acme.ID, "http://127.0.0.1:9/new"))
	away.Store(false)
	require.Equal(t, "http://127.0.0.1:9/new", r.next("webhook")["url"])
	require.Equal(t, true, r.next("reconnect")["up"])
	require.Equal(t, "http://127.0.0.1:9/new", box.urlOfAcme())
	require.Equal(t, r.url+"/webhooks/vora", box.Merchants()[1].Vora.WebhookURL)
	r.stop()
	require.Equal(t, exit.OK, <-r.ended)
	require.Equal(t, "http://127.0.0.1:9/new", box.urlOfAcme())
}

// A sandboxPort is where one sandbox after the other runs.
type sandboxPort struct {
	url string
	box atomic.Pointer[sandbox.Sandbox]
}

func startPort(t *testing.T) *sandboxPort {
	t.Helper()
	p := &sandboxPort{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.box.Load().ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	p.url = server.URL
	p.start(t)
	return p
}

// start starts another sandbox, with the same seed, and returns the one before it.
func (p *sandboxPort) start(t *testing.T) (before *sandbox.Sandbox) {
	t.Helper()
	box, err := sandbox.New(sandbox.WithSeed(7))
	require.NoError(t, err)
	t.Cleanup(box.Close)
	return p.box.Swap(box)
}

// Listen diverts the events of a sandbox, and again those of one that was started anew, whatever is
// diverted there already.
func TestListenAtASandbox(t *testing.T) {
	t.Parallel()
	at := startPort(t)
	r := runListen(t, "--sandbox", at.url, "--forward-to", takes(t, http.StatusOK).URL)
	require.Equal(t, true, r.next("reconnect")["up"])
	before := at.start(t)
	require.NoError(t, at.box.Load().DivertWebhooks(sandbox.Acme.ID, r.url+"/webhooks/vora"))
	before.Close()
	require.Equal(t, false, r.next("reconnect")["up"])
	require.Equal(t, true, r.next("reconnect")["up"])
	for _, m := range at.box.Load().Merchants() {
		require.Equal(t, r.url+"/webhooks/vora", m.Vora.WebhookURL)
	}
	r.stop()
	require.Equal(t, exit.OK, <-r.ended)
	require.Equal(t, map[string]any{"type": "webhook", "merchantId": sandbox.Acme.ID, "url": ""}, r.next("webhook"))
}

// Listen restores nothing at a sandbox that it has not diverted.
func TestAnotherSandboxIsThereWhenListenEnds(t *testing.T) {
	t.Parallel()
	at := startPort(t)
	r := runListen(t, "--sandbox", at.url, "--forward-to", takes(t, http.StatusOK).URL)
	require.Equal(t, true, r.next("reconnect")["up"])
	at.start(t)
	require.NoError(t, at.box.Load().DivertWebhooks(sandbox.Acme.ID, r.url+"/webhooks/vora"))
	r.stop()
	require.Equal(t, exit.OK, <-r.ended)
	require.Equal(t, r.url+"/webhooks/vora", at.box.Load().Merchants()[0].Vora.WebhookURL)
	require.Empty(t, r.lines)
	require.Empty(t, r.stderr.String())
}

// A sandbox that has gone has nothing to restore.
func TestTheSandboxIsGoneWhenListenEnds(t *testing.T) {
	t.Parallel()
	box := startSandbox(t)
	shop := takes(t, http.StatusOK)
	r := runListen(t, "--sandbox", box.url, "--forward-to", shop.URL)
	require.Equal(t, true, r.next("reconnect")["up"])
	box.Close()
	box.server.Close()
	require.Equal(t, false, r.next("reconnect")["up"])
	r.stop()
	require.Equal(t, exit.OK, <-r.ended)
	require.Empty(t, r.stderr.String())
	require.Contains(t, r.next("reconnect")["error"], "no sandbox responds at "+box.url)
}
