package dashboard_test

import (
	"encoding/json"
	"html"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/contract"
	"github.com/hostedpay/hostedpay-go/sandbox/internal/dashboard"
)

func TestAnEmptySandboxSaysWhatToDoFirst(t *testing.T) {
	t.Parallel()
	v := dashboard.View{Origin: "http://127.0.0.1:4010", Gateways: full().Gateways, Merchants: full().Merchants}
	document := render(t, v)
	require.Contains(t, text(document), "Nothing has happened yet. Create a session")
	require.Contains(t, document, `<pre id="curl-vora"`)
	require.NotContains(t, document, "<table")
	require.NotContains(t, text(render(t, full())), "Nothing has happened yet")
}

func TestEveryGatewayHasABadge(t *testing.T) {
	t.Parallel()
	document := render(t, full())
	for _, g := range contract.Gateways() {
		require.Contains(t, document, "\n.gateway."+g.ID+" { color:", "the badge's color: assets/gateways/%s.css", g.ID)
	}
}

func TestEverythingOfAnExchangeIsThere(t *testing.T) {
	t.Parallel()
	shown := html.UnescapeString(text(render(t, full())))
	for _, want := range []string{
		"Vora vp_cs_test_1 Acme Vitamins : Vitamin C 14.99 USD 4.99 USD refunded succeeded 09:29:00",
		"503 Vora POST /v1/sessions 09:30:00 1.23ms fault: status=503",
		"Idempotency key order-1 Request id req_1 Version asked for 2026-04-14 Client shop/1.0",
		`Body { "amount": 1499 } Response <h1>Busy</h1>`,
		"pending session.succeeded 500 1 attempt vp_cs_test_1",
		`Body, as it is signed {"event":"session.succeeded"} Attempt 1 500 09:30:00 1s to http://localhost:8080/before wrongSecret connection reset`,
		"X-Vonpay-Signature: abc", "database is locked",
		"Deliveries are paused; 2 wait to be sent", "Next attempts: drop",
		"POST /v1/sessions… , 2 more times, 50% of the calls",
		"Vora secret key vp_sk_test_acme", "VisionScope API key vsk_live_acme", "whsec_test_acme",
		"The old secret key vp_sk_test_old works until 18 May 09:30:00",
		"2030-05-17 09:30:00 UTC",
	} {
		require.Contains(t, shown, want)
	}
}

func TestLongListsSayWhatTheyLeaveOut(t *testing.T) {
	t.Parallel()
	v := full()
	require.NotContains(t, text(render(t, v)), "The last")
	v.SessionCount, v.RequestCount, v.DeliveryCount = 7000, 900, 8000
	shown := text(render(t, v))
	for _, want := range []string{"The last 1 of 7000", "The last 1 of 900", "The last 1 of 8000"} {
		require.Contains(t, shown, want)
	}
}

func TestLongStringsAreCut(t *testing.T) {
	t.Parallel()
	v := full()
	v.Requests[0].Body = strings.Repeat("ä", 5000)
	v.Requests[0].Path = "/v1/sessions/" + strings.Repeat("x", 100_000)
	document := render(t, v)
	require.Contains(t, text(document), "and 5904 more bytes")
	require.NotContains(t, document, "\uFFFD", "no character is cut in half")
	require.Less(t, len(document), len(render(t, full()))+10_000)
}

func TestOnlyWhatCanBeDoneHasAButton(t *testing.T) {
	t.Parallel()
	posts := func(change func(v *dashboard.View)) []string {
		v := full()
		change(&v)
		return values(render(t, v), "data-post")
	}
	all := posts(func(*dashboard.View) {})
	require.Contains(t, all, "/_sandbox/sessions/vp_cs_test_1/refund")
	require.Contains(t, all, "/_sandbox/deliveries/resume")
	require.NotContains(t, all, "/_sandbox/deliveries/pause")
	require.Contains(t, all, "/_sandbox/deliveries/dlv_1/resend")
	require.Contains(t, all, "/_sandbox/merchants/mer_acme/revoke")

	require.NotContains(t, posts(func(v *dashboard.View) { v.Sessions[0].Refundable = 0 }), "/_sandbox/sessions/vp_cs_test_1/refund")
	require.Contains(t, posts(func(v *dashboard.View) { v.Paused = false }), "/_sandbox/deliveries/pause")
	require.NotContains(t, posts(func(v *dashboard.View) { v.Deliveries[0].State = "unsent" }), "/_sandbox/deliveries/dlv_1/resend")
	require.NotContains(t, posts(func(v *dashboard.View) { v.Merchants[0].Vora.RetiredKeys = nil }), "/_sandbox/merchants/mer_acme/revoke")
}

