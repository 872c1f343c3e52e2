package visionscope_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/visionscope"
)

func TestCreateCheckoutRequest(t *testing.T) {
	t.Parallel()

	client, g := setup(t, http.StatusOK, created)
	_, err := client.CreateCheckout(t.Context(), params())
	require.NoError(t, err)

	sent := g.only(t)
	require.Equal(t, http.MethodPost, sent.Method)
	agent := sent.Header.Get("User-Agent")
	require.True(t, strings.HasPrefix(agent, "hostedpay-go/"+sdk.Version+" ("))
	require.Equal(t, http.Header{
		"X-Api-Key": {key}, "Content-Type": {"application/json"}, "Accept": {"application/json"}, "User-Agent": {agent},
	}, sent.Header)
	require.Equal(t, `{"amount":10.00,"currency":"EUR","return_url":"https://shop.example.com/return",`+
		`"webhook_secret":"`+webhookSecret+`","webhook_url":"https://shop.example.com/webhook"}`, strings.TrimSpace(sent.Body))
}

func TestCreateCheckoutSendsTheContractsExample(t *testing.T) {
	t.Parallel()

	text, err := os.ReadFile("../../api/openapi-visionscope.yaml")
	require.NoError(t, err)
	var contract struct {
		Paths map[string]struct {
			Post struct {
				RequestBody struct {
					Content map[string]struct {
						Examples map[string]struct{ Value map[string]any }
					}
				} `yaml:"requestBody"`
			}
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &contract))
	want, err := json.Marshal(contract.Paths["/api/checkout/create"].Post.RequestBody.Content["application/json"].Examples["checkout"].Value)
	require.NoError(t, err)

	client, g := setup(t, http.StatusOK, created)
	_, err = client.CreateCheckout(t.Context(), params())
	require.NoError(t, err)
	require.JSONEq(t, string(want), g.only(t).Body)
}

func TestAmountsAreExact(t *testing.T) {
	t.Parallel()

	for _, test := range []struct {
		amount money.Amount
		want   string
	}{
		{money.Minor(1000, "EUR"), "10.00"},
		{money.Minor(1, "EUR"), "0.01"},
		{money.Minor(1999, "USD"), "19.99"},
		{money.Minor(1000, "JPY"), "1000"},
		{money.Minor(1250, "KWD"), "1.250"},
		{money.Minor(30, "EUR"), "0.30"},
		{money.Minor(9007199254740993, "EUR"), "90071992547409.93"}, // more than a binary float holds
		{money.Minor(1<<63-1, "USD"), "92233720368547758.07"},
		{money.MustParse("10", "EUR"), "10.00"},
	} {
		client, g := setup(t, http.StatusOK, created)
		p := params()
		p.Amount = test.amount
		_, err := client.CreateCheckout(t.Context(), p)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(g.only(t).Body, `{"amount":`+test.want+`,"currency":"`+string(test.amount.Currency())+`",`), g.only(t).Body)
	}
}

func TestCreateCheckoutResult(t *testing.T) {
	t.Parallel()

	client, _ := setup(t, http.StatusOK, created)
	checkout, err := client.CreateCheckout(t.Context(), params())
	require.NoError(t, err)
	require.Equal(t, checkoutID, checkout.ID)
	require.Equal(t, "https://pay.visionscopeai.com/checkout/"+checkoutID, checkout.CheckoutURL.Reveal())
	require.Equal(t, http.StatusOK, checkout.Response.Status)
	require.Equal(t, created, string(checkout.Response.Raw.Bytes()))
	require.Empty(t, checkout.Response.IdempotencyKey)
	require.NotContains(t, fmt.Sprintf("%+v %#v", checkout, checkout), "visionscopeai.com/checkout")
}

func TestACreatedCheckoutIsNotLostOverAMalformedField(t *testing.T) {
	t.Parallel()

	const data = `"data":{"session_id":"` + checkoutID + `","checkout_url":"https://pay.example.com/x","new":7}`
	for _, body := range []string{
		`{"success":"true",` + data + `}`,
		`{"success":1,` + data + `}`,
		`{"error":{},"success":true,` + data + `}`,
	} {
		client, _ := setup(t, http.StatusOK, body)
		checkout, err := client.CreateCheckout(t.Context(), params())
		require.NoError(t, err, body)
		require.Equal(t, checkoutID, checkout.ID)
	}
}

