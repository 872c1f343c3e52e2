package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/sandbox"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
	"github.com/hostedpay/hostedpay-go/sdk/webhooks"
)

func TestVisionScopePaymentApproved(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.checkout(money.MustParse("10.00", "EUR"))
	_, back, _ := w.press(created.CheckoutURL, "pay", "card", "4242 4242 4242 4242")
	claimed, err := visionscope.ParseReturn(back.Query())
	require.NoError(t, err)
	require.Equal(t, visionscope.ClaimedPaid, claimed.ClaimedStatus)
	require.Equal(t, created.ID, claimed.SessionID)
	require.Regexp(t, `^VS-\d+-[0-9A-F]{8}$`, claimed.OrderID)

	w.clock.Advance(2*time.Second - 1)
	require.Empty(t, w.received(), "the outcome is reported about 2 s after the charge")
	w.clock.Advance(1)
	events := w.received()
	require.Len(t, events, 1)
	event := events[0].(*webhooks.PaymentSucceeded)
	require.Equal(t, money.MustParse("10.00", "EUR"), event.Amount)
	require.Equal(t, claimed.OrderID, event.OrderID)
}

func TestVisionScopePaymentFails(t *testing.T) {
	t.Parallel()
	for name, press := range map[string][]string{
		"declined card": {"pay", "card", "4000 0000 0000 0002"},
		"decline":       {"decline"},
		"cancel":        {"cancel"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			created := w.checkout(money.MustParse("1000", "JPY"))
			_, back, _ := w.press(created.CheckoutURL, press[0], press[1:]...)
			claimed, err := visionscope.ParseReturn(back.Query())
			require.NoError(t, err)
			require.Equal(t, visionscope.ClaimedFailed, claimed.ClaimedStatus)
			require.NotEmpty(t, claimed.Reason)

			w.clock.Advance(10*time.Second - 1)
			require.Empty(t, w.received(), "a decline is reported after about 10 s")
			w.clock.Advance(1)
			events := w.received()
			require.Len(t, events, 1)
			event := events[0].(*webhooks.PaymentFailed)
			require.Equal(t, claimed.Reason, event.Reason)
			require.Equal(t, money.MustParse("1000", "JPY"), event.Amount)
		})
	}
}

