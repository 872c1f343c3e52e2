package sandbox_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

// A world is a sandbox and a shop, with a clock that stands still. All traffic between them is held
// to the contracts.
type world struct {
	t           *testing.T
	clock       sandbox.Clock
	gateways    *sandbox.Sandbox
	url         string
	http        *http.Client // with connections of its own: when any httptest.Server closes, http.DefaultClient loses its connections
	shopURL     string
	vora        *vora.Client
	visionscope *visionscope.Client
	secret      sdk.Secret // of every VisionScope checkout here

	mu     sync.Mutex
	events []webhooks.Event
	reject int // how many events to reject before accepting one
}

func setup(t *testing.T, opts ...sandbox.Option) *world {
	t.Helper()
	return setupWith(t, sandbox.NewManualClock(start), opts...)
}

func setupWith(t *testing.T, clock sandbox.Clock, opts ...sandbox.Option) *world {
	t.Helper()
	w := &world{t: t, clock: clock, secret: visionscope.NewWebhookSecret()}
	shop := httptest.NewServer(w.shop())
	t.Cleanup(shop.Close)
	w.shopURL = shop.URL

	var err error
	w.gateways, err = sandbox.New(append([]sandbox.Option{
		sandbox.WithClock(w.clock), sandbox.WithWebhookURL(sandbox.Acme.ID, shop.URL+"/vora"),
	}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(w.gateways.Close)
	server := httptest.NewServer(contracttest.VisionScope(t).Handler(contracttest.Vora(t).Handler(w.gateways)))
	t.Cleanup(server.Close)
	w.url, w.http = server.URL, server.Client()
	w.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	w.vora, err = vora.New(sandbox.Acme.Vora.SecretKey, sdk.WithBaseURL(server.URL))
	require.NoError(t, err)
	w.visionscope, err = visionscope.New(sandbox.Acme.VisionScope.APIKey, sdk.WithBaseURL(server.URL))
	require.NoError(t, err)
	return w
}

// shop receives the events of both gateways.
func (w *world) shop() http.Handler {
	keys, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: sdk.NewSecret(sandbox.Acme.Vora.SecretKey), MerchantID: sandbox.Acme.ID})
	require.NoError(w.t, err)
	checkout, err := webhooks.StaticKeys(webhooks.SigningKey{Secret: w.secret})
	require.NoError(w.t, err)
	take := func(_ context.Context, event webhooks.Event) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.reject > 0 {
			w.reject--
			return io.ErrUnexpectedEOF
		}
		w.events = append(w.events, event)
		return nil
	}
	clock := webhooks.WithClock(w.clock.Now)
	fromVora, err := webhooks.NewHandler(webhooks.Vora(keys, clock), take)
	require.NoError(w.t, err)
	fromVisionScope, err := webhooks.NewHandler(webhooks.VisionScope(checkout, clock), take)
	require.NoError(w.t, err)
	mux := http.NewServeMux()
	mux.Handle("/vora", contracttest.Vora(w.t).Deliveries(fromVora))
	mux.Handle("/visionscope", contracttest.VisionScope(w.t).Deliveries(fromVisionScope))
	return mux
}

// received are the events that the shop took, after everything that is due has been delivered.
func (w *world) received() []webhooks.Event {
	w.clock.Advance(0)
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]webhooks.Event(nil), w.events...)
}

func (w *world) types() []string {
	types := []string{}
	for _, e := range w.received() {
		types = append(types, e.Info().Type)
	}
	return types
}

func (w *world) rejectNext(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reject = n
}

func (w *world) session(params vora.SessionParams, opts ...sdk.CreateOption) *vora.CreatedSession {
	w.t.Helper()
	if params.Amount == (money.Amount{}) {
		params.Amount = money.Minor(1499, "USD")
	}
	if params.SuccessURL == "" {
		params.SuccessURL = w.shopURL + "/thanks?order=1"
	}
	created, err := w.vora.CreateSession(w.t.Context(), params, opts...)
	require.NoError(w.t, err)
	return created
}

func (w *world) checkout(amount money.Amount) *visionscope.CreatedCheckout {
	w.t.Helper()
	created, err := w.visionscope.CreateCheckout(w.t.Context(), visionscope.CheckoutParams{
		Amount: amount, WebhookURL: w.shopURL + "/visionscope", WebhookSecret: w.secret, ReturnURL: w.shopURL + "/return",
	})
	require.NoError(w.t, err)
	return created
}

// press opens a hosted page, presses a button of it, and returns where the browser is sent.
func (w *world) press(checkout sdk.Secret, button string, fields ...string) (status int, location *url.URL, body string) {
	w.t.Helper()
	status, _, page := w.browse(http.MethodGet, checkout.Reveal(), nil)
	require.Equal(w.t, http.StatusOK, status)
	require.Contains(w.t, page, `value="`+button+`"`, "the page has no such button")
	form := url.Values{"action": {button}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	status, header, body := w.browse(http.MethodPost, checkout.Reveal(), form)
	if to := header.Get("Location"); to != "" {
		var err error
		location, err = url.Parse(to)
		require.NoError(w.t, err)
	}
	return status, location, body
}

func (w *world) browse(method, address string, form url.Values) (status int, header http.Header, body string) {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), method, address, strings.NewReader(form.Encode()))
	require.NoError(w.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := w.http.Do(request)
	require.NoError(w.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(w.t, err)
	return response.StatusCode, response.Header, string(text)
}

// api sends a request that no SDK would send. It may break the contract; the response must not.
func (w *world) api(method, path, body string, headers ...string) (status int, header http.Header, text string) {
	w.t.Helper()
	request := httptest.NewRequestWithContext(contracttest.Invalid(w.t.Context()), method, path, strings.NewReader(body))
	request.Host = "localhost"
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	contracttest.VisionScope(w.t).Handler(contracttest.Vora(w.t).Handler(w.gateways)).ServeHTTP(recorder, request)
	return recorder.Code, recorder.Header(), recorder.Body.String()
}