func TestARejectionWithStatus200(t *testing.T) {
	t.Parallel()

	for body, message := range map[string]string{
		`{"success":false,"error":"Merchant is disabled"}`: "Merchant is disabled",
		`{"success":false}`:                          "the gateway responded with success:false without a reason",
		strings.Replace(created, "true", "false", 1): "the gateway responded with success:false without a reason",
	} {
		client, _ := setup(t, http.StatusOK, body)
		checkout, err := client.CreateCheckout(t.Context(), params())
		require.Nil(t, checkout)
		var e *sdk.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, message, e.Message)
		require.Equal(t, "visionscope.CreateCheckout", e.Operation)
		var unknown *sdk.OutcomeUnknownError
		require.NotErrorAs(t, err, &unknown, "the gateway said what happened")
	}
}

func TestAResponseWithoutACheckoutIsAnUnknownOutcome(t *testing.T) {
	t.Parallel()

	for _, body := range []string{
		``, `[]`, `{}`, `{"success":true}`, `{"success":true,"data":null}`, `{"success":true,"data":{}}`,
		`{"success":true,"data":{"session_id":"x"}}`, `{"success":true,"data":{"checkout_url":"x"}}`, created[:60],
	} {
		client, _ := setup(t, http.StatusOK, body)
		checkout, err := client.CreateCheckout(t.Context(), params())
		require.Nil(t, checkout)
		var unknown *sdk.OutcomeUnknownError
		require.ErrorAs(t, err, &unknown, body)
		require.Contains(t, unknown.Advice, "a checkout may exist")
	}
}

func TestErrorsHaveAnAssignedCode(t *testing.T) {
	t.Parallel()

	for status, test := range map[int]struct {
		body string
		code sdk.Code
	}{
		400: {`{"error":"amount and currency are required"}`, sdk.CodeValidationMissingField},
		401: {`{"error":"Invalid API key"}`, sdk.CodeAuthInvalidKey},
		502: {`{"error":"Upstream checkout API unreachable"}`, sdk.CodeProviderUnavailable},
		403: {`{"error":"Forbidden"}`, ""},
	} {
		client, _ := setup(t, status, test.body)
		_, err := client.CreateCheckout(t.Context(), params())
		var e *sdk.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, status, e.Status)
		require.Equal(t, test.code, e.Code)
		require.Equal(t, test.code != "", e.CodeAssigned, "so that nobody takes it for the gateway's word")
		require.Empty(t, e.Docs, "the code's documentation is another gateway's")
		require.Contains(t, test.body, e.Message)
	}
}