func TestVisionScopeRejections(t *testing.T) {
	t.Parallel()
	key := []string{"X-API-Key", sandbox.Acme.VisionScope.APIKey, "Content-Type", "application/json"}
	for name, c := range map[string]struct {
		body    string
		headers []string
		status  int
		answer  string
	}{
		"no key":       {`{}`, nil, 401, `{"error":"Invalid API key"}`},
		"wrong key":    {`{}`, []string{"X-API-Key", "vsk_live_nobody"}, 401, `{"error":"Invalid API key"}`},
		"empty":        {`{}`, key, 400, `{"error":"amount and currency are required"}`},
		"no amount":    {`{"currency":"EUR"}`, key, 400, `{"error":"amount and currency are required"}`},
		"no URLs":      {`{"amount":10,"currency":"EUR","webhook_secret":"x"}`, key, 400, `{"error":"return_url and webhook_url are required"}`},
		"no JSON":      {`amount=10`, key, 400, `{"error":"amount and currency are required"}`},
		"wrong type":   {`{"amount":true,"currency":"EUR","webhook_secret":"x","webhook_url":"https://a.example.com","return_url":"https://a.example.com"}`, key, 400, `{"error":"amount: must be a number, not boolean"}`},
		"text":         {`{"amount":"10.00","currency":"EUR","webhook_secret":"x","webhook_url":"https://a.example.com","return_url":"https://a.example.com"}`, key, 400, `{"error":"amount: must be a number, not string"}`},
		"both wrong":   {`{"amount":true,"currency":"EUR","webhook_secret":"x","webhook_url":"https://a.example.com"}`, key, 400, `{"error":"return_url is required"}`},
		"large body":   {`{"amount":10,"currency":"EUR","x":"` + strings.Repeat("x", 1<<20) + `"}`, key, 400, `{"error":"The body is larger than 1 MiB"}`},
		"no object":    {`[1]`, key, 400, `{"error":"amount and currency are required"}`},
		"three digits": {`{"amount":10.001,"currency":"EUR","webhook_secret":"x","webhook_url":"https://a.example.com","return_url":"https://a.example.com"}`, key, 400, `{"error":"amount: has more decimals than EUR"}`},
		"huge":         {`{"amount":1e30,"currency":"EUR","webhook_secret":"x","webhook_url":"https://a.example.com","return_url":"https://a.example.com"}`, key, 400, `{"error":"amount: is out of range"}`},
		"no currency":  {`{"amount":10,"currency":"XYZ","webhook_secret":"x","webhook_url":"https://a.example.com","return_url":"https://a.example.com"}`, key, 400, `{"error":"currency: is not known"}`},
		"http webhook": {`{"amount":10,"currency":"EUR","webhook_secret":"x","webhook_url":"http://a.example.com","return_url":"https://a.example.com"}`, key, 400, `{"error":"webhook_url: must be an https URL"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			status, _, body := w.api(http.MethodPost, "/api/checkout/create", c.body, c.headers...)
			require.Equal(t, c.status, status, body)
			if c.answer != "" {
				require.JSONEq(t, c.answer, body)
			}
		})
	}
}

func TestVisionScopeHasOneCall(t *testing.T) {
	t.Parallel()
	w := setup(t)
	key := []string{"X-API-Key", sandbox.Acme.VisionScope.APIKey, "Content-Type", "application/json"}
	for _, call := range [][2]string{{http.MethodGet, "/api/checkout/create"}, {http.MethodPost, "/api/checkout/create/"}, {http.MethodPost, "/api/checkout/read"}} {
		status, header, body := w.api(call[0], call[1], "{}", key...)
		require.Equal(t, http.StatusNotFound, status)
		require.Equal(t, "application/json", header.Get("Content-Type"))
		require.JSONEq(t, `{"error":"Not found"}`, body)
	}
}

// A return URL to which the gateway could not add its parameters, or that nothing can be sent to,
// is rejected. (x-notes of the contract.)
func TestVisionScopeRejectsReturnURLs(t *testing.T) {
	t.Parallel()
	rejected := map[string]string{
		"https://ada@a.example.com":   "must have no user or password",
		"https://a.example.com:0":     "must have a port from 1 to 65535, or none",
		"https://a.example.com:65536": "must have a port from 1 to 65535, or none",
	}
	for _, name := range []string{"session_id", "status", "order_id", "reason"} {
		problem := "must not have the query parameter " + name + ": the gateway adds it too, and a return that has it twice is rejected (rename yours)"
		rejected["https://a.example.com/?"+name+"=1"], rejected["https://a.example.com/?order=1&"+name] = problem, problem
	}
	w := setup(t)
	create := func(returnURL string) (int, string) {
		body := `{"amount":10,"currency":"EUR","webhook_secret":"x","webhook_url":"https://a.example.com","return_url":"` + returnURL + `"}`
		status, _, got := w.api(http.MethodPost, "/api/checkout/create", body, "X-API-Key", sandbox.Acme.VisionScope.APIKey, "Content-Type", "application/json")
		return status, got
	}
	for returnURL, problem := range rejected {
		status, body := create(returnURL)
		require.Equal(t, http.StatusBadRequest, status, returnURL)
		require.JSONEq(t, `{"error":"return_url: `+problem+`"}`, body)
	}
	require.Empty(t, w.gateways.Sessions())
	status, body := create("https://a.example.com:65535/?order=1&Status=2&return_status=3")
	require.Equal(t, http.StatusOK, status, body)
}

// The documentation's own request, to the letter.
func TestVisionScopeTakesTheDocumentationsExample(t *testing.T) {
	t.Parallel()
	w := setup(t)
	status, _, body := w.api(http.MethodPost, "/api/checkout/create", `{
		"amount": 10.00,
		"currency": "EUR",
		"webhook_url": "https://yourmerchant.com/webhook",
		"webhook_secret": "a1b2c3d4e5f6...",
		"return_url": "https://yourmerchant.com/return"
	}`, "Content-Type", "application/json", "X-API-Key", sandbox.Acme.VisionScope.APIKey)
	require.Equal(t, http.StatusOK, status, body)
	require.Regexp(t, `"session_id":"cs_[0-9a-z]+_[0-9a-f]{16}"`, body)
}

func TestVisionScopeErrorsHaveAssignedCodes(t *testing.T) {
	t.Parallel()
	w := setup(t)
	stranger, err := visionscope.New("vsk_live_nobody", sdk.WithBaseURL(w.url+"/api/checkout"))
	require.NoError(t, err)
	_, err = stranger.CreateCheckout(t.Context(), visionscope.CheckoutParams{
		Amount: money.MustParse("10", "EUR"), WebhookURL: w.shopURL, WebhookSecret: w.secret, ReturnURL: w.shopURL,
	})
	require.ErrorIs(t, err, sdk.CodeAuthInvalidKey)
	var e *sdk.Error
	require.ErrorAs(t, err, &e)
	require.True(t, e.CodeAssigned)
	require.Equal(t, "Invalid API key", e.Message)
}

// The background sync finds out what became of a charge after 10 s, and does not wait to report it.
func TestVisionScopeGatewayTimeout(t *testing.T) {
	t.Parallel()
	w := setup(t)
	created := w.checkout(money.MustParse("10.00", "EUR"))
	status, _, _ := w.press(created.CheckoutURL, "pay", "card", "4000 0000 0000 0119")
	require.Equal(t, http.StatusOK, status, "the shopper waits on the page")
	w.clock.Advance(10*time.Second - 1)
	require.Empty(t, w.received())
	w.clock.Advance(1)
	require.Equal(t, []string{"payment.success"}, w.types())
}
