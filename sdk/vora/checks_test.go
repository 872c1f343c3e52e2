package vora_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hostedpay/hostedpay-go/internal/test/contracttest"
	"github.com/hostedpay/hostedpay-go/sdk"
	"github.com/hostedpay/hostedpay-go/sdk/money"
	"github.com/hostedpay/hostedpay-go/sdk/vora"
)

// A change is one thing that is different about otherwise good parameters.
type change func(*vora.SessionParams)

func changed(apply change) vora.SessionParams {
	params := fullParams()
	apply(&params)
	return params
}

func amount(minor int64, currency money.Currency) change {
	return func(p *vora.SessionParams) {
		p.Amount = money.Minor(minor, currency)
		for i := range p.LineItems {
			p.LineItems[i].UnitAmount = money.Minor(0, currency)
		}
	}
}

func TestCreateSessionChecksTheContract(t *testing.T) {
	t.Parallel()

	const url, absolute = "must be an https URL", "must be an absolute URL"
	const reserved = "the gateway adds it too, and a return that has it twice is rejected (rename yours)"
	tests := map[string]struct {
		change  change
		code    sdk.Code
		problem string
	}{
		"amount zero":           {amount(0, "USD"), sdk.CodeValidationInvalidAmount, "amount: must be from 1 to 99999999"},
		"amount negative":       {amount(-1, "USD"), sdk.CodeValidationInvalidAmount, "amount: must be from 1 to 99999999"},
		"amount too large":      {amount(100000000, "USD"), sdk.CodeValidationInvalidAmount, "amount: must be from 1 to 99999999"},
		"no amount at all":      {amount(0, ""), sdk.CodeValidationInvalidAmount, "amount: must be from 1 to 99999999; currency: is required"},
		"no currency":           {amount(1, ""), sdk.CodeValidationMissingField, "currency: is required"},
		"currency in lower":     {amount(1, "usd"), sdk.CodeValidationError, "currency: must match ^[A-Z]{3}$"},
		"currency too long":     {amount(1, "EURO"), sdk.CodeValidationError, "currency: must match ^[A-Z]{3}$"},
		"country in lower":      {func(p *vora.SessionParams) { p.Country = "us" }, sdk.CodeValidationError, "country: must match ^[A-Z]{2}$"},
		"country too long":      {func(p *vora.SessionParams) { p.Country = "USA" }, sdk.CodeValidationError, "country: must match ^[A-Z]{2}$"},
		"mode":                  {func(p *vora.SessionParams) { p.Mode = "subscription" }, sdk.CodeValidationError, "mode: must be payment"},
		"description":           {func(p *vora.SessionParams) { p.Description = strings.Repeat("ä", 501) }, sdk.CodeValidationError, "description: must have at most 500 characters"},
		"locale":                {func(p *vora.SessionParams) { p.Locale = "en-US-x-123" }, sdk.CodeValidationError, "locale: must have at most 10 characters"},
		"success URL http":      {func(p *vora.SessionParams) { p.SuccessURL = "http://shop.example.com" }, sdk.CodeValidationError, "successUrl: " + url},
		"success URL session":   {func(p *vora.SessionParams) { p.SuccessURL = "https://shop.example.com/t?a=b&session=" }, sdk.CodeValidationError, "successUrl: must not have the query parameter session: " + reserved},
		"success URL escaped":   {func(p *vora.SessionParams) { p.SuccessURL = "https://shop.example.com/t?%73ig&b#c" }, sdk.CodeValidationError, "successUrl: must not have the query parameter sig: " + reserved},
		"success URL semicolon": {func(p *vora.SessionParams) { p.SuccessURL = "https://shop.example.com/t?a=1;transaction_id=2" }, sdk.CodeValidationError, "successUrl: must not have the query parameter transaction_id: " + reserved},
		"success URL relative":  {func(p *vora.SessionParams) { p.SuccessURL = "/thanks" }, sdk.CodeValidationError, "successUrl: " + absolute},
		"success URL script":    {func(p *vora.SessionParams) { p.SuccessURL = "javascript:alert(1)" }, sdk.CodeValidationError, "successUrl: " + absolute},
		"success URL no host":   {func(p *vora.SessionParams) { p.SuccessURL = "https://:443/thanks" }, sdk.CodeValidationError, "successUrl: " + absolute},
		"cancel URL http":       {func(p *vora.SessionParams) { p.CancelURL = "http://shop.example.com" }, sdk.CodeValidationError, "cancelUrl: " + url},
		"buyer's id":            {func(p *vora.SessionParams) { p.BuyerID = strings.Repeat("x", 201) }, sdk.CodeValidationError, "buyerId: must have at most 200 characters"},
		"buyer's name":          {func(p *vora.SessionParams) { p.BuyerName = strings.Repeat("x", 201) }, sdk.CodeValidationError, "buyerName: must have at most 200 characters"},
		"buyer's email":         {func(p *vora.SessionParams) { p.BuyerEmail = strings.Repeat("x", 255) }, sdk.CodeValidationError, "buyerEmail: must have at most 254 characters"},
		"too many items":        {func(p *vora.SessionParams) { p.LineItems = items(101) }, sdk.CodeValidationError, "lineItems: must have at most 100 elements"},
		"item without a name":   {func(p *vora.SessionParams) { p.LineItems[1].Name = "" }, sdk.CodeValidationMissingField, "lineItems[1].name: is required"},
		"item without quantity": {func(p *vora.SessionParams) { p.LineItems[1].Quantity = 0 }, sdk.CodeValidationError, "lineItems[1].quantity: must be from 1 to 9999"},
		"item quantity":         {func(p *vora.SessionParams) { p.LineItems[0].Quantity = 10000 }, sdk.CodeValidationError, "lineItems[0].quantity: must be from 1 to 9999"},
		"metadata":              {func(p *vora.SessionParams) { p.Metadata["note"] = strings.Repeat("x", 501) }, sdk.CodeValidationError, "metadata.note: must have at most 500 characters"},
		"too short a life":      {func(p *vora.SessionParams) { p.ExpiresIn = 299 * time.Second }, sdk.CodeValidationError, "expiresIn: must be from 300 to 3600"},
		"too long a life":       {func(p *vora.SessionParams) { p.ExpiresIn = 3601 * time.Second }, sdk.CodeValidationError, "expiresIn: must be from 300 to 3600"},
		"a life that is over":   {func(p *vora.SessionParams) { p.ExpiresIn = -time.Hour }, sdk.CodeValidationError, "expiresIn: must be from 300 to 3600"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, g := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"))
			_, err := client.CreateSession(contracttest.Invalid(t.Context()), changed(test.change))
			e := requireRejected(t, g, err, test.code)
			require.Equal(t, "vora.CreateSession", e.Operation)
			require.Equal(t, test.problem+" (nothing was sent)", e.Message)
			require.Equal(t, sdk.ActionFixInput, e.NextAction())
			require.False(t, e.Retryable())

			client, g = setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"), sdk.WithoutChecks())
			_, err = client.CreateSession(contracttest.Invalid(t.Context()), changed(test.change))
			require.NoError(t, err, "the gateway decides")
			require.Len(t, g.asked(), 1)
		})
	}
}