func TestCreateCheckoutChecksTheContract(t *testing.T) {
	t.Parallel()

	type p = visionscope.CheckoutParams
	const unusable = "webhook_secret: the checkout's events could not be verified, because the key "
	tests := map[string]struct {
		change  func(*p)
		code    sdk.Code
		problem string
	}{
		"amount zero":          {func(p *p) { p.Amount = money.Minor(0, "EUR") }, sdk.CodeValidationError, "amount: must be greater than 0"},
		"amount negative":      {func(p *p) { p.Amount = money.Minor(-1, "EUR") }, sdk.CodeValidationError, "amount: must be greater than 0"},
		"currency withdrawn":   {func(p *p) { p.Amount = money.Minor(1000, "BGN") }, sdk.CodeValidationError, "currency: BGN has been withdrawn, and no new payment can be in it"},
		"no webhook URL":       {func(p *p) { p.WebhookURL = "" }, sdk.CodeValidationMissingField, "webhook_url: is required"},
		"webhook URL http":     {func(p *p) { p.WebhookURL = "http://shop.example.com/webhook" }, sdk.CodeValidationError, "webhook_url: must be an https URL"},
		"webhook URL here":     {func(p *p) { p.WebhookURL = "http://localhost:8080/webhook" }, sdk.CodeValidationError, "webhook_url: must be an https URL"},
		"webhook URL relative": {func(p *p) { p.WebhookURL = "/webhook" }, sdk.CodeValidationError, "webhook_url: must be an absolute URL"},
		"no return URL":        {func(p *p) { p.ReturnURL = "" }, sdk.CodeValidationMissingField, "return_url: is required"},
		"return URL order_id":  {func(p *p) { p.ReturnURL = "https://shop.example.com/return?order_id=7" }, sdk.CodeValidationError, "return_url: must not have the query parameter order_id: the gateway adds it too, and a return that has it twice is rejected (rename yours)"},
		"return URL http":      {func(p *p) { p.ReturnURL = "http://shop.example.com/return" }, sdk.CodeValidationError, "return_url: must be an https URL"},
		"no secret":            {func(p *p) { p.WebhookSecret = sdk.Secret{} }, sdk.CodeValidationError, "webhook_secret: has 0 characters, at least 32 are advised: NewWebhookSecret makes one"},
		// What no verifier accepts must not become the secret of a checkout that can be paid.
		"secret with a newline": {func(p *p) { p.WebhookSecret = sdk.NewSecret(webhookSecret + "\n") }, sdk.CodeValidationError, unusable + `has white space, quotes, a byte order mark or "Bearer " around its secret: trim it where it is configured`},
		"mask of a secret":      {func(p *p) { p.WebhookSecret = sdk.NewSecret("[redacted]") }, sdk.CodeValidationError, unusable + "has the mask [redacted], which a secret is printed and encoded as, instead of the secret: it was read back from a log or from stored JSON; read it from where it is kept"},
		"blank secret":          {func(p *p) { p.WebhookSecret = sdk.NewSecret(strings.Repeat(" ", 64)) }, sdk.CodeValidationError, unusable + "has a blank secret: is its environment variable set?"},
		"short secret":          {func(p *p) { p.WebhookSecret = sdk.NewSecret(webhookSecret[:31]) }, sdk.CodeValidationError, "webhook_secret: has 31 characters, at least 32 are advised: NewWebhookSecret makes one"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, g := setup(t, http.StatusOK, created)
			changed := params()
			test.change(&changed)
			_, err := client.CreateCheckout(contracttest.Invalid(t.Context()), changed)
			e := requireRejected(t, g, err, test.code)
			require.Equal(t, test.problem+" (nothing was sent)", e.Message)
			require.NotContains(t, err.Error(), webhookSecret[:31])

			client, g = setup(t, http.StatusOK, created, sdk.WithoutChecks())
			_, err = client.CreateCheckout(contracttest.Invalid(t.Context()), changed)
			require.NoError(t, err, "the gateway decides")
			require.Len(t, g.asked(), 1)
		})
	}
}

func TestCreateCheckoutReportsEverythingAtOnce(t *testing.T) {
	t.Parallel()

	client, g := setup(t, http.StatusOK, created)
	_, err := client.CreateCheckout(t.Context(), visionscope.CheckoutParams{Amount: money.Minor(0, "EUR"), WebhookSecret: sdk.NewSecret(webhookSecret)})
	e := requireRejected(t, g, err, sdk.CodeValidationError)
	require.Equal(t, "amount: must be greater than 0; return_url: is required; webhook_url: is required (nothing was sent)", e.Message)
}

func TestAnAmountThatHasNoMajorUnitsCannotBeSent(t *testing.T) {
	t.Parallel()

	for _, amount := range []money.Amount{{}, money.Minor(1000, "ZZZ"), money.Minor(1000, "XAU"), money.Minor(1000, "eur"), money.Minor(1000, "")} {
		for _, opts := range [][]sdk.ClientOption{nil, {sdk.WithoutChecks()}} {
			client, g := setup(t, http.StatusOK, created, opts...)
			p := params()
			p.Amount = amount
			_, err := client.CreateCheckout(t.Context(), p)
			requireRejected(t, g, err, sdk.CodeValidationError)
			require.ErrorContains(t, err, "amount: ")
		}
	}
}

