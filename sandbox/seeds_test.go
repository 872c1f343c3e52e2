package sandbox_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/buyer"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sandbox/sandboxtest"
	"github.com/hostedpay/hostedpay-go/sdk"
)

// A shop that somebody else wrote, in another language, from the gateway's documentation alone.
// What it prints is what it has heard.
type foreignShop struct {
	t     *testing.T
	url   string
	http  http.Client
	heard chan map[string]any
}

// startShop runs a program of testdata/seeds with its documented configuration.
func startShop(t *testing.T, program string, configuration func(shopURL string) []string) *foreignShop {
	t.Helper()
	need(t, "node")
	port := freePort(t)
	s := &foreignShop{t: t, url: "http://127.0.0.1:" + port, http: http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}, heard: make(chan map[string]any, 100)}
	c := exec.Command("node", filepath.Join("testdata", "seeds", program))
	c.Env = append(os.Environ(), append(configuration(s.url), "PORT="+port)...)
	var problems bytes.Buffer
	c.Stderr = &problems
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer close(s.heard)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var line map[string]any
			if json.Unmarshal(lines.Bytes(), &line) == nil {
				s.heard <- line
			}
		}
	}()
	t.Cleanup(func() {
		_ = c.Process.Kill()
		<-ended
		_ = c.Wait()
		if problems.Len() > 0 {
			t.Errorf("%s complained: %s", program, problems.String())
		}
	})
	require.Equal(t, map[string]any{"listening": true}, s.hears())
	return s
}

// hears waits for the next thing that the shop hears.
func (s *foreignShop) hears() map[string]any {
	s.t.Helper()
	line, open := <-s.heard
	require.True(s.t, open, "the shop has ended")
	return line
}

// call calls the shop, and decodes its response into a map.
func (s *foreignShop) call(method, path, body string) (status int, response map[string]any) {
	s.t.Helper()
	status, text := s.fetch(method, path, body)
	require.NoError(s.t, json.Unmarshal([]byte(text), &response), text)
	return status, response
}

func (s *foreignShop) fetch(method, path, body string) (status int, text string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	require.NoError(s.t, err)
	response, err := s.http.Do(r)
	require.NoError(s.t, err)
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return response.StatusCode, string(read)
}

// The examples of VisionScope's page run against the sandbox with another base URL and another key.
func TestVisionScopesOwnExamples(t *testing.T) { //nolint:tparallel // the cases share what the shop prints
	t.Parallel()
	g := sandboxtest.Start(t)
	shop := startShop(t, "visionscope.mjs", func(shop string) []string {
		return []string{
			"VISIONSCOPE_API_URL=" + g.URL + "/api/checkout", "VISIONSCOPE_API_KEY=" + sandbox.Acme.VisionScope.APIKey,
			"WEBHOOK_PUBLIC_URL=" + shop + "/webhook", "WEBHOOK_SECRET=" + strings.Repeat("0f", 32), "RETURN_URL=" + shop + "/return",
		}
	})
	for name, c := range map[string]struct {
		pay              func(*sandboxtest.Page) *url.URL
		event, status    string
		said, afterwards string
		twice            bool
	}{
		"approved": {func(p *sandboxtest.Page) *url.URL { return p.Pay(buyer.CardApproved) }, "payment.success", "paid", "Thank you!", "paid", false},
		"declined": {func(p *sandboxtest.Page) *url.URL { return p.Pay(buyer.CardDeclined) }, "payment.failed", "failed", "Payment failed: Declined", "failed", false},
		"3D Secure": {func(p *sandboxtest.Page) *url.URL {
			p.Pay(buyer.CardChallenge)
			return p.Press(buyer.ButtonPassChallenge)
		}, "payment.success", "paid", "Thank you!", "paid", true},
	} {
		t.Run(name, func(t *testing.T) { // in turn: they share what the shop prints
			status, created := shop.call(http.MethodPost, "/api/checkout", `{"amount":10.0,"currency":"EUR"}`)
			require.Equal(t, http.StatusOK, status, created)
			id, page := created["session_id"].(string), created["checkout_url"].(string)
			back := c.pay(g.Open(sdk.NewSecret(page)))
			_, text := shop.fetch(http.MethodGet, "/return?"+back.RawQuery, "")
			require.Contains(t, text, c.said)
			require.Contains(t, text, "is pending", "nothing is decided by the return")

			delivery := g.WaitDelivery(id, c.event)
			require.Equal(t, control.DeliveryAccepted, delivery.State)
			heard := shop.hears()
			require.Equal(t, c.event, heard["event"])
			require.Equal(t, c.status, heard["status"])
			require.EqualValues(t, 10, heard["amount"])
			require.Equal(t, back.Query().Get("order_id"), heard["order_id"])
			require.Equal(t, true, heard["timestamped"])
			if c.twice {
				require.Equal(t, map[string]any{"duplicate": id + ":" + c.event}, shop.hears())
			}
			_, text = shop.fetch(http.MethodGet, "/return?"+back.RawQuery, "")
			require.Contains(t, text, "is "+c.afterwards)
		})
	}

	t.Run("a wrong signature is rejected, and the right one accepted", func(t *testing.T) {
		_, created := shop.call(http.MethodPost, "/api/checkout", `{"amount":12.5,"currency":"USD"}`)
		require.NoError(t, g.InjectDeliveryFaults(control.DeliveryFaultWrongSecret))
		g.Open(sdk.NewSecret(created["checkout_url"].(string))).Pay(buyer.CardApproved)
		delivery := g.WaitDelivery(created["session_id"].(string), "payment.success")
		require.Len(t, delivery.Attempts, 2)
		require.Equal(t, http.StatusUnauthorized, delivery.Attempts[0].Status)
		require.Equal(t, "12.5", fmt.Sprint(shop.hears()["amount"]))
	})

	t.Run("the gateway's rejection comes through", func(t *testing.T) {
		status, response := shop.call(http.MethodPost, "/api/checkout", `{"amount":-1,"currency":"EUR"}`)
		require.Equal(t, http.StatusBadRequest, status)
		require.NotEmpty(t, response["error"])
	})
}