func items(n int) []vora.LineItem {
	all := make([]vora.LineItem, n)
	for i := range all {
		all[i] = vora.LineItem{Name: "Vitamin D3", Quantity: 1}
	}
	return all
}

func TestCreateSessionRejectsWhatCannotBeSaid(t *testing.T) {
	t.Parallel()

	for problem, change := range map[string]change{
		"lineItems[0].unitAmount: is in EUR, the session is in USD": func(p *vora.SessionParams) { p.LineItems[0].UnitAmount = money.Minor(749, "EUR") },
		"lineItems[1].unitAmount: is in EUR, the session is in USD": func(p *vora.SessionParams) { p.LineItems[1].UnitAmount = money.Minor(0, "EUR") },
		"expiresIn: 5m0.5s is not a whole number of seconds":        func(p *vora.SessionParams) { p.ExpiresIn = 300500 * time.Millisecond },
		"expiresIn: 1ms is not a whole number of seconds":           func(p *vora.SessionParams) { p.ExpiresIn = time.Millisecond },
		// JSON would replace the bytes, so that two names become one.
		"description: is not UTF-8":        func(p *vora.SessionParams) { p.Description = "a\xff" },
		"buyerName: is not UTF-8":          func(p *vora.SessionParams) { p.BuyerName = "Jos\xe9" },
		"successUrl: is not UTF-8":         func(p *vora.SessionParams) { p.SuccessURL = "https://shop.example.com/?order=\xe9" },
		"cancelUrl: is not UTF-8":          func(p *vora.SessionParams) { p.CancelURL = "https://shop.example.com/\xe9" },
		"mode: is not UTF-8":               func(p *vora.SessionParams) { p.Mode = "\xed\xa0\x80" },
		"lineItems[1].name: is not UTF-8":  func(p *vora.SessionParams) { p.LineItems[1].Name = "\xc3" },
		"metadata: is not UTF-8":           func(p *vora.SessionParams) { p.Metadata = map[string]string{"k\xfe": "1"} },
		"metadata: is not UTF-8 (nothing ": func(p *vora.SessionParams) { p.Metadata = map[string]string{"orderId": "\xfe"} },
	} {
		for _, opts := range [][]sdk.ClientOption{nil, {sdk.WithoutChecks()}} {
			client, g := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"), opts...)
			_, err := client.CreateSession(t.Context(), changed(change))
			requireRejected(t, g, err, sdk.CodeValidationError)
			require.ErrorContains(t, err, problem)
		}
	}
}