// JSON would replace the bytes of such a secret: the gateway would sign with another one, and no
// event of the checkout could ever be verified.
func TestWhatJSONCannotCarryIsNotSent(t *testing.T) {
	t.Parallel()

	random := strings.Repeat("\xf0\x9f\xa4", 11) // 33 bytes that are not UTF-8
	for problem, change := range map[string]func(*visionscope.CheckoutParams){
		"webhook_secret: ":          func(p *visionscope.CheckoutParams) { p.WebhookSecret = sdk.NewSecret(random) },
		"webhook_url: is not UTF-8": func(p *visionscope.CheckoutParams) { p.WebhookURL = "https://shop.example.com/webhook?order=\xe9" },
		"return_url: is not UTF-8":  func(p *visionscope.CheckoutParams) { p.ReturnURL = "https://shop.example.com/\xe9" },
	} {
		for _, opts := range [][]sdk.ClientOption{nil, {sdk.WithoutChecks()}} {
			client, g := setup(t, http.StatusOK, created, opts...)
			p := params()
			change(&p)
			_, err := client.CreateCheckout(t.Context(), p)
			requireRejected(t, g, err, sdk.CodeValidationError)
			require.ErrorContains(t, err, problem)
			require.ErrorContains(t, err, "UTF-8")
			require.NotContains(t, err.Error(), random)
		}
	}
}

func TestThisMachineMayCallItself(t *testing.T) {
	t.Parallel()

	p := params()
	p.WebhookURL, p.ReturnURL = "http://localhost:9000/webhook", "http://127.0.0.1:9000/return"
	for base, allowed := range map[string]bool{
		"http://localhost:8080": true, "http://127.0.0.1:8080/api/checkout": true, "https://localhost": true, visionscope.DevelopmentURL: false,
	} {
		client, _ := setup(t, http.StatusOK, created, sdk.WithBaseURL(base))
		_, err := client.CreateCheckout(t.Context(), p)
		require.Equal(t, allowed, err == nil, "%s: %v", base, err)
	}
	client, g := setup(t, http.StatusOK, created, sdk.WithBaseURL("http://localhost:8080"))
	p.WebhookURL = "http://shop.example.com/webhook"
	_, err := client.CreateCheckout(t.Context(), p)
	requireRejected(t, g, err, sdk.CodeValidationError)
}

func TestAKeyOfAnyFormDoesNotComeBackInAnError(t *testing.T) {
	t.Parallel()

	const odd = "vsk_live_a.b+" + secretPart + "/="
	g := &gateway{status: http.StatusUnauthorized, body: `{"error":"Invalid API key ` + odd + `"}`}
	client, err := visionscope.New(odd, sdk.WithBaseURL(visionscope.DevelopmentURL), sdk.WithHTTPClient(&http.Client{Transport: g}))
	require.NoError(t, err)
	_, err = client.CreateCheckout(t.Context(), params())
	require.ErrorContains(t, err, "Invalid API key [redacted]")
	require.NotContains(t, err.Error(), secretPart)
}

func TestSecretsDoNotComeBackInAnError(t *testing.T) {
	t.Parallel()

	for status, body := range map[int]string{
		401: `{"error":"Invalid API key ` + key + `"}`,
		400: `{"error":"bad request {\"webhook_secret\":\"` + webhookSecret + `\",\"key\":\"` + key + `\"}"}`,
		200: `{"success":false,"error":"cannot use ` + webhookSecret + ` of ` + key + `"}`,
		500: `{"error":"another merchant's vsk_live_` + secretPart + `"}`,
	} {
		client, _ := setup(t, status, body)
		_, err := client.CreateCheckout(t.Context(), params())
		var e *sdk.Error
		require.ErrorAs(t, err, &e)
		require.Contains(t, e.Message, "[redacted]")
		for _, text := range []string{err.Error(), e.Message, fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
			require.NotContains(t, text, secretPart)
			require.NotContains(t, text, webhookSecret)
		}
	}
}