// So does what the integrator guide of Vora says.
func TestVorasOwnGuide(t *testing.T) {
	t.Parallel()
	g := sandboxtest.Start(t)
	shop := startShop(t, "vora.mjs", func(shop string) []string {
		return []string{"VON_PAY_BASE_URL=" + g.URL, "VON_PAY_SECRET_KEY=" + sandbox.Acme.Vora.SecretKey, "SUCCESS_URL=" + shop + "/thanks"}
	})
	require.NoError(t, g.SetWebhookURL(sandbox.Acme.ID, shop.url+"/api/webhooks"))

	_, about := shop.call(http.MethodGet, "/about", "")
	require.Equal(t, "ok", about["health"].(map[string]any)["status"])
	require.NotEmpty(t, about["discovery"].(map[string]any)["capabilities"])

	const order = `{"order":"order-789012","attempt":1,"amount":1499,"currency":"USD"}`
	status, created := shop.call(http.MethodPost, "/charge", order)
	require.Equal(t, http.StatusCreated, status)
	require.NotEmpty(t, created["requestId"])
	expires, err := time.Parse(time.RFC3339, created["expiresAt"].(string))
	require.NoError(t, err)
	require.Equal(t, 30*time.Minute, expires.Sub(g.Now()))

	_, replayed := shop.call(http.MethodPost, "/charge", order)
	require.Equal(t, created["checkoutUrl"], replayed["checkoutUrl"])
	_, fresh := shop.call(http.MethodPost, "/charge", strings.Replace(order, `"attempt":1`, `"attempt":2`, 1))
	require.NotEqual(t, created["id"], fresh["id"])
	status, collision := shop.call(http.MethodPost, "/charge", strings.Replace(order, "1499", "1599", 1))
	require.Equal(t, http.StatusConflict, status)
	require.Equal(t, "idempotency_key_collision", collision["code"])

	id := created["id"].(string)
	_, session := shop.call(http.MethodGet, "/status?session="+id, "")
	require.Equal(t, "pending", session["status"])
	g.Open(sdk.NewSecret(created["checkoutUrl"].(string))).Pay(buyer.CardApproved)
	g.WaitDelivery(id, "session.succeeded")
	paid := shop.hears()
	require.Equal(t, "session.succeeded", paid["event"])
	require.Equal(t, "order-789012", paid["order"])
	_, session = shop.call(http.MethodGet, "/status?session="+id, "")
	require.Equal(t, "succeeded", session["status"])
	require.Equal(t, paid["transactionId"], session["transactionId"])

	refund, err := g.Refund(id, 500)
	require.NoError(t, err)
	g.WaitDelivery(id, "refund.created")
	refunded := shop.hears()
	require.Equal(t, refund, refunded["refundId"])
	require.EqualValues(t, 500, refunded["amount"])

	require.NoError(t, g.Resend(g.Deliveries()[0].ID))
	g.Advance(0)
	require.Contains(t, shop.hears(), "duplicate")

	status, declined := shop.call(http.MethodPost, "/charge", `{"order":"order-789013","attempt":1,"amount":200,"currency":"USD"}`)
	require.Equal(t, http.StatusCreated, status)
	g.Open(sdk.NewSecret(declined["checkoutUrl"].(string))).Pay(buyer.CardApproved)
	g.WaitDelivery(declined["id"].(string), "session.failed")
	require.Equal(t, "card_declined", shop.hears()["failureCode"])

	for body, code := range map[string]string{
		`{"order":"a","attempt":1,"amount":14.99,"currency":"USD"}`: "validation_invalid_amount",
		`{"order":"b","attempt":1,"amount":1499}`:                   "validation_missing_field",
	} {
		status, rejected := shop.call(http.MethodPost, "/charge", body)
		require.Equal(t, http.StatusBadRequest, status)
		require.Equal(t, code, rejected["code"])
		for _, member := range []string{"error", "fix", "docs", "requestId"} {
			require.NotEmpty(t, rejected[member], member)
		}
	}
}
