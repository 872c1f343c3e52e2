package sandbox_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sandbox/control"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A prism is a validating proxy that is not ours, between the clients and the sandbox: Stoplight's
// Prism, with the contracts of api/. It says in a header what it finds.
type prism struct {
	t                 *testing.T
	gateways          *sandbox.Sandbox
	vora, visionscope string // the proxies' addresses

	transport http.RoundTripper
	mu        sync.Mutex
	exchanges int
}

// violation is one of Prism's findings.
type violation struct {
	Location []string `json:"location"`
	Message  string   `json:"message"`
}

func newPrism(t *testing.T) *prism {
	t.Helper()
	program := os.Getenv("HOSTEDPAY_PRISM")
	if program == "" {
		t.Skip("SKIPPED: HOSTEDPAY_PRISM is not set; .ci/prism runs this test")
	}
	gateways, err := sandbox.New(
		sandbox.WithClock(sandbox.NewManualClock(time.Now().UTC().Truncate(time.Second))),
		sandbox.WithDeprecation(time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)),
	)
	require.NoError(t, err)
	t.Cleanup(gateways.Close)
	upstream := httptest.NewServer(gateways)
	t.Cleanup(upstream.Close)
	p := &prism{t: t, gateways: gateways, transport: &http.Transport{
		DisableKeepAlives:     true, // Prism closes idle connections early
		ResponseHeaderTimeout: 20 * time.Second,
	}}
	var started sync.WaitGroup
	for contract, address := range map[string]*string{"vora": &p.vora, "visionscope": &p.visionscope} {
		port := freePort(t)
		*address = "http://127.0.0.1:" + port
		started.Add(1)
		c := exec.Command(program, "proxy", "--host", "127.0.0.1", "--port", port, "../api/openapi-"+contract+".yaml", upstream.URL)
		out, err := c.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, c.Start())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			listening := sync.OnceFunc(started.Done)
			defer listening()
			for lines := bufio.NewScanner(out); lines.Scan(); {
				if strings.Contains(lines.Text(), "is listening on") {
					listening()
				}
			}
		}()
		t.Cleanup(func() {
			_ = c.Process.Kill()
			<-ended
			_ = c.Wait()
		})
	}
	started.Wait()
	return p
}

type onPurposeKey struct{}

// wrong marks a request as invalid on purpose: Prism may complain about the request then, but not
// about the response.
func wrong(ctx context.Context) context.Context {
	return context.WithValue(ctx, onPurposeKey{}, true)
}

// RoundTrip sends a request through the proxy and looks for what it has found.
func (p *prism) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := p.transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.exchanges++
	p.mu.Unlock()
	for _, v := range p.violations(response) {
		if v.Location[0] == "response" || r.Context().Value(onPurposeKey{}) == nil {
			p.t.Errorf("%s %s, response %d: %s: %s", r.Method, r.URL.RequestURI(), response.StatusCode, strings.Join(v.Location, "."), v.Message)
		}
	}
	return response, nil
}

func (p *prism) violations(response *http.Response) (found []violation) {
	for _, text := range response.Header.Values("Sl-Violations") {
		var some []violation
		if err := json.Unmarshal([]byte(text), &some); err != nil {
			p.t.Errorf("%s: %v", text, err)
		}
		found = append(found, some...)
	}
	return found
}

func (p *prism) options() []sdk.ClientOption {
	return []sdk.ClientOption{sdk.WithHTTPClient(&http.Client{Transport: p}), sdk.WithMaxRetries(0)}
}

func (p *prism) client(key string, opts ...sdk.ClientOption) *vora.Client {
	p.t.Helper()
	client, err := vora.New(key, append(append(p.options(), sdk.WithBaseURL(p.vora)), opts...)...)
	require.NoError(p.t, err)
	return client
}

// send sends a request that no SDK would.
func (p *prism) send(method, url, body string, headers ...string) int {
	p.t.Helper()
	r, err := http.NewRequestWithContext(wrong(p.t.Context()), method, url, strings.NewReader(body))
	require.NoError(p.t, err)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := p.RoundTrip(r)
	require.NoError(p.t, err)
	defer response.Body.Close()
	return response.StatusCode
}