func TestCreateSessionSendsWhatIsJustAllowed(t *testing.T) {
	t.Parallel()

	for name, change := range map[string]change{
		"least amount":     amount(1, "USD"),
		"most amount":      amount(99999999, "USD"),
		"unknown currency": amount(1, "ZZZ"),
		"texts": func(p *vora.SessionParams) {
			p.Description, p.Locale, p.BuyerID = strings.Repeat("ä", 500), "de-DE-1996", strings.Repeat("x", 200)
			p.BuyerName, p.BuyerEmail = strings.Repeat("ü", 200), strings.Repeat("x", 254)
			p.Metadata = map[string]string{"note": strings.Repeat("ß", 500), "": "", "empty": ""}
		},
		"items": func(p *vora.SessionParams) { p.LineItems = items(100); p.LineItems[99].Quantity = 9999 },
		// The contract sets no bounds for what an item costs, or for where its picture is.
		"discount": func(p *vora.SessionParams) { p.LineItems[0].UnitAmount = money.Minor(-100, "USD") },
		"picture":  func(p *vora.SessionParams) { p.LineItems[0].ImageURL = "http://shop.example.com/d3.png" },
		"parameters of the shop's own": func(p *vora.SessionParams) {
			p.SuccessURL = "https://shop.example.com/thanks?order=1&Session=2&session_id=3&a=session&my%20sig=4#?sig=5"
			p.CancelURL = "https://shop.example.com/cart?session=1" // the gateway adds nothing to this one
		},
		"shortest life": func(p *vora.SessionParams) { p.ExpiresIn = 5 * time.Minute },
		"longest life":  func(p *vora.SessionParams) { p.ExpiresIn = time.Hour },
	} {
		client, g := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"))
		_, err := client.CreateSession(t.Context(), changed(change))
		require.NoError(t, err, name)
		require.Len(t, g.asked(), 1)
	}
}

func TestReturnToThisMachineIsForTests(t *testing.T) {
	t.Parallel()

	for _, address := range []string{"http://localhost:8080/thanks", "http://127.0.0.1/thanks", "http://[::1]:8080/thanks"} {
		params := changed(func(p *vora.SessionParams) { p.SuccessURL, p.CancelURL = address, address })
		for _, key := range []string{testKey, publishableKey, legacyKey} {
			client, _ := setup(t, key, http.StatusCreated, example(t, "CreatedSession"))
			_, err := client.CreateSession(t.Context(), params)
			require.NoError(t, err, address)
		}
		for _, key := range []string{liveKey, "vp_pk_live_" + secretPart} {
			client, g := setup(t, key, http.StatusCreated, example(t, "CreatedSession"))
			_, err := client.CreateSession(t.Context(), params)
			requireRejected(t, g, err, sdk.CodeValidationError)
			require.ErrorContains(t, err, "cancelUrl: must be an https URL; successUrl: must be an https URL")
		}
	}
}

func TestChecksCanBeSwitchedOffForAClient(t *testing.T) {
	t.Parallel()

	client, g := setup(t, testKey, http.StatusCreated, example(t, "CreatedSession"), sdk.WithoutChecks())
	_, err := client.CreateSession(contracttest.Invalid(t.Context()), vora.SessionParams{})
	require.NoError(t, err)
	require.Equal(t, `{"amount":0,"currency":""}`, strings.TrimSpace(g.only(t).Body))
}