func TestEveryFieldHasALabelAndEveryIDIsUnique(t *testing.T) {
	t.Parallel()
	document := inlined.ReplaceAllString(render(t, full()), "")
	ids := map[string]bool{}
	for _, id := range values(document, "id") {
		require.False(t, ids[id], id)
		ids[id] = true
	}
	labels := values(document, "for")
	for _, field := range regexp.MustCompile(`<(?:input|select|textarea) id="([^"]*)"`).FindAllStringSubmatch(document, -1) {
		require.Contains(t, labels, field[1])
	}
	require.Len(t, labels, strings.Count(document, "<label"))
	for _, of := range append(values(document, "aria-labelledby"), values(document, "data-copy")...) {
		require.True(t, ids[of], of)
	}
}

// A running clock ticks in the browser; one that stands still does not.
func TestOnlyARunningClockTicks(t *testing.T) {
	t.Parallel()
	v := full()
	require.Contains(t, render(t, v), `<time datetime="2030-05-17T09:30:00Z" data-running>`)
	v.Running = false
	require.NotContains(t, render(t, v), `data-running>`)
}

func TestTimesOfAnotherDaySayWhich(t *testing.T) {
	t.Parallel()
	v := full()
	v.Sessions[0].CreatedAt = v.Now.Add(-24 * time.Hour)
	require.Contains(t, text(render(t, v)), "16 May 09:30:00")
}

// A shell passes the commands to curl unchanged, whatever the keys contain.
func TestCommandsSurviveTheShell(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ origin, key, back string }{
		"plain":     {"http://127.0.0.1:4010", "vp_sk_test_acme", "http://127.0.0.1:4010/"},
		"localhost": {"http://shop.localhost:1", "k", "http://shop.localhost:1/"},
		"https":     {"https://sandbox.example.com", "k", "https://sandbox.example.com/"},
		"network":   {"http://192.168.1.5:4010", "k", "https://shop.example.com/return"},
		"hostile":   {"http://127.0.0.1:4010", `a' "$(touch /tmp/x)" \`, "http://127.0.0.1:4010/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := full()
			back := dashboard.ReturnURL(test.origin)
			require.Equal(t, test.back, back)
			v.Origin = test.origin
			v.Gateways = []dashboard.Gateway{{
				ID: "vora", Path: "/v1/sessions", Header: "Authorization: Bearer " + test.key,
				Fields: []string{`"amount": 1499, "currency": "USD"`, `"description": "It's $(touch /tmp/x)"`, `"successUrl": "` + back + `"`},
			}}
			words := shell(t, command(t, render(t, v), "curl-vora"))
			require.Equal(t, []string{test.origin + "/v1/sessions", "-H", "Authorization: Bearer " + test.key, "-H", "Content-Type: application/json", "-d"}, words[:6])
			var body map[string]any
			require.NoError(t, json.Unmarshal([]byte(words[6]), &body))
			require.Equal(t, map[string]any{"amount": 1499.0, "currency": "USD", "description": "It's $(touch /tmp/x)", "successUrl": test.back}, body)
		})
	}
}

func command(t *testing.T, document, id string) string {
	t.Helper()
	found := regexp.MustCompile(`(?s)<pre id="` + id + `"[^>]*>(.*?)</pre>`).FindStringSubmatch(document)
	require.NotNil(t, found)
	return html.UnescapeString(found[1])
}

// shell returns the arguments that curl would get.
func shell(t *testing.T, command string) []string {
	t.Helper()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell here")
	}
	out, err := exec.CommandContext(t.Context(), sh, "-c", `curl() { printf '%s\0' "$@"; }; `+command).Output()
	require.NoError(t, err)
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}