// An independent validator finds nothing wrong in any response of both gateways.
func TestPrismHasNothingToSay(t *testing.T) {
	t.Parallel()
	p := newPrism(t)
	ctx := t.Context()
	client := p.client(sandbox.Acme.Vora.SecretKey)

	// It is awake: it reports an response that breaks the contract.
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.vora+"/v1/health", nil)
	require.NoError(t, err)
	r.Header.Set(control.FaultHeader, control.Fault{Status: http.StatusOK, Body: `{"status":7}`}.String())
	response, err := p.transport.RoundTrip(r)
	require.NoError(t, err)
	response.Body.Close()
	require.NotEmpty(t, p.violations(response), "Prism does not see a wrong response")

	// Vora: every outcome of a session.
	full := vora.SessionParams{
		Amount: money.Minor(1498, "USD"), Country: "US", Description: "Order 789012", Locale: "en-US",
		SuccessURL: "https://shop.example.com/thanks", CancelURL: "https://shop.example.com/cart",
		BuyerID: "cus_4711", BuyerName: "Ada Example", BuyerEmail: "ada@example.com", CollectShipping: true,
		LineItems: []vora.LineItem{{Name: "Vitamin D3", Quantity: 2, UnitAmount: money.Minor(749, "USD")}, {Name: "Free sample", Quantity: 1, UnitAmount: money.Minor(0, "USD")}},
		Metadata:  map[string]string{"orderId": "order-789012"}, ExpiresIn: 10 * time.Minute,
	}
	key := sdk.WithIdempotencyKey(vora.IdempotencyKey("acme", "order-789012", 1))
	for outcome, press := range map[vora.Status]func(id string){
		vora.StatusPending:   func(string) {},
		vora.StatusSucceeded: func(id string) { p.press(id, "pay", "4242424242424242") },
		vora.StatusFailed:    func(id string) { p.press(id, "pay", "4000000000000002") },
		vora.StatusRefunded: func(id string) {
			p.press(id, "pay", "4242424242424242")
			_, err := p.gateways.Refund(id, 0)
			require.NoError(t, err)
		},
		vora.StatusExpired: func(string) { p.gateways.Clock().Advance(10 * time.Minute) },
	} {
		created, err := client.CreateSession(ctx, full)
		require.NoError(t, err)
		press(created.ID)
		session, err := client.GetSession(ctx, created.ID)
		require.NoError(t, err)
		require.Equal(t, outcome, session.Status)
	}
	minimal := vora.SessionParams{Amount: money.Minor(1, "JPY")}
	for range 2 { // and a replay
		_, err = client.CreateSession(ctx, minimal, key)
		require.NoError(t, err)
	}
	_, err = p.client(sandbox.Acme.Vora.SecretKey).CreateSession(ctx, full, key)
	require.ErrorIs(t, err, sdk.CodeIdempotencyKeyCollision)
	_, err = p.client(sandbox.Acme.Vora.PublishableKey).CreateSession(ctx, minimal)
	require.NoError(t, err)
	for _, params := range []vora.SessionParams{minimal, full} {
		dry, err := client.ValidateSession(ctx, params)
		require.NoError(t, err)
		require.True(t, dry.Valid)
	}
	_, err = client.GetSession(ctx, "vp_cs_test_nobody")
	require.ErrorIs(t, err, sdk.CodeSessionNotFound)
	_, err = client.Health(ctx)
	require.NoError(t, err)
	_, err = client.Discovery(ctx)
	require.NoError(t, err)
	for _, path := range []string{"/v1/health?deep=true", "/api/health", "/.well-known/vonpay.json"} {
		require.Equal(t, http.StatusOK, p.send(http.MethodGet, p.vora+path, ""))
	}

	// Every code of the catalog, by key.
	for _, code := range sdk.Codes() {
		_, err := p.client(sandbox.KeyFor(code)).CreateSession(ctx, minimal)
		require.ErrorIs(t, err, code)
		if code != sdk.CodeUnsupportedMediaType { // reads have no body, and the contract no 415 for them
			_, err = p.client(sandbox.KeyFor(code)).GetSession(ctx, "vp_cs_test_nobody")
			require.ErrorIs(t, err, code)
		}
	}

	// Every rule of a request, broken. Not with what is no JSON: Prism never answers that.
	auth := []string{"Authorization", "Bearer " + sandbox.Acme.Vora.SecretKey, "Content-Type", "application/json"}
	for body, status := range map[string]int{
		`{}`: 400, `[1]`: 400, `{"amount":0,"currency":"USD"}`: 400, `{"amount":"1","currency":"USD"}`: 400,
		`{"amount":1.5,"currency":"USD"}`: 400, `{"amount":100000000,"currency":"USD"}`: 400, `{"amount":1,"currency":"usd"}`: 400,
		`{"amount":1,"currency":"USD","successUrl":"http://shop.example.com"}`: 400, `{"amount":1,"currency":"USD","expiresIn":299}`: 400,
		`{"amount":1,"currency":"USD","lineItems":[{"name":"x"}]}`: 400, `{"amount":1,"currency":"USD","metadata":{"a":1}}`: 400,
	} {
		require.Equal(t, status, p.send(http.MethodPost, p.vora+"/v1/sessions", body, auth...), body)
		require.Equal(t, status, p.send(http.MethodPost, p.vora+"/v1/sessions?dry_run=true", body, auth...), body)
	}
	const good = `{"amount":1499,"currency":"USD"}`
	require.Equal(t, 401, p.send(http.MethodPost, p.vora+"/v1/sessions", good, "Content-Type", "application/json"))
	require.Equal(t, 403, p.send(http.MethodGet, p.vora+"/v1/sessions/x", "", "Authorization", "Bearer "+sandbox.Acme.Vora.PublishableKey))

	// VisionScope: the one call, and its three errors.
	shop, err := visionscope.New(sandbox.Acme.VisionScope.APIKey, append(p.options(), sdk.WithBaseURL(p.visionscope))...)
	require.NoError(t, err)
	for _, amount := range []string{"10.00 EUR", "1000 JPY", "1.250 KWD"} {
		number, currency, _ := strings.Cut(amount, " ")
		_, err = shop.CreateCheckout(ctx, visionscope.CheckoutParams{
			Amount: money.MustParse(number, money.Currency(currency)), WebhookURL: "https://shop.example.com/webhook",
			WebhookSecret: visionscope.NewWebhookSecret(), ReturnURL: "https://shop.example.com/return",
		})
		require.NoError(t, err)
	}
	const checkout = `{"amount":10.00,"currency":"EUR","webhook_url":"https://a.example.com","webhook_secret":"a1b2c3d4e5f6...","return_url":"https://a.example.com"}`
	vision := []string{"Content-Type", "application/json", "X-Api-Key", sandbox.Acme.VisionScope.APIKey}
	for body, status := range map[string]int{
		`{}`: 400, `{"amount":10,"currency":"EUR"}`: 400, checkout: 200, strings.Replace(checkout, "10.00", "10.001", 1): 400,
		strings.Replace(checkout, "10.00", `"10"`, 1): 400, strings.Replace(checkout, "EUR", "eur", 1): 400,
	} {
		require.Equal(t, status, p.send(http.MethodPost, p.visionscope+"/api/checkout/create", body, vision...), body)
	}
	require.Equal(t, 401, p.send(http.MethodPost, p.visionscope+"/api/checkout/create", checkout, "Content-Type", "application/json", "X-Api-Key", "vsk_live_nobody"))
	require.Equal(t, 401, p.send(http.MethodPost, p.visionscope+"/api/checkout/create", checkout, "Content-Type", "application/json"))
	for code, status := range map[sdk.Code]int{sdk.CodeValidationMissingField: 400, sdk.CodeAuthInvalidKey: 401, sdk.CodeProviderUnavailable: 502} {
		require.Equal(t, status, p.send(http.MethodPost, p.visionscope+"/api/checkout/create", checkout, append(vision, control.FaultHeader, "code="+string(code))...))
	}

	p.mu.Lock()
	defer p.mu.Unlock()
	require.Greater(t, p.exchanges, 100)
	t.Logf("%d exchanges without a violation", p.exchanges)
}

// press presses a button of a hosted page, which the contract does not cover.
func (p *prism) press(id, action, card string) {
	r := httptest.NewRequest(http.MethodPost, "/c/"+id, strings.NewReader("action="+action+"&card="+card))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	p.gateways.ServeHTTP(httptest.NewRecorder(), r)
}
