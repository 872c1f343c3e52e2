package sandbox_test

import (
	"bufio"
	"encoding/json"
	"html"
	"maps"
	"net/http"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// dashboard is its document, as a browser gets it.
func (w *world) dashboard() string {
	w.t.Helper()
	status, header, document := w.browse(http.MethodGet, w.url+"/", nil)
	require.Equal(w.t, http.StatusOK, status)
	require.Equal(w.t, "text/html; charset=utf-8", header.Get("Content-Type"))
	require.Contains(w.t, header.Get("Content-Security-Policy"), "default-src 'none'")
	return document
}

// control calls the sandbox's API as the dashboard does.
func (w *world) control(method, path, body string) (status int, response string) {
	w.t.Helper()
	status, _, response = w.api(method, path, body, "Content-Type", "application/json")
	return status, response
}

// busy is a world in which everything has happened that the dashboard has a button for.
func busy(t *testing.T) (*world, *vora.CreatedSession) {
	w := setup(t)
	paid := w.session(vora.SessionParams{Description: "<script>alert(1)</script>"}, sdk.WithIdempotencyKey("order-1"))
	w.press(paid.CheckoutURL, "pay", "card", "4242424242424242")
	w.press(w.checkout(money.MustParse("10.00", "EUR")).CheckoutURL, "decline")
	_, err := w.gateways.RotateKey(sandbox.Acme.ID)
	require.NoError(t, err)
	require.NoError(t, w.gateways.Inject(control.Fault{Route: "GET /v1/health", Status: 503, Times: 3}))
	w.received()
	return w, paid
}

func TestDashboardShowsWhatHappened(t *testing.T) {
	t.Parallel()
	w, paid := busy(t)
	document := w.dashboard()
	for _, want := range []string{
		paid.ID, paid.CheckoutURL.Reveal(), "succeeded", "14.99 USD", "10.00 EUR", "Idempotency key", "order-1",
		"session.succeeded", "X-Vonpay-Signature", "payment.failed", "status=503", sandbox.Brightline.Vora.SecretKey, sandbox.Cobalt.VisionScope.APIKey,
		"&lt;script&gt;alert(1)", "2026-04-21 13:18:",
	} {
		require.Contains(t, document, want)
	}
	require.NotContains(t, document, "<script>alert(1)")
}

func TestDashboardIsAtTheRootOnly(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, path := range []string{"/index.html", "/favicon.ico", "/v2"} {
		status, _, _ := w.browse(http.MethodGet, w.url+path, nil)
		require.Equal(t, http.StatusNotFound, status, path)
	}
	status, _, _ := w.browse(http.MethodPost, w.url+"/", nil)
	require.Equal(t, http.StatusMethodNotAllowed, status)
	status, _, _ = w.browse(http.MethodGet, w.url+"/?session=vp_cs_test_1&status=succeeded", nil)
	require.Equal(t, http.StatusOK, status, "a buyer may return to it")
}

func TestDashboardShowsTheLastOfMany(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for range 52 {
		w.session(vora.SessionParams{})
	}
	all := w.gateways.Sessions()
	document := w.dashboard()
	require.Contains(t, document, "The last 50 of 52.")
	require.Equal(t, 50, strings.Count(document, "open-vp_cs_test_"))
	require.Contains(t, document, all[51].ID)
	require.NotContains(t, document, "open-"+all[1].ID)
}

var (
	buttons = regexp.MustCompile(`<(button|form) [^>]*data-(post|delete)="([^"]+)"(?: data-body=(?:'([^']*)'|"([^"]*)"))?`)
	// What somebody types into the forms, by the end of their paths.
	typed = map[string]string{"refund": `{"amount":100}`, "faults": `{"code":"internal_error","times":1}`, "webhook": `{"url":"http://localhost:1/hooks"}`}
)

// pushAll presses every button and sends every form of the dashboard as it is now, but for those
// already pressed.
func (w *world) pushAll(pressed map[string]bool) {
	w.t.Helper()
	for _, found := range buttons.FindAllStringSubmatch(w.dashboard(), -1) {
		method, path, body := http.MethodPost, html.UnescapeString(found[3]), html.UnescapeString(found[4]+found[5])
		if found[2] == "delete" {
			method = http.MethodDelete
		}
		if found[1] == "form" {
			body = typed[path[strings.LastIndex(path, "/")+1:]]
		}
		if body == "" {
			body = "{}"
		}
		if push := found[1] + path + body; !pressed[push] {
			pressed[push] = true
			status, response := w.control(method, path, body)
			require.Equal(w.t, http.StatusOK, status, "%s %s %s: %s", method, path, body, response)
		}
	}
}

func TestEveryButtonOfTheDashboardWorks(t *testing.T) {
	t.Parallel()
	w, paid := busy(t)
	// The partial refund comes first: there is nothing left after the other one.
	status, response := w.control(http.MethodPost, "/_sandbox/sessions/"+paid.ID+"/refund", typed["refund"])
	require.Equal(t, http.StatusOK, status, response)
	require.Contains(t, w.dashboard(), "1.00 USD refunded")
	start, key := w.clock.Now(), w.gateways.Merchants()[0].Vora.SecretKey

	const resume = `data-post="/_sandbox/deliveries/resume"`
	pressed := map[string]bool{"form/_sandbox/sessions/" + paid.ID + `/refund{"amount":100}`: true}
	w.pushAll(pressed)
	require.Contains(t, w.dashboard(), resume)
	w.pushAll(pressed)
	require.NotContains(t, w.dashboard(), resume)
	require.Greater(t, len(pressed), 20)

	require.EqualValues(t, 1499, w.gateways.Sessions()[0].Refunded)
	require.Equal(t, start.Add(24*time.Hour+31*time.Minute), w.clock.Now())
	require.NotEqual(t, key, w.gateways.Merchants()[0].Vora.SecretKey)
	require.Len(t, w.gateways.Faults(), 1, "one was injected after all were cleared")
	require.Contains(t, w.dashboard(), `value="http://localhost:1/hooks"`)
}

// The dashboard has a command for every gateway, and shows every key.
func TestDashboardKnowsEveryGateway(t *testing.T) {
	t.Parallel()
	document := setup(t).dashboard()
	for _, c := range sandbox.Acme.Credentials() {
		require.Contains(t, document, `<pre id="curl-`+string(c.Gateway)+`"`, "the dashboard's gateways leave out %s", c.Gateway)
		require.Contains(t, document, c.Value)
	}
}

// The dashboard offers every delivery fault.
func TestDashboardOffersEveryDeliveryFault(t *testing.T) {
	t.Parallel()
	w := setup(t)
	document := w.dashboard()
	for _, f := range []control.DeliveryFault{
		control.DeliveryFaultDrop, control.DeliveryFaultDuplicate, control.DeliveryFaultDelay, control.DeliveryFaultReorder, control.DeliveryFaultWrongSecret,
	} {
		require.Contains(t, document, `data-body='{"faults":["`+string(f)+`"]}'`)
	}
	for _, code := range sdk.Codes() {
		require.Contains(t, document, `<option value="`+string(code)+`">`)
	}
}

// The form for faults sends its fields under their names. They must be those of the API.
func TestDashboardsFormForFaultsSpeaksTheAPI(t *testing.T) {
	t.Parallel()
	w := setup(t)
	_, form, _ := strings.Cut(w.dashboard(), `data-post="/_sandbox/faults"`)
	form, _, _ = strings.Cut(form, "</form>")
	shared := map[string]any{"retryAfter": "soon", "route": "GET /v1/", "latencyMs": 1, "times": 2, "share": 50}
	kinds := map[string]map[string]any{"code": {"code": "internal_error"}, "status": {"status": 503, "body": "<h1>"}, "latency": {}}
	for _, flag := range regexp.MustCompile(`value="([^"]+)" data-flag`).FindAllStringSubmatch(form, -1) {
		kinds[flag[1]] = map[string]any{flag[1]: true}
	}
	require.Len(t, kinds, 7)
	known := []string{}
	for _, fields := range kinds {
		maps.Copy(fields, shared)
		known = slices.AppendSeq(known, maps.Keys(fields))
		body, err := json.Marshal(fields)
		require.NoError(t, err)
		status, response := w.control(http.MethodPost, "/_sandbox/faults", string(body))
		require.Equal(t, http.StatusOK, status, response)
		require.JSONEq(t, string(body), response)
	}
	require.Len(t, w.gateways.Faults(), 7)
	names := regexp.MustCompile(` name="([^"]+)"`).FindAllStringSubmatch(form, -1)
	require.Len(t, names, 8)
	for _, name := range names {
		require.Contains(t, known, name[1])
	}
	for _, route := range regexp.MustCompile(`<option value="([A-Z]+ [^"]+)">`).FindAllStringSubmatch(form, -1) {
		require.NoError(t, w.gateways.Inject(control.Fault{Route: route[1], Hang: true}), "the form offers a route that there is not")
	}
}

// The dashboard is told of a change without polling.
func TestDashboardFollows(t *testing.T) {
	t.Parallel()
	w := setup(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/_sandbox/changes", nil)
	require.NoError(t, err)
	stream, err := w.http.Do(request)
	require.NoError(t, err)
	defer stream.Body.Close()
	require.Equal(t, "text/event-stream", stream.Header.Get("Content-Type"))
	lines := bufio.NewScanner(stream.Body)
	change := func() {
		t.Helper()
		for lines.Scan() {
			if lines.Text() == "event: change" {
				return
			}
		}
		t.Fatal("the stream ended", lines.Err())
	}
	change() // that it has connected
	created := w.session(vora.SessionParams{})
	change()
	require.Contains(t, w.dashboard(), created.ID)
}

// The commands that the dashboard shows work when they are pasted.
func TestDashboardsCommandsRun(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl here")
	}
	for _, found := range regexp.MustCompile(`(?s)<pre id="curl-[a-z]+"[^>]*>(.*?)</pre>`).FindAllStringSubmatch(w.dashboard(), -1) {
		command := html.UnescapeString(found[1]) + " --silent --show-error --fail-with-body"
		out, err := exec.CommandContext(t.Context(), "sh", "-c", command).CombinedOutput()
		require.NoError(t, err, "%s\n%s", command, out)
	}
	var created, all []sdk.Gateway
	for _, s := range w.gateways.Sessions() {
		created = append(created, s.Gateway)
	}
	for _, g := range w.gateways.Gateways() {
		all = append(all, g.Name())
	}
	require.Equal(t, all, created)
}

// A session is found with its requests and deliveries among any number of others.
func TestDashboardTracesASession(t *testing.T) {
	t.Parallel()
	w := setup(t)
	old := w.session(vora.SessionParams{Description: "The old one"}, sdk.WithIdempotencyKey("order-1"))
	w.press(old.CheckoutURL, "pay", "card", "4242424242424242")
	w.received()
	for range 52 {
		w.session(vora.SessionParams{})
	}
	require.NotContains(t, w.dashboard(), "open-"+old.ID)
	status, _, document := w.browse(http.MethodGet, w.url+"/?q="+old.ID, nil)
	require.Equal(t, http.StatusOK, status)
	for _, want := range []string{"Sessions <span class=\"count\">1<", "Requests <span class=\"count\">1<", "Deliveries <span class=\"count\">1<", "The old one", "order-1"} {
		require.Contains(t, document, want)
	}
}
